/** What the documents say about the code is still so. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
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

for (const [page, script] of [
  ["docs/options.md", "scripts/options-md.mjs"],
  ["docs/commands.md", "scripts/commands-md.mjs"],
  ["docs/api/", "scripts/api-md.mjs"],
  ["docs/pictures/", "scripts/flow-svg.mjs"],
]) {
  test(`${page} is what the code says`, () => {
    const { stderr } = spawnSync(process.execPath, [join(ROOT, script!), "--check"], { encoding: "utf8" });
    assert.equal(stderr, "");
  });
}

test("links between documents lead somewhere", () => {
  const broken = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)]
      .filter(([, target]) => !existsSync(join(ROOT, dirname(path), target!)))
      .map(([, target]) => `${path} links ${target}`),
  );
  assert.deepEqual(broken, []);
});
