import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isExactWithin, parseExactly } from "./exact-json.js";

test("a number that a double cannot hold becomes the text of its digits, and nothing else changes", () => {
  const cases: [string, unknown][] = [
    ["12345678901234567890", "12345678901234567890"],
    ["[1700000000123456789,1.5]", ["1700000000123456789", 1.5]],
    [
      '{"a":-0.1234567890123456789,"b":"9999999999999999999 \\" 1e999"}',
      {
        a: "-0.1234567890123456789",
        b: '9999999999999999999 " 1e999',
      },
    ],
    ["1e400", "1e400"],
    ["[1e3,1E-5,9007199254740991,0.10]", [1000, 1e-5, 9007199254740991, 0.1]],
  ];
  for (const [json, value] of cases) assert.deepEqual(parseExactly(json), value);
  assert.throws(() => parseExactly("[1,]"), SyntaxError);
});

test("property: what JSON.stringify wrote is read back, and is exact", () => {
  fc.assert(
    fc.property(fc.jsonValue({ depthSize: "small" }), (value) => {
      const json = JSON.stringify(value);
      assert.deepEqual(parseExactly(json), JSON.parse(json));
      assert.ok(isExactWithin(json, 1000));
    }),
    { numRuns: 300 },
  );
});

test("brackets in texts are none", () => {
  assert.ok(isExactWithin('{"a":["[[[[","\\"{{{"]}', 2));
  assert.ok(!isExactWithin('{"a":[[]]}', 2));
});
