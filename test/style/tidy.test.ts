/** What no review should have to say. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sourcesIn } from "./sources.js";

const FOLDERS = ["src", "test", "bench", "examples", "scripts", "docs"];
const TEXTS = [".ts", ".mjs", ".js", ".json", ".md"];
const LINES_MAX = 400;

/** Files of src/ that are longer all the same, with the reason. */
const LONG_FILES: Readonly<Record<string, string>> = {};

/** Put together here, so that this file does not find itself. */
const LEFTOVER = new RegExp(
  `\\b(${["FIX", "TO", "X"].map((start, i) => start + ["ME", "DO", "XX"][i]).join("|")})\\b`,
);

test("nothing is left to be done later", () => {
  const found = FOLDERS.flatMap((folder) => sourcesIn(folder, TEXTS)).flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, i) => (LEFTOVER.test(line) ? [`${path}:${i + 1}: ${line.trim()}`] : [])),
  );
  assert.deepEqual(found, []);
});

test(`no file of src/ is longer than ${LINES_MAX} lines without a reason`, () => {
  const long = sourcesIn("src", [".ts"])
    .filter(({ text }) => text.split("\n").length > LINES_MAX)
    .map(({ path }) => path);
  assert.deepEqual(long, Object.keys(LONG_FILES).sort());
});
