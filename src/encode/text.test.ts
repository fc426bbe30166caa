import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { DEPTH_MAX } from "./any.js";
import { assertNamesOnce, parsed } from "./encode.cases.js";
import { HOSTILE } from "./hostile.cases.js";
import { membersText, valueText } from "./text.js";

const anything = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  withUnicodeString: true,
});
interface RereadError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly code: unknown;
  readonly cause: RereadError;
  readonly errors: readonly RereadError[];
  readonly detail: unknown;
  readonly list: readonly RereadError[];
}

const counts = () => ({ shortened: 0 });
const reread = (value: unknown) => parsed(valueText(value, counts()));

for (const [name, value] of Object.entries(HOSTILE)) {
  test(`${name}: becomes one line of valid JSON, as data and as metadata`, () => {
    const text = valueText(value, counts());
    parsed(text);
    assertNamesOnce(text);
    if (typeof value === "object" && value !== null) {
      const members = membersText(value, counts());
      parsed(`{"a":1${members === "" ? "" : `,${members}`}}`);
    }
    const { before, after } = reread({ before: 1, value, after: 2 }) as Record<string, unknown>;
    assert.equal(before, 1, "what stands before it is kept");
    assert.ok(
      after === 2 || after === "[Too large]",
      "what stands behind it is kept, or said to be left out",
    );
  });
}

test("anything becomes one line of valid JSON", () => {
  fc.assert(
    fc.property(anything, (value) => {
      parsed(valueText(value, counts()));
      if (typeof value === "object" && value !== null) parsed(`{${membersText(value, counts())}}`);
    }),
    { numRuns: 1000 },
  );
});

test("plain values come back as JSON.stringify would have kept them", () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: "binary", maxDepth: 20, depthSize: "large" }), (value) => {
      assert.deepEqual(reread(value), JSON.parse(JSON.stringify(value)));
      assert.deepEqual(reread({ value, none: undefined }), JSON.parse(JSON.stringify({ value })));
      assert.deepEqual(
        reread([new Map([["value", value]]), undefined]),
        JSON.parse(JSON.stringify([{ value }, null])),
      );
    }),
    { numRuns: 500 },
  );
});

test("an error keeps its name, message, stack, cause, code and own properties", () => {
  const { name, message, stack, code, cause, detail, list } = reread(HOSTILE.error) as RereadError;
  assert.deepEqual([name, message, code, detail], ["Error", "top\n", "E_X", { a: "1" }]);
  assert.match(stack, /^Error: top\n\n {4}at /);
  assert.deepEqual([cause.name, cause.message, cause.cause], ["TypeError", "cause", "root"]);
  assert.equal(list[0]?.message, "inner");
  const many = reread(HOSTILE["aggregate error"]) as RereadError;
  assert.deepEqual(
    [many.name, many.errors[0]?.message, many.errors.slice(1)],
    ["AggregateError", "one", ["two", "3"]],
  );
  const odd = reread(HOSTILE["error with a throwing message"]) as RereadError;
  assert.deepEqual([odd.name, odd.message], ["Error", "[Threw: no]"]);
});

test("an error of another realm is an error", () => {
  const { name, message, stack } = reread(runInNewContext('new TypeError("far")')) as Record<string, unknown>;
  assert.deepEqual([name, message, typeof stack], ["TypeError", "far", "string"]);
});

test("each kind of value has one readable form", () => {
  const forms: [unknown, unknown][] = [
    [12n, "12"],
    [Object(12n), "12"],
    [Object(Symbol("s")), "Symbol(s)"],
    [Symbol("s"), "Symbol(s)"],
    [function named() {}, "[Function: named]"],
    [() => {}, "[Function: anonymous]"],
    [Number.NaN, "NaN"],
    [
      [Number.NEGATIVE_INFINITY, -0, undefined],
      ["-Infinity", 0, null],
    ],
    [new Date(Number.NaN), "Invalid Date"],
    [new Date(0), "1970-01-01T00:00:00.000Z"],
    [new Map([["a", new Set([1])]]), { a: [1] }],
    [new Map([[1, 2]]), [[1, 2]]],
    [Buffer.from("ab"), { type: "Buffer", base64: "YWI=" }],
    [new Uint8Array([97, 98]), { type: "Uint8Array", base64: "YWI=" }],
    [/a/g, "/a/g"],
    [undefined, null],
    [{ toJSON: () => ({ a: 1n }) }, { a: "1" }],
    [new URL("http://a/"), "http://a/"],
    [
      {
        get a(): never {
          throw new Error("why");
        },
        b: 1,
      },
      { a: "[Threw: why]", b: 1 },
    ],
    [
      {
        get a(): never {
          throw Symbol("why");
        },
        b: 1,
      },
      { a: "[Threw: Symbol(why)]", b: 1 },
    ],
    [
      { a: HOSTILE["revoked proxy"], b: 1 },
      { a: "[Threw: Cannot perform 'getPrototypeOf' on a proxy that has been revoked]", b: 1 },
    ],
    [Object.assign([], { 1: 1 }), [null, 1]],
    [HOSTILE["__proto__ key"], JSON.parse('{"__proto__":{"a":1},"constructor":1,"hasOwnProperty":2}')],
  ];
  for (const [value, form] of forms) assert.deepEqual(reread(value), form);
  const object: Record<string, unknown> = { a: 1 };
  object.self = object;
  assert.deepEqual(reread(object), { a: 1, self: "[Circular]" });
  assert.deepEqual(reread([object.a, { twice: [1] }, { twice: [1] }]), [1, { twice: [1] }, { twice: [1] }]);
});

test("what is too deep is cut off, marked and counted, and what is not is kept", () => {
  for (const [levels, cut] of [
    [DEPTH_MAX, 0],
    [DEPTH_MAX + 1, 1],
    [1000, 1],
  ] as const) {
    let value: unknown = 1;
    for (let i = 0; i < levels; i++) value = { value };
    const shortened = counts();
    const text = valueText({ list: [value, value] }.list[0], shortened);
    assert.equal(shortened.shortened, cut, `${levels}`);
    assert.equal(text.includes("[Too deep]"), cut === 1);
    let inner: unknown = parsed(text);
    for (let i = 0; i < Math.min(levels, DEPTH_MAX); i++) inner = (inner as { value: unknown }).value;
    assert.equal(inner, cut === 1 ? "[Too deep]" : 1);
  }
});

test("a value that would never end is cut off, marked and counted", () => {
  for (const name of ["a bomb of objects", "a bomb of maps", "endless list"]) {
    const shortened = counts();
    const text = valueText(HOSTILE[name], shortened);
    assert.ok(shortened.shortened > 0, name);
    assert.match(text, /\[Too large\]/, name);
    assert.ok(text.length < 100_000_000, `${name}: ${text.length}`);
  }
  const list = Array.from({ length: 200_000 }, (_, index) => index);
  assert.deepEqual(reread(list), list, "what is only long is kept");
});
