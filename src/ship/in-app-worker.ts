/** The worker thread of `in-app.ts`. */
import { workerData } from "node:worker_threads";
import { SharedBuffer } from "../buffer/shared.js";
import type { DeadLetter } from "../dead-letters/dead-letters.js";
import { TYPE_COUNTS } from "../journal/format.js";
import type { SharedNews, WorkerLoss } from "../journal/shared-segments.js";
import { typeCodeOf } from "../record/types.js";
import { work } from "../system/background-job.js";
import { systemClock } from "../system/clock.js";
import { DragonlogError } from "../system/errors.js";
import type { WorkerStart } from "./in-app.js";
import { openShipper } from "./open-shipper.js";

const { options, holder, shipper: name } = workerData as WorkerStart;

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}

/** What the logger counts for a record that is lost. */
function lossOf({ record: { writer, seq, type } }: DeadLetter): WorkerLoss {
  const countsByType = new Int32Array(TYPE_COUNTS);
  countsByType[typeCodeOf(type)] = 1;
  return { writer, cause: "refused", from: seq, to: seq, countsByType };
}

await work(async ({ tell, say }) => {
  const buffer = new SharedBuffer();
  const onRefused = (letters: readonly DeadLetter[]): void => letters.map(lossOf).forEach(say);
  const open = await openShipper(options, {
    holder,
    shared: options.journal ? undefined : { buffer, onRefused },
    accepts: (info) => info?.shipper === name,
    onTrouble: (what, consequence) =>
      tell(new DragonlogError("DRAGONLOG_SHIPPER_FAILED", what, sentence(consequence))),
  });
  return {
    run: (stop) => open.shipper.run(stop),
    // What it hands on, it delivers.
    until: (_what, ms) => open.shipper.flush(systemClock.now() + ms),
    take: (news) => buffer.take(news as SharedNews),
    async end() {
      const cancel = systemClock.after(options.drainDeadline, () => open.abort.abort());
      await open.shipper.drain(true);
      cancel();
      buffer.acknowledged().forEach(say);
      await open.close();
    },
  };
});
