/** In a process of its own: logs records at a service's pace while a shipper empties its journal, and reports its writer's id. */
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { listJournals } from "../../src/buffer/journal.js";
import { DragonLogger } from "../../src/index.js";
import { order, report } from "../lib/child.js";
import { SERVICE } from "../lib/records.js";
import { recordOf } from "../ship/lines.js";

export interface WarmOrder {
  /** A folder without journals. */
  readonly dir: string;
  readonly records: number;
  readonly perSecond: number;
}

const PAUSE_MS = 5;

const { dir, records, perSecond } = order<WarmOrder>();
const logger = new DragonLogger({ service: SERVICE, journalDir: dir });
const startMs = performance.now();
let logged = 0;
while (logged < records) {
  const due = Math.min(records, Math.ceil(((performance.now() - startMs) / 1000) * perSecond));
  for (; logged < due; logged++) {
    logger.log(recordOf(logged));
  }
  await sleep(PAUSE_MS);
}
const [journal] = listJournals(dir);
await logger.close();
await report({ writer: basename(journal!) });
