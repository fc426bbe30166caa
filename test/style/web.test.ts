/** What the sources of the page may not hold, whoever writes them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sourcesIn } from "./sources.js";

const sources = sourcesIn("web", [".ts", ".tsx"]);

/** Each would let a text of a log become markup or code. */
const DANGEROUS =
  /innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|\beval\b|new Function|srcdoc/;

test("the page never makes markup or code of a text", () => {
  const found = sources.filter(({ text }) => DANGEROUS.test(text)).map(({ path }) => path);
  assert.deepEqual(found, []);
  assert.match("element.innerHTML = record.data", DANGEROUS);
});

test("the page takes types from src/, and no code", () => {
  const imports = /^(import|export) (?!type )[^;]*from "[./]*\/src\//m;
  const found = sources.filter(({ text }) => imports.test(text)).map(({ path }) => path);
  assert.deepEqual(found, []);
  assert.match('import { LEVELS } from "../../src/record/types.js";', imports);
  assert.doesNotMatch('import type { Query } from "../../src/live/query.js";', imports);
});

test("the page asks nobody but its own server", () => {
  const found = sources.flatMap(({ path, text }) =>
    [...text.matchAll(/["'`](https?:)?\/\/[^"'`]*/g)].map(([address]) => `${path}: ${address}`),
  );
  assert.deepEqual(found, []);
});
