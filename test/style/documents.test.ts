/** What the documents say about the code is still so. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { ROOT } from "./sources.js";

const documents = [
  "README.md",
  "CHANGELOG.md",
  ...readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" }).map((name) => `docs/${name}`),
]
  .filter((path) => path.endsWith(".md"))
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));

test("docs/options.md is what the options table says", () => {
  const current = execFileSync(process.execPath, [join(ROOT, "scripts/options-md.mjs"), "--print"], {
    encoding: "utf8",
  });
  assert.equal(readFileSync(join(ROOT, "docs/options.md"), "utf8"), current, "Run npm run docs:options.");
});

test("links between documents lead somewhere", () => {
  const broken = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)]
      .filter(([, target]) => !existsSync(join(ROOT, dirname(path), target!)))
      .map(([, target]) => `${path} links ${target}`),
  );
  assert.deepEqual(broken, []);
});
