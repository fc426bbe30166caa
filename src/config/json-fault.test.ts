import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
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
    ['{"a": 1,}', 8],
    ["{'a': 1}", 1],
    ['{"a" 1}', 5],
    ['{"a": 1\n "b": 2}', 9],
    ["[1 2]", 3],
    ["{} x", 3],
    ["// no\n{}", 0],
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
    fc.property(texts, (text) => assert.equal(jsonFaultAt(text) === undefined, isJson(text))),
    { numRuns: 2000 },
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
