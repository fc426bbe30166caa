import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createFolders } from "./folders.js";

const root = mkdtempSync(join(tmpdir(), "dragonlog-folders-"));
after(() => rmSync(root, { recursive: true }));

test("missing folders are made with their mode, and the topmost one is named", () => {
  const folder = join(root, "a", "b", "c");
  assert.equal(createFolders(folder, 0o700), join(root, "a"));
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(createFolders(folder, 0o700), undefined);
  assert.equal(createFolders(join(root, "a", "d"), 0o700), join(root, "a", "d"));
});

test("a file in the way is an error", () => {
  const file = join(root, "file");
  writeFileSync(file, "");
  assert.throws(() => createFolders(file, 0o700), { code: "EEXIST" });
  assert.throws(() => createFolders(join(file, "below"), 0o700), { code: "ENOTDIR" });
});

test("a place where no folder can be made is an error, and not a call that never returns", {
  skip: process.platform === "linux" ? false : "there is no /proc here",
}, () => {
  assert.throws(() => createFolders("/proc/nope/deeper", 0o700), { code: "ENOENT" });
});
