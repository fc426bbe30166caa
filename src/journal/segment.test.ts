import assert from "node:assert/strict";
import { fstatSync, openSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "./journal.cases.js";
import { plainStaging, Segment } from "./segment.js";

type Outcome = "synced" | "failed" | "elsewhere";

for (const outcome of ["synced", "elsewhere"] as const) {
  test(`a file that is being synced stays open until that has ended: ${outcome}`, async (t) => {
    const path = join(temporaryFolder(t), "segment");
    const fd = openSync(path, "w+");
    const ends: ((outcome: Outcome) => void)[] = [];
    const window = {
      ...plainStaging(4096),
      attach: () => {},
      prefault: () => {},
      detach: () => {},
      sync: (_bytes: number, done: (outcome: Outcome) => void) => void ends.push(done),
    };
    const segment = new Segment("mapped", window, fd, path);
    const synced = [1, 2].map(() => new Promise((resolve) => segment.sync(resolve)));
    segment.close();
    segment.close();
    for (const [n, end] of ends.entries()) {
      assert.ok(fstatSync(fd).ino > 0, "it is open");
      end(outcome);
      assert.equal(await synced[n], null);
    }
    assert.throws(() => fstatSync(fd), { code: "EBADF" });
  });
}

test("a sync that fails says so", async (t) => {
  const path = join(temporaryFolder(t), "segment");
  const sync = (_bytes: number, done: (outcome: Outcome) => void) => done("failed");
  const window = { ...plainStaging(4096), attach: () => {}, prefault: () => {}, detach: () => {}, sync };
  const segment = new Segment("mapped", window, openSync(path, "w+"), path);
  assert.match(String(await new Promise((resolve) => segment.sync(resolve))), /EIO/);
  segment.close();
});
