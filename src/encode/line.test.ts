import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Stamp } from "../record/time.js";
import { Bindings } from "./bindings.js";
import { parsed } from "./encode.cases.js";
import { Head, LineEncoder, type LineParts } from "./line.js";
import type { LineTarget } from "./pen.js";

const FILL = 0xee;
const stamp = new Stamp();
stamp.set(0);
const METADATA = { ä: "€", n: -7, big: 2 ** 40, deep: [{ ok: true }, null, 0.5] };
const TAIL = `,"type":"INFO","metadata":${JSON.stringify(METADATA)},"id":"w-12"}`;
const encoder = new LineEncoder("w", { shortened: 0 });

/** Memory with a guard behind it, which a line must never reach. */
function target(bytes: number): LineTarget & { readonly guard: Buffer } {
  const memory = new ArrayBuffer((bytes + 71) & ~7);
  const all = Buffer.from(memory).fill(FILL);
  return {
    bytes: all.subarray(0, bytes),
    words: new Int32Array(memory),
    view: new DataView(memory),
    guard: all.subarray(bytes),
  };
}

function partsOf(data: unknown): LineParts {
  return {
    data,
    typeCode: 2,
    typeText: undefined,
    requestText: "",
    bindings: Bindings.NONE,
    metadata: METADATA,
  };
}

function place(text: string, head = new Head("svc"), at = 8): { line: string; end: number } {
  const memory = target(at + head.bytes + 3 * text.length * 2 + 300);
  const end = encoder.write(memory, at, stamp.words, head, partsOf(text), 12);
  return { line: memory.bytes.toString("utf8", at, end), end };
}

const CRITICAL = [
  '"',
  "\\",
  "\n",
  "\u0000",
  "\u001f",
  "\u007f",
  "ä",
  "€",
  "😀",
  "\ud800",
  "\udc00",
  " ",
  "!",
  "#",
  "[",
  "]",
];

test("a character that needs care is found at every place of texts of every length", () => {
  const heads = ["", "a", "ab", "abc"].map((service) => new Head(service));
  for (let length = 0; length <= 300; length++) {
    const head = heads[length % heads.length]!;
    for (let at = 0; at < length; at += length > 100 ? 7 : 1) {
      for (const critical of CRITICAL) {
        const text = `${"x".repeat(at)}${critical}${"y".repeat(length - at - 1)}`;
        const { data } = parsed(place(text, head).line) as { data: string };
        assert.equal(data, JSON.parse(JSON.stringify(text)), JSON.stringify([length, at, critical]));
      }
    }
  }
});

test("any text and any service come back as JSON.stringify would have kept them", () => {
  const text = fc.string({ unit: "binary", maxLength: 400, size: "max" });
  fc.assert(
    fc.property(text, text, fc.constantFrom(8, 16, 4096), (data, service, at) => {
      const head = new Head(service);
      const { line } = place(data, head, at);
      assert.deepEqual(parsed(line), {
        timestamp: "1970-01-01T00:00:00.000Z",
        service: service.toWellFormed() === service ? service : JSON.parse(JSON.stringify(service)),
        data: JSON.parse(JSON.stringify(data)),
        type: "INFO",
        metadata: METADATA,
        id: "w-12",
      });
      assert.equal(line.slice(50, 50 + JSON.stringify(service).length), JSON.stringify(service));
      assert.equal(Buffer.byteLength(JSON.stringify(service)), head.serviceBytes);
    }),
    { numRuns: 500 },
  );
});

test("with any room a line is whole or refused, and never leaves its memory", () => {
  const head = new Head("svc");
  const texts = [
    "",
    "x".repeat(70),
    "ä".repeat(70),
    `${"x".repeat(70)}"`,
    `${"\n".repeat(70)}`,
    "😀".repeat(40),
    "\ud800".repeat(66),
  ];
  for (const data of [...texts, "short", 'sh"ort', "shört", 5, ["list", { of: "things" }], null]) {
    const whole = Buffer.from(
      `{"timestamp":"1970-01-01T00:00:00.000Z","service":"svc","data":${JSON.stringify(data)}${TAIL}`,
    );
    for (let room = 0; room <= whole.length + 24; room++) {
      const at = 16;
      const memory = target(at + room);
      const end = encoder.write(memory, at, stamp.words, head, partsOf(data), 12);
      assert.ok(
        memory.guard.every((byte) => byte === FILL),
        "nothing is written behind the end",
      );
      assert.ok(
        memory.bytes.subarray(0, at).every((byte) => byte === FILL),
        "nothing is written before the start",
      );
      if (end === -1) {
        assert.ok(room < whole.length + 16, `${room} is enough for ${whole.length}`);
      } else {
        assert.deepEqual(memory.bytes.subarray(at, end), whole);
      }
    }
  }
});

