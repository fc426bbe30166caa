import assert from "node:assert/strict";
import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { deliverUpTo } from "../journal/deliver.cases.js";
import { listSegments, segmentPath } from "../journal/folder.js";
import { NUMBER_DOUBLE } from "../journal/format.js";
import { append, openJournal, temporaryFolder } from "../journal/journal.cases.js";
import { systemClock } from "../system/clock.js";
import { OldestUndelivered } from "./oldest.js";
import { readJournalsInSlices } from "./waiting.js";

const PAYLOAD = "x".repeat(3000);
const noPause = async (): Promise<void> => {};

test("it finds the record itself, wherever in whichever segment it lies, and goes on from where it was", async (t) => {
  const root = temporaryFolder(t);
  const folder = join(root, "writer");
  const { journal } = openJournal(root);
  const count = 300;
  for (let seq = 0; seq < count; seq++) append(journal, PAYLOAD, 1000 + seq);
  assert.ok(listSegments(folder).length > 2);
  const again = new OldestUndelivered();
  for (let next = 0; next < count; next += 7) {
    assert.equal(await new OldestUndelivered().find(folder, next, noPause), 1000 + next);
    assert.equal(await again.find(folder, next, noPause), 1000 + next);
    again.endLook();
  }
  assert.equal(await again.find(folder, count, noPause), undefined);
  journal.close();
});

test("others have their turn while a large segment is looked through", async (t) => {
  const root = temporaryFolder(t);
  const { journal } = openJournal(root, { segmentBytes: 1 << 20 });
  t.after(() => journal.closeNow());
  for (let seq = 0; seq < 300; seq++) append(journal, PAYLOAD, 1000 + seq);
  deliverUpTo(journal.folder, 290);
  let ms = 0;
  let turns = 0;
  const clock = {
    ...systemClock,
    elapsed: () => (ms += 1000),
    eventsHandled: async () => void turns++,
  };
  const [state] = await readJournalsInSlices(root, clock);
  assert.equal(state!.waiting.oldestMs, 1290);
  assert.ok(turns > 5, `${turns} turns`);
});

test("a segment that is used again while it is looked through says nothing", async (t) => {
  const root = temporaryFolder(t);
  const { journal } = openJournal(root, { segmentBytes: 1 << 20 });
  for (let seq = 0; seq < 300; seq++) append(journal, PAYLOAD, 1000 + seq);
  const folder = join(root, "copy");
  cpSync(journal.folder, folder, { recursive: true });
  journal.closeNow();
  const useAgain = async (): Promise<void> => {
    const path = segmentPath(folder, listSegments(folder).at(-1)!);
    const bytes = readFileSync(path);
    bytes.writeDoubleLE(7, NUMBER_DOUBLE * 8);
    writeFileSync(path, bytes);
  };
  assert.equal(await new OldestUndelivered().find(folder, 290, noPause), 1290);
  assert.equal(await new OldestUndelivered().find(folder, 290, useAgain), undefined);
});

test("of what is damaged it says nothing", async (t) => {
  const root = temporaryFolder(t);
  const { journal } = openJournal(root);
  for (let seq = 0; seq < 10; seq++) append(journal, PAYLOAD, 1000 + seq);
  // Not the file itself, which is mapped.
  const folder = join(root, "copy");
  cpSync(join(root, "writer"), folder, { recursive: true });
  journal.close();
  truncateSync(segmentPath(folder, listSegments(folder)[0]!), 8192);
  assert.equal(await new OldestUndelivered().find(folder, 5, noPause), undefined);
  assert.equal(await new OldestUndelivered().find(folder, 0, noPause), 1000);
  rmSync(folder, { recursive: true });
  await assert.rejects(new OldestUndelivered().find(folder, 0, noPause), { code: "ENOENT" });
});
