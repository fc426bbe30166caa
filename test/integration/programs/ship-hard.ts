/** Delivers to nowhere all that comes into the journals of a folder, as fast as it goes, until its standard input ends. */
import { JournalBuffer } from "../../../src/buffer/journal.js";
import { systemClock } from "../../../src/system/clock.js";
import { readPlan } from "../../harness/program.js";

export interface ShipHardPlan {
  readonly dir: string;
}

const { dir } = readPlan<ShipHardPlan>();
const buffer = new JournalBuffer({ dir, clock: systemClock, onDamage: () => {} });
let over = false;
process.stdin.resume().once("end", () => {
  over = true;
});
process.stdout.write("ships\n");
while (!over) {
  for (const source of buffer.claim()) {
    for (let chunk = await source.read(100_000); !chunk.drained; chunk = await source.read(100_000)) {
      source.acknowledge(chunk.records.map(({ ordinal }) => ({ from: ordinal, to: ordinal })));
      await new Promise((resolve) => setImmediate(resolve));
    }
    source.finished();
  }
  await new Promise((resolve) => setImmediate(resolve));
}
await buffer.close();