test("numbers stand as JSON.stringify writes them", () => {
  const head = new Head("svc");
  const memory = target(1024);
  const edges = [0, -0, 9, 10, -1, 99, 100, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, -(2 ** 31) - 1, 1e21, 1e-7];
  const numbers = fc.oneof(
    fc.constantFrom(...edges),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  );
  fc.assert(
    fc.property(numbers, (number) => {
      const end = encoder.write(memory, 8, stamp.words, head, partsOf(number), 12);
      const line = memory.bytes.toString("utf8", 8, end);
      assert.ok(line.includes(`"data":${JSON.stringify(number)},"type"`), line);
    }),
    { numRuns: 2000, examples: edges.map((edge) => [edge]) },
  );
});

test("a number stands in the line as JSON.stringify spells it", () => {
  const spelled = (n: number): void => {
    const memory = target(400);
    const parts = { ...partsOf(""), metadata: { n } };
    const end = encoder.write(memory, 8, stamp.words, new Head("svc"), parts, 12);
    const line = memory.bytes.toString("utf8", 8, end);
    assert.ok(line.includes(`"metadata":{"n":${JSON.stringify(n)}}`), `${n} in ${line}`);
  };
  for (const n of [
    0,
    -0,
    9,
    10,
    99_999,
    2 ** 31 - 1,
    -(2 ** 31),
    2 ** 31,
    2_147_483.647,
    2_147_483.648,
    1e-7,
    1e21,
  ]) {
    spelled(n);
    spelled(-n);
  }
  const thousandths = fc.integer({ min: -(2 ** 32), max: 2 ** 32 }).map((n) => n / 1000);
  fc.assert(
    fc.property(
      fc.oneof(thousandths, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
      spelled,
    ),
    { numRuns: 2000 },
  );
});

test("keys are those of the object, whichever came after each other before", () => {
  const names = fc.constantFrom("a", "b", "ab", "", "__proto__x", 'q"', "ä");
  fc.assert(
    fc.property(fc.array(fc.dictionary(names, fc.nat(9)), { maxLength: 5 }), (objects) => {
      for (const metadata of objects) {
        const memory = target(400);
        const end = encoder.write(memory, 8, stamp.words, new Head("svc"), { ...partsOf(""), metadata }, 12);
        const line = parsed(memory.bytes.toString("utf8", 8, end)) as { metadata?: object };
        assert.deepEqual(line.metadata ?? {}, { ...metadata });
      }
    }),
  );
});

test("a line is written whole or not at all, however much room there is and whatever stands in it", () => {
  const throws = {
    get bad(): never {
      throw new Error("never");
    },
  };
  const texts = ["", "text", 'with "quotes" and € of some length', "x".repeat(300)];
  const values: unknown[] = [
    ...texts,
    new Error("no"),
    new Date(0),
    12n,
    new Map([[1, 2]]),
    { at: new Date(0) },
    throws,
  ];
  const metadatas: (object | undefined)[] = [
    undefined,
    {},
    METADATA,
    { at: new Date(0) },
    new Error("no"),
    throws,
    { n: 1n },
  ];
  const bound = Bindings.NONE.with({ a: 1, deep: { b: "c" } }, [], { shortened: 0 });
  const head = new Head("svc");
  for (const data of values) {
    for (const metadata of metadatas) {
      for (const bindings of [Bindings.NONE, bound]) {
        const parts = { ...partsOf(data), metadata, bindings };
        const written = (bytes: number) => {
          const memory = target(bytes);
          const end = encoder.write(memory, 8, stamp.words, head, parts, 12);
          return end < 0 ? undefined : memory.bytes.toString("utf8", 8, end);
        };
        const whole = written(8192)!;
        parsed(whole);
        const bytes = 8 + Buffer.byteLength(whole);
        for (let room = 64; room < bytes; room++)
          assert.equal(written(room), undefined, `${whole} in ${room}`);
      }
    }
  }
});
