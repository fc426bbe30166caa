/** In a process of its own: logs records into journals that are bound for a store, and that nobody empties yet. */
import { Bindings } from "../../src/encode/bindings.js";
import { storeName } from "../../src/forward/store-options.js";
import { Writer } from "../../src/logger/writer.js";
import { typeCodeOf } from "../../src/record/types.js";
import { systemClock } from "../../src/system/clock.js";
import { order, report } from "../lib/child.js";
import { SERVICE } from "../lib/records.js";
import { recordOf } from "./lines.js";

export interface BacklogOrder {
  readonly dir: string;
  readonly url: string;
  /** Of each writer. */
  readonly records: number;
  readonly writers: number;
}

const { dir, url, records, writers } = order<BacklogOrder>();
const parts = { typeCode: typeCodeOf("INFO"), typeText: undefined, bindings: Bindings.NONE };
const ids: string[] = [];
for (let n = 0; n < writers; n++) {
  ids.push(await logAll(n * records));
}
await report(ids);

/** As `DragonLogger` does, without the worker thread that would forward it at once. Resolves with the writer's id. */
async function logAll(first: number): Promise<string> {
  const writer = new Writer({
    root: dir,
    service: SERVICE,
    segmentBytes: 8 * 2 ** 20,
    journalBytesMax: 8 * 2 ** 30,
    whenFull: "drop-newest",
    syncMs: 1000,
    mapping: "auto",
    shipper: storeName(url),
    clock: systemClock,
    onTrouble: (error) => {
      throw error;
    },
  });
  const head = writer.headOf(SERVICE);
  for (let i = first; i < first + records; i++) {
    const { timestamp, data, request_id, metadata } = recordOf(i);
    const requestText = JSON.stringify(request_id);
    if (!writer.write(head, { ...parts, data, requestText, metadata }, timestamp)) {
      throw new Error(`record ${i} was dropped`);
    }
  }
  await writer.journal.close();
  return writer.id;
}
