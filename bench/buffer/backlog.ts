/** In a process of its own: logs records into journals that are bound for a store, and that nobody empties yet. */
import { Bindings } from "../../src/encode/bindings.js";
import { storeName } from "../../src/forward/store-options.js";
import { Writer } from "../../src/logger/writer.js";
import { typeCodeOf } from "../../src/record/types.js";
import { systemClock } from "../../src/system/clock.js";
import { order, report } from "../lib/child.js";
import { SERVICE } from "../lib/records.js";
import { recordOf as shippedRecordOf } from "../ship/lines.js";
import { type BenchRecord, RECORDS_PER_MS, recordOf, STARTED_MS } from "./lines.js";
import type { Lines } from "./ways.js";

export interface BacklogOrder {
  readonly dir: string;
  readonly url: string;
  readonly lines: Lines;
  /** Of each writer. */
  readonly records: number;
  readonly writers: number;
}

const { dir, url, lines, records, writers } = order<BacklogOrder>();
const parts = { typeText: undefined, bindings: Bindings.NONE };
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
    traceContext: false,
    mapping: "auto",
    shipper: storeName(url),
    clock: systemClock,
    onTrouble: (error) => {
      throw error;
    },
  });
  const head = writer.headOf(SERVICE);
  for (let i = first; i < first + records; i++) {
    const { timestamp, type, data, request_id, metadata } = lines === "hard" ? hard(i) : shipped(i);
    const typeCode = typeCodeOf(type);
    const requestText = request_id === undefined ? "" : JSON.stringify(request_id);
    if (!writer.write(head, { ...parts, typeCode, data, requestText, metadata }, timestamp)) {
      throw new Error(`record ${i} was dropped`);
    }
  }
  await writer.journal.close();
  return writer.id;
}

interface LoggedRecord extends Omit<BenchRecord, "request_id"> {
  readonly type: string;
  readonly request_id?: string;
}

function hard(i: number): LoggedRecord {
  return { type: "INFO", ...recordOf(i) };
}

function shipped(i: number): LoggedRecord {
  return { timestamp: STARTED_MS + Math.floor(i / RECORDS_PER_MS), ...shippedRecordOf(i) };
}
