/** In a process of its own: logs records into a journal that nobody empties yet. */
import { DragonLogger } from "../../src/index.js";
import { order, report } from "../lib/child.js";
import { SERVICE } from "../lib/records.js";
import { recordOf } from "./lines.js";
import { type Backlog, RECORDS_PER_MS } from "./shape.js";

export interface BacklogOrder {
  readonly dir: string;
  readonly backlog: Backlog;
  readonly count: number;
}

/** More than is logged here. */
const JOURNAL_BYTES_MAX = "16GiB";

const { dir, backlog, count } = order<BacklogOrder>();
const logger = new DragonLogger({ service: SERVICE, journalDir: dir, journalBytesMax: JOURNAL_BYTES_MAX });
const perMs = RECORDS_PER_MS[backlog];
const startMs = Date.now() - Math.ceil(count / perMs);
for (let i = 0; i < count; i++) {
  logger.log({ ...recordOf(i), timestamp: startMs + Math.floor(i / perMs) });
}
const { logged } = logger.stats();
await logger.close();
if (logged !== count) {
  throw new Error(`${logged} of ${count} records were logged`);
}
await report({ logged });
