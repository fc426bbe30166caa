/** In a process of its own: logs records into a journal that nobody empties yet. */
import { DragonLogger } from "../../src/index.js";
import { order, report } from "../lib/child.js";
import { records, SERVICE } from "../lib/records.js";
import { type Backlog, RECORDS_PER_MS } from "./shape.js";

export interface BacklogOrder {
  readonly dir: string;
  /** The URL of a store that the records are to lie in; default: they lie in the journal. */
  readonly buffer?: string;
  readonly backlog: Backlog;
  readonly count: number;
}

const { dir, buffer, backlog, count } = order<BacklogOrder>();
const kind = records["900-byte"];
/** Longer than any store takes to take them. */
const DRAIN_DEADLINE = "5m";
const store = buffer === undefined ? {} : { buffer, drainDeadline: DRAIN_DEADLINE };
const logger = new DragonLogger({ service: SERVICE, journalDir: dir, ...store });
const perMs = RECORDS_PER_MS[backlog];
const startMs = Date.now() - Math.ceil(count / perMs);
for (let i = 0; i < count; i++) {
  logger.log({ timestamp: startMs + Math.floor(i / perMs), data: kind.text(i), metadata: kind.metadata(i) });
}
const { logged } = logger.stats();
await logger.close();
if (logged !== count) {
  throw new Error(`${logged} of ${count} records were logged`);
}
await report({ logged });
