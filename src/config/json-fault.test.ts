import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { withoutComments } from "./json-comments.js";
import { jsonFaultAt } from "./json-fault.js";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test("the offset of the first character at fault", () => {
  const cases: [string, number | undefined][] = [
    ['{"a": 1, "b": [true, null, -1.5e3, "\\u00e9\\n"]} ', undefined],
    ["", 0],
    ["{", 1],
    ['{"a": 1,}', undefined],
    ["[1, // one\n /* and\n no more */ , ]", 31],
    ["[1, // one\n /* and\n no more */]", undefined],
    ["{,}", 1],
    ["[1,,]", 3],
    ["[1, /* without an end ]", 4],
    ['{"a": "// no comment /* nor this */, ]"}', undefined],
    ["[1] / 2", 4],
    ["{'a': 1}", 1],
    ['{"a" 1}', 5],
    ['{"a": 1\n "b": 2}', 9],
    ["[1 2]", 3],
    ["{} x", 3],
    ["// yes\n{} /**/", undefined],
    ["# no\n{}", 0],
    ["// nothing else", 15],
    ["[01]", 2],
  ];
  for (const [text, offset] of cases) assert.equal(jsonFaultAt(text), offset, text);
});

test("a fault is found exactly where JSON.parse finds one", () => {
  const pieces = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"a"',
    '"',
    "\\",
    "1",
    "-",
    "0",
    ".5",
    "e9",
    "true",
    " ",
  );
  const texts = fc.oneof(
    fc.json(),
    fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(texts, (text) => {
      fc.pre(!/,\s*[}\]]/.test(text));
      assert.equal(jsonFaultAt(text) === undefined, isJson(text));
    }),
    { numRuns: 2000 },
  );
});

test("comments and commas after a last entry change nothing about what the JSON says", () => {
  const comment = fc.oneof(
    fc.string().map((text) => `//${text.replaceAll("\n", "")}\n`),
    fc.string().map((text) => `/*${text.replaceAll("*/", "")}*/`),
  );
  fc.assert(
    fc.property(fc.jsonValue(), fc.array(comment, { minLength: 1 }), (value, comments) => {
      let used = 0;
      const next = () => comments[used++ % comments.length]!;
      const json = JSON.stringify(value, undefined, 1);
      const commented = json
        .replace(/("(?:[^"\\]|\\.)*")|(?<=[^[{\s])\s+(?=[\]}])/g, (_, text) => text ?? `${next()},${next()}`)
        .replace(/\n/g, () => `${next()}\n`);
      assert.equal(jsonFaultAt(commented), undefined, commented);
      assert.deepEqual(JSON.parse(withoutComments(commented)), JSON.parse(json));
    }),
  );
});

test("JSON that is cut anywhere is at fault at its end or earlier", () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), (text, seed) => {
      const cut = text.slice(0, seed % text.length);
      fc.pre(!isJson(cut));
      const offset = jsonFaultAt(cut);
      assert.ok(offset !== undefined && offset <= cut.length);
    }),
  );
});
