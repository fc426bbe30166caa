import assert from "node:assert/strict";
import { cpSync, renameSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { append, openJournal, payloadOf, temporaryFolder } from "../journal/journal.cases.js";
import { systemClock } from "../system/clock.js";
import type { DragonlogError } from "../system/errors.js";
import type { Chunk } from "./buffer.js";
import { JournalBuffer } from "./journal.js";

function linesIn(buffer: JournalBuffer): string[] {
  return buffer.claim().flatMap((source) => (source.read(1 << 20) as Chunk).records.map(payloadOf));
}

test("a copy of a journal is not delivered beside it, nor after it, and that is said", async (t) => {
  const dir = temporaryFolder(t);
  const { journal } = openJournal(dir, { writer: "w" });
  append(journal, "x");
  cpSync(journal.folder, join(dir, "backup of w"), { recursive: true });
  const failures: unknown[] = [];
  const buffer = new JournalBuffer({
    dir,
    clock: systemClock,
    onDamage: () => assert.fail(),
    onClaimFailure: (error) => failures.push(error),
  });
  t.after(() => buffer.close());
  assert.deepEqual(linesIn(buffer), ["x"]);
  buffer.claim()[0]!.acknowledge([{ from: 0, to: 0 }]);
  journal.closeNow();
  assert.deepEqual(linesIn(buffer), []);
  assert.equal(buffer.claim()[0]!.finished(), true);
  failures.length = 0;
  assert.deepEqual(buffer.claim(), []);
  assert.deepEqual(
    failures.map((error) => (error as DragonlogError).code),
    ["DRAGONLOG_JOURNAL_COPIED"],
  );
  assert.match(
    (failures[0] as Error).message,
    /backup of w is a copy of the journal .*w and is not delivered/,
  );
  // The way that the message shows, for one whose original is lost.
  renameSync(join(dir, "backup of w"), join(dir, "w"));
  assert.deepEqual(linesIn(buffer), ["x"]);
});
