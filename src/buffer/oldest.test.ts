import assert from "node:assert/strict";
import { cpSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { listSegments, segmentPath } from "../journal/folder.js";
import { append, openJournal, temporaryFolder } from "../journal/journal.cases.js";
import { OldestUndelivered } from "./oldest.js";

const PAYLOAD = "x".repeat(3000);

test("it finds the record itself, wherever in whichever segment it lies, and goes on from where it was", (t) => {
  const root = temporaryFolder(t);
  const folder = join(root, "writer");
  const { journal } = openJournal(root);
  const count = 300;
  for (let seq = 0; seq < count; seq++) append(journal, PAYLOAD, 1000 + seq);
  assert.ok(listSegments(folder).length > 2);
  const again = new OldestUndelivered();
  for (let next = 0; next < count; next += 7) {
    assert.equal(new OldestUndelivered().find(folder, next), 1000 + next);
    assert.equal(again.find(folder, next), 1000 + next);
    again.endLook();
  }
  assert.equal(again.find(folder, count), undefined);
  journal.close();
});

test("of what is damaged it says nothing", (t) => {
  const root = temporaryFolder(t);
  const { journal } = openJournal(root);
  for (let seq = 0; seq < 10; seq++) append(journal, PAYLOAD, 1000 + seq);
  // Not the file itself, which is mapped.
  const folder = join(root, "copy");
  cpSync(join(root, "writer"), folder, { recursive: true });
  journal.close();
  truncateSync(segmentPath(folder, listSegments(folder)[0]!), 8192);
  assert.equal(new OldestUndelivered().find(folder, 5), undefined);
  assert.equal(new OldestUndelivered().find(folder, 0), 1000);
  rmSync(folder, { recursive: true });
  assert.throws(() => new OldestUndelivered().find(folder, 0), { code: "ENOENT" });
});
