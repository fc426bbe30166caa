import assert from "node:assert/strict";
import { appendFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { GONE_SUFFIX, RETIRED_SUFFIX } from "./folder.js";
import { deleteGone, markGone } from "./gone.js";
import { deadLettersFor, found, letterOf, linesIn } from "./letters.cases.js";
import type { FoundLetter } from "./read-letters.js";

const HOUR_MS = 3_600_000;
const always = () => true;

async function forget(dir: string, letters: readonly FoundLetter[]): Promise<void> {
  for (const name of new Set(letters.map(({ file }) => file))) {
    const ofFile = letters.filter(({ file }) => file === name);
    await markGone(
      dir,
      name,
      ofFile.map(({ at, bytes }) => [at, at + bytes - 1]),
    );
  }
}

test("what is gone is not read any more, in whatever order it goes, and its file is deleted with the last of it", async (context) => {
  const { dir, letters } = deadLettersFor(context);
  for (const text of ["a", "b", "c"]) await letters.add([letterOf(text)]);
  const [a, b, c] = await found(dir);
  await forget(dir, [b!]);
  assert.deepEqual(await linesIn(dir), ["a", "c"]);
  await forget(dir, [c!]);
  await deleteGone(dir, Date.now(), always);
  assert.deepEqual(await linesIn(dir), ["a"]);
  appendFileSync(join(dir, a!.file), '{"torn');
  await forget(dir, [a!]);
  await deleteGone(dir, Date.now(), () => false);
  assert.equal(readdirSync(dir).length, 2, "who lost the lease deletes nothing");
  await deleteGone(dir, Date.now(), always);
  assert.deepEqual(readdirSync(dir), [a!.file + GONE_SUFFIX]);
  await deleteGone(dir, Date.now() + 2 * HOUR_MS, always);
  assert.deepEqual(readdirSync(dir), []);
});

test("a file is kept for what is no letter, and a list of what is gone that is damaged hides nothing", async (context) => {
  const { dir, letters } = deadLettersFor(context);
  await letters.add([letterOf("a")]);
  const all = await found(dir);
  await forget(dir, all);
  appendFileSync(join(dir, all[0]!.file), "not a letter\n");
  await deleteGone(dir, Date.now(), always);
  assert.deepEqual(await linesIn(dir), []);
  writeFileSync(join(dir, all[0]!.file + GONE_SUFFIX), '[[0,"');
  assert.deepEqual(await linesIn(dir), ["a"]);
});

test("a file that a command which died had retired comes back, with all that is in it", async (context) => {
  const { dir, letters } = deadLettersFor(context);
  await letters.add([letterOf("a"), letterOf("b")]);
  const [a] = await found(dir);
  await forget(dir, [a!]);
  const path = join(dir, a!.file);
  renameSync(path, path + RETIRED_SUFFIX);
  await letters.add([letterOf("c")]);
  assert.deepEqual(await linesIn(dir), ["c"]);
  await deleteGone(dir, Date.now(), always);
  assert.deepEqual((await linesIn(dir)).sort(), ["b", "c"]);
});

test("while files are deleted that are appended to, every letter is there once, until it is forgotten", async (context) => {
  const { dir, letters } = deadLettersFor(context);
  const added = Array.from({ length: 250 }, (_, n) => `${n}`);
  let rounds = 0;
  let adding = true;
  const writing = (async () => {
    for (const [n, text] of added.entries()) {
      await letters.add([letterOf(text)]);
      // Now and then the command keeps up.
      for (const until = rounds + 2; n % 10 === 0 && rounds < until; ) await new Promise(setImmediate);
    }
  })().finally(() => {
    adding = false;
  });
  const forgotten: string[] = [];
  const files = new Set<string>();
  while (adding) {
    const seen = await found(dir);
    await forget(dir, seen);
    forgotten.push(...seen.map(({ letter }) => letter.line.toString()));
    for (const { file } of seen) files.add(file);
    await deleteGone(dir, Date.now(), always);
    rounds++;
    await new Promise(setImmediate);
  }
  await writing;
  const all = [...forgotten, ...(await linesIn(dir))];
  assert.deepEqual(
    all.sort((a, b) => Number(a) - Number(b)),
    added,
  );
  assert.ok(files.size > 10, `${files.size} files were used: nothing was deleted under the appender`);
});
