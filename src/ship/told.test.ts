import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ToldFile } from "./told.js";

test("what was told is known to the next process, and to this one where it cannot be written down", (context) => {
  const dir = mkdtempSync(join(tmpdir(), "dragonlog-told-"));
  context.after(() => rmSync(dir, { recursive: true }));
  const folder = join(dir, "gone");
  const path = join(folder, "told.json");
  const file = new ToldFile(path);
  assert.equal(file.read().size, 0);
  file.write(new Map([["w full", 3]]));
  assert.deepEqual([...file.read()], [["w full", 3]]);
  assert.equal(new ToldFile(path).read().size, 0);

  mkdirSync(folder);
  file.write(new Map([["w full", 4]]));
  assert.deepEqual([...new ToldFile(path).read()], [["w full", 4]]);
  new ToldFile(path).write(new Map([["w full", 5]]));
  assert.deepEqual([...file.read()], [["w full", 5]], "the file counts again");
});
