/** What the documents say about speed was measured, and every question of the bench can be asked by `npm run bench`. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { QUESTIONS } from "../../bench/questions.js";
import { ROOT, sourcesIn } from "./sources.js";

test("the documents show what bench/results.json says", () => {
  const script = join(ROOT, "scripts/bench-readme.mjs");
  const { stderr } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
  assert.equal(stderr, "");
});

/** Counts work, for CI; it measures nothing. */
const GUARD = "guard";

test("every question is asked by npm run bench and is named in bench/README.md", () => {
  const folders = readdirSync(join(ROOT, "bench"))
    .filter((name) => name !== GUARD && existsSync(join(ROOT, "bench", name, "run.ts")))
    .sort();
  assert.deepEqual(folders, Object.keys(QUESTIONS).sort());
  const readme = readFileSync(join(ROOT, "bench/README.md"), "utf8");
  assert.deepEqual(
    [...folders, GUARD].filter((name) => !readme.includes(`[${name}](${name}`)),
    [],
  );
});

test("every place for figures is closed, and is for a question that there is", () => {
  const folders = readdirSync(join(ROOT, "bench"));
  const documents = [
    ...["README.md", "docs/index.md", "docs/comparison.md"].map((path) => ({
      path,
      text: readFileSync(join(ROOT, path), "utf8"),
    })),
    ...sourcesIn("bench", [".md"]),
  ];
  const wrong = documents.flatMap(({ path, text }) => {
    const opened = [...text.matchAll(/^<!-- bench:([\w-]+) -->$/gm)].map(([, name]) => name!);
    const closed = [...text.matchAll(/^<!-- \/bench:([\w-]+) -->$/gm)].map(([, name]) => name!);
    const known = opened.every((name) => folders.includes(name));
    return known && opened.join() === closed.join() ? [] : [path];
  });
  assert.deepEqual(wrong, []);
});
