/** In a process of its own: logs records into a journal that nobody empties yet. */
import { DragonLogger } from "../../src/index.js";
import { order, report } from "../lib/child.js";
import { records, SERVICE } from "../lib/records.js";
import { type Backlog, RECORDS_PER_MS } from "./shape.js";

export interface BacklogOrder {
  readonly dir: string;
  readonly backlog: Backlog;
  readonly count: number;
}

const { dir, backlog, count } = order<BacklogOrder>();
const kind = records["900-byte"];
const logger = new DragonLogger({ service: SERVICE, journalDir: dir });
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
