/** In a process of its own: logs records into journals that nobody empties yet, bound for a store or not. */
import { Bindings } from "../../../src/encode/bindings.js";
import { storeName } from "../../../src/forward/store-options.js";
import { ANY_SHIPPER } from "../../../src/journal/folder.js";
import { Writer } from "../../../src/logger/writer.js";
import { typeCodeOf } from "../../../src/record/types.js";
import { systemClock } from "../../../src/system/clock.js";
import { recordOf } from "../../buffer/lines.js";
import { order, report } from "../../lib/child.js";
import { SERVICE } from "../../lib/records.js";

export interface BacklogOrder {
  readonly dir: string;
  /** The store that the records are bound for, if any. */
  readonly storeUrl?: string;
  readonly writers: number;
  /** Of all writers together. */
  readonly records: number;
  /** Of one writer that share a millisecond. */
  readonly recordsPerMs: number;
  /** So many services take turns. */
  readonly services: number;
}

const { dir, storeUrl, writers, records, recordsPerMs, services } = order<BacklogOrder>();
const parts = { typeCode: typeCodeOf("INFO"), typeText: undefined, bindings: Bindings.NONE };
const each = Math.ceil(records / writers);
const startMs = Date.now() - Math.ceil(each / recordsPerMs);
for (let from = 0; from < records; from += each) {
  await logAll(from, Math.min(records, from + each));
}
await report(records);

/** As `DragonLogger` does, without the worker thread that would forward it at once. */
async function logAll(from: number, to: number): Promise<void> {
  const writer = new Writer({
    root: dir,
    service: SERVICE,
    segmentBytes: 8 * 2 ** 20,
    journalBytesMax: 2 ** 30,
    whenFull: "drop-newest",
    syncMs: 1000,
    traceContext: false,
    mapping: "auto",
    shipper: storeUrl === undefined ? ANY_SHIPPER : storeName(storeUrl),
    clock: systemClock,
    onTrouble: (error) => {
      throw error;
    },
  });
  const heads = Array.from({ length: services }, (_, n) =>
    writer.headOf(n === 0 ? SERVICE : `${SERVICE}${n}`),
  );
  for (let i = from; i < to; i++) {
    const { data, request_id, metadata } = recordOf(i);
    const record = { ...parts, data, requestText: JSON.stringify(request_id), metadata };
    const timestamp = startMs + Math.floor((i - from) / recordsPerMs);
    if (!writer.write(heads[i % services]!, record, timestamp)) {
      throw new Error(`record ${i} was dropped`);
    }
  }
  await writer.journal.close();
}
