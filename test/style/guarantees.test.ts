/** docs/guarantees.md names the tests that prove each promise; the names must be those of tests. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "./sources.js";

const sections = readFileSync(join(ROOT, "docs/guarantees.md"), "utf8")
  .split(/^## /m)
  .slice(1)
  .map((text) => ({
    title: /^(\S+)/.exec(text)![1]!,
    paths: [...text.matchAll(/`((?:src|test)\/[^`]+)`/g)].map(([, path]) => path!),
  }));

test("docs/guarantees.md has a section for each of the guarantees", () => {
  assert.deepEqual(
    sections.map(({ title }) => title),
    Array.from({ length: 9 }, (_, index) => `G${index + 1}`),
  );
});

for (const { title, paths } of sections) {
  test(`what ${title} names exists, and a test is among it`, () => {
    assert.deepEqual(
      paths.filter((path) => !existsSync(join(ROOT, path))),
      [],
    );
    assert.ok(paths.some((path) => path.endsWith(".test.ts")));
  });
}
