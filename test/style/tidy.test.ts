/** What no review should have to say. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { ROOT, sourcesIn } from "./sources.js";

const TEXTS = [".ts", ".mjs", ".js", ".json", ".md"];
const LINES_MAX = 400;

/** All that is ours: no installed packages, nothing built, nothing hidden. */
const FOLDERS = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !/^(\.|node_modules$|dist|coverage$)/.test(entry.name))
  .map((entry) => entry.name);

/** Files of src/ that are longer all the same, with the reason. */
const LONG_FILES: Readonly<Record<string, string>> = {
  "src/batch/batcher.test.ts": "cases and properties share one model of a destination",
  "src/config/options.ts": "one table holds every option",
  "src/journal/damage.test.ts": "every kind of damage meets one and the same judge",
  "src/journal/journal.ts": "one state machine: every way between its states stands beside the others",
};

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
