/** What was delivered and removed while nobody read: how much it was is known from the cursor, which is held open. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { deliverUpTo } from "../../journal/deliver.cases.js";
import { listSegments, segmentPath } from "../../journal/folder.js";
import { append, openJournal, temporaryFolder } from "../../journal/journal.cases.js";
import type { Journal } from "../../journal/journal.js";
import { systemClock } from "../../system/clock.js";
import { Seen } from "../follower.cases.js";
import { openFollower } from "../open.js";

const PAYLOAD = "x".repeat(900);

function log(journal: Journal, records: number): void {
  for (let n = 0; n < records; n++) append(journal, PAYLOAD);
}

/** A journal of which 100 records were read, and then many more were logged, delivered to `delivered` and removed. */
async function removed(t: TestContext, delivered: (logged: number) => number, claimedFirst: boolean) {
  const dir = temporaryFolder(t);
  const { journal } = openJournal(dir, { writer: "w" });
  if (claimedFirst) deliverUpTo(journal.folder, 0);
  const follower = await openFollower(
    { kind: "journal", dir },
    { start: { at: "beginning" }, clock: systemClock },
  );
  t.after(() => follower.close());
  const seen = new Seen(follower);
  log(journal, 50);
  await seen.readAll();
  if (!claimedFirst) deliverUpTo(journal.folder, 0);
  log(journal, 50);
  await seen.readAll();
  const segments = listSegments(journal.folder).at(-1)!;
  while (listSegments(journal.folder).at(-1)! < segments + 3) log(journal, 10);
  const logged = journal.nextSeq;
  deliverUpTo(journal.folder, delivered(logged));
  journal.closeNow();
  rmSync(journal.folder, { recursive: true });
  await seen.readAll();
  return { seen: seen.of("w").length, missed: seen.missed, logged };
}

for (const claimedFirst of [true, false]) {
  test(`all that was delivered and not read is counted, of a journal that was claimed ${claimedFirst ? "before" : "after"} it was followed`, async (t) => {
    const { seen, missed, logged } = await removed(t, (all) => all, claimedFirst);
    assert.ok(seen >= 100 && missed > 10, `${seen} seen, ${missed} missed`);
    assert.equal(seen + missed, logged);
  });
}

test("what was not delivered is not counted as missed: whoever removed it has it elsewhere, or wanted it gone", async (t) => {
  const { missed } = await removed(t, () => 50, true);
  assert.equal(missed, 0);
});

/** As whoever removes a journal begins with it. */
function removeSegments({ folder }: Journal): void {
  for (const number of listSegments(folder)) rmSync(segmentPath(folder, number));
}

test("what was not read of an ended journal is counted when it is found half removed", async (t) => {
  const dir = temporaryFolder(t);
  const { journal } = openJournal(dir, { writer: "w" });
  log(journal, 500);
  journal.closeNow();
  deliverUpTo(journal.folder, journal.nextSeq);
  const follower = await openFollower(
    { kind: "journal", dir },
    { start: { at: "beginning" }, clock: systemClock },
  );
  t.after(() => follower.close());
  const seen = new Seen(follower);
  await seen.read(1000);
  removeSegments(journal);
  await seen.readAll();
  rmSync(journal.folder, { recursive: true });
  await seen.readAll();
  assert.ok(seen.records > 0 && seen.missed > 100, `${seen.records} seen, ${seen.missed} missed`);
  assert.equal(seen.records + seen.missed, journal.nextSeq);
});

for (const start of [{ at: "beginning" }, { at: "last", records: 5 }, { at: "since", sinceMs: 0 }] as const) {
  test(`what was half removed before it was followed, from ${start.at}, is not missed`, async (t) => {
    const dir = temporaryFolder(t);
    const { journal } = openJournal(dir, { writer: "w" });
    log(journal, 50);
    journal.closeNow();
    deliverUpTo(journal.folder, journal.nextSeq);
    removeSegments(journal);
    const follower = await openFollower({ kind: "journal", dir }, { start, clock: systemClock });
    t.after(() => follower.close());
    const seen = new Seen(follower);
    await seen.readAll();
    assert.deepEqual([seen.records, seen.missed], [0, 0]);
  });
}
