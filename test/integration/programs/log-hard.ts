/**
 * Logs into a journal of its own as fast as it goes, then says how many records that were, `logged <records>`, and lives on
 * until its standard input ends.
 */
import { once } from "node:events";
import { append, openJournal } from "../../../src/journal/journal.cases.js";
import type { JournalOptions } from "../../../src/journal/options.js";
import { readPlan } from "../../harness/program.js";

export interface LogHardPlan {
  readonly dir: string;
  readonly writer: string;
  /** That get into the journal; 0 for as many as there is time for. */
  readonly records: number;
  readonly options: Partial<JournalOptions>;
}

const TURN = 50;
const { dir, writer, records, options } = readPlan<LogHardPlan>();
const { journal } = openJournal(dir, { writer, ...options });
let logged = 0;
while (records === 0 || logged < records) {
  for (let n = 0; n < TURN; n++) {
    const size = logged % 97 === 0 ? 20_000 : 100 + ((logged * 7919) % 900);
    if (append(journal, `${"x".repeat(size)}`)) logged++;
  }
  journal.tick(Date.now());
  await new Promise((resolve) => setImmediate(resolve));
}
// A report of drops is a record too.
while (journal.drops.pending) {
  await new Promise((resolve) => setTimeout(resolve, 20));
  await journal.flush();
}
process.stdout.write(`logged ${journal.nextSeq}\n`);
process.stdin.resume();
await once(process.stdin, "end");
journal.closeNow();
