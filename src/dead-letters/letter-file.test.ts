/** A command that deletes files whose letters are gone, and the appender of such a file, meet in every order. */
import assert from "node:assert/strict";
import { readdirSync, renameSync, rmSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { GONE_SUFFIX, RETIRED_SUFFIX } from "./folder.js";
import { deadLettersFor, letterOf, linesIn } from "./letters.cases.js";

/** A file of letters, and what is done before and after the next write to it reaches the file. */
async function appended(context: TestContext, before: (path: string) => void, after: (path: string) => void) {
  const { root, dir, letters } = deadLettersFor(context);
  await letters.add([letterOf("first")]);
  const path = join(dir, readdirSync(dir)[0]!);
  writeFileSync(join(root, "any"), "");
  const probe = await open(join(root, "any"));
  const prototype = Object.getPrototypeOf(probe) as FileHandle;
  await probe.close();
  const { appendFile } = prototype;
  const method = context.mock.method(
    prototype,
    "appendFile",
    async function (this: FileHandle, data: Buffer) {
      method.mock.restore();
      before(path);
      await appendFile.call(this, data);
      after(path);
    },
  );
  await letters.add([letterOf("second")]);
  await letters.add([letterOf("third")]);
  return { dir, path, files: readdirSync(dir).length };
}

const nothing = () => {};
const retire = (path: string) => renameSync(path, path + RETIRED_SUFFIX);
const bringBack = (path: string) => renameSync(path + RETIRED_SUFFIX, path);
const remove = (path: string) => unlinkSync(path + RETIRED_SUFFIX);

test("a file that is retired when the appender looks is brought back by it, and cannot be deleted then", async (context) => {
  for (const [before, after] of [
    [retire, nothing],
    [nothing, retire],
  ] as const) {
    const { dir, path } = await appended(context, before, after);
    assert.throws(() => remove(path), { code: "ENOENT" });
    assert.deepEqual(await linesIn(dir), ["first", "second", "third"]);
    rmSync(dir, { recursive: true });
  }
});

test("a file that is retired and brought back by the command holds the letter once", async (context) => {
  const { dir, files } = await appended(context, retire, bringBack);
  assert.deepEqual(await linesIn(dir), ["first", "second", "third"]);
  assert.equal(files, 1);
});

test("what was written to a file that is deleted is written again, to another one", async (context) => {
  for (const [before, after] of [
    [retire, remove],
    [nothing, (path: string) => unlinkSync(path)],
  ] as const) {
    const { dir, files } = await appended(context, before, after);
    assert.deepEqual(await linesIn(dir), ["second", "third"]);
    assert.equal(files, 1);
    rmSync(dir, { recursive: true });
  }
});

test("of what a command had seen before it deleted the file nothing is written again", async (context) => {
  const take = (path: string) => {
    const taken = [[0, statSync(path).size - 1]];
    writeFileSync(path + GONE_SUFFIX, JSON.stringify(taken));
    unlinkSync(path);
  };
  const { dir } = await appended(context, nothing, take);
  assert.deepEqual(await linesIn(dir), ["third"]);
  assert.deepEqual(readdirSync(dir).length, 2);
});
