/** No secret gets into the journal: not a byte of it, whatever way it takes into a record. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { withContext } from "../context/with-context.js";
import { HOSTILE } from "../encode/hostile.cases.js";
import { secrets } from "../redact/secrets.cases.js";
import { openLogger } from "./logger.cases.js";
import type { DragonLogger } from "./logger.js";
import type { LoggerOptions, RecordInput } from "./types.js";

const SMALL = { segmentBytes: "64KiB", journalBytesMax: "64MiB" } as const;

function open(t: TestContext, options: Partial<LoggerOptions>) {
  const opened = openLogger(t, options);
  return { ...opened, bytes: () => bytesIn(opened.dir) };
}

/** Every byte of every file of the journal, published or not. */
function bytesIn(dir: string): Buffer {
  const names = readdirSync(dir, { recursive: true, encoding: "utf8", withFileTypes: true });
  return Buffer.concat(
    names.filter((name) => name.isFile()).map(({ parentPath, name }) => readFileSync(join(parentPath, name))),
  );
}

class Account {
  readonly owner: string;
  constructor(owner: string) {
    this.owner = owner;
  }
}

/** The ways into a record. `text` holds a secret. */
const WAYS: Readonly<Record<string, (logger: DragonLogger, text: string) => void>> = {
  data: (logger, text) => logger.info(text),
  "deep in data": (logger, text) => logger.warn({ a: [{ b: { c: [1, text] } }] }),
  metadata: (logger, text) => logger.info("x", { a: text }),
  "deep in metadata": (logger, text) => logger.info("x", { a: { b: [{ c: { d: { e: text } } }] } }),
  "below what is plain": (logger, text) => logger.info("x", nested(30, text) as object),
  "a name of a member": (logger, text) => logger.info({ [text]: 1 }, { [text]: { [text]: 2 } }),
  "an Error's message": (logger, text) => logger.error(new Error(text)),
  "an Error's cause": (logger, text) =>
    logger.error("failed", { err: new Error("outer", { cause: new TypeError(text) }) }),
  "an Error as metadata": (logger, text) => logger.error("failed", new Error(text)),
  "errors in an AggregateError": (logger, text) =>
    logger.error(new AggregateError([new Error(text), text], text)),
  "a member of an Error": (logger, text) =>
    logger.error(Object.assign(new Error("x"), { request: { url: text } })),
  "a Map and a Set": (logger, text) => logger.info(new Map([[text, new Set([text])]])),
  "an object of a class": (logger, text) => logger.info(new Account(text), { account: new Account(text) }),
  "what toJSON says": (logger, text) => logger.info({ toJSON: () => ({ said: text }) }),
  "what a getter says": (logger, text) =>
    logger.info({
      get a() {
        return text;
      },
    }),
  "what a getter throws": (logger, text) =>
    logger.info({
      get a() {
        throw new Error(text);
      },
    }),
  "a proxy that answers anew": (logger, text) => {
    let asked = 0;
    logger.info(new Proxy({ a: "" }, { get: () => (asked++ === 0 ? "nothing" : text) }));
    logger.info(new Proxy({ a: "" }, { get: () => (asked++ === 2 ? text : "nothing") }));
  },
  "a text in JSON": (logger, text) => logger.info(JSON.stringify({ a: JSON.stringify({ b: text }) })),
  "a symbol and a function": (logger, text) =>
    logger.info([Symbol(text), Object.defineProperty(() => 1, "name", { value: text })]),
  "a URL": (logger, text) => logger.info(new URL(`https://host/?q=${encodeURIComponent(text)}&r=1`)),
  request_id: (logger, text) => logger.log({ data: 1, request_id: text }),
  "a type": (logger, text) => logger.log({ data: 1, type: text }),
  "a service": (logger, text) => logger.log({ data: 1, service: text }),
  "another name of a record": (logger, text) => logger.log({ data: 1, other: text } as RecordInput),
  "a timestamp that is none": (logger, text) => logger.log({ data: 1, timestamp: text }),
  "a record that is none": (logger, text) => logger.log([text] as never),
  "a child": (logger, text) =>
    logger.child({ service: text, request_id: text, bound: text, [text]: { deep: text } }).info(1, { a: 1 }),
  "a child of a child": (logger, text) => logger.child({ a: 1 }).child({ a: text }).info(1, { bound: text }),
  "a child's getter": (logger, text) =>
    logger
      .child({
        get a() {
          throw new Error(text);
        },
      })
      .info(1),
  "a context": (logger, text) =>
    withContext({ request_id: text, bound: { deep: text } }, () => logger.child({ a: 1 }).info(1)),
  "a record that is cut short": (logger, text) => logger.info(`${text} ${"x".repeat(40 << 20)}`),
};

function nested(levels: number, value: unknown): unknown {
  return levels === 0 ? value : { a: nested(levels - 1, value) };
}

for (const redactBy of ["censor", "remove", "hash"] as const) {
  test(`a secret of any kind, planted anywhere, stands nowhere in the journal: ${redactBy}`, (t) => {
    const { logger, bytes, stored } = open(t, {
      ...SMALL,
      redact: "secrets",
      redactBy,
      redactSalt: "0123456789abcdef",
    });
    const ways = Object.entries(WAYS).filter(
      ([way]) => way !== "a record that is cut short" || redactBy === "censor",
    );
    const planted: string[] = [];
    for (const [, log] of ways) {
      for (const { secret, text } of fc.sample(secrets, 12)) {
        planted.push(secret);
        log(logger, text);
        if (log === WAYS["a record that is cut short"]) break;
      }
    }
    assert.ok(stored().length >= planted.length);
    const found = bytes();
    for (const secret of planted) assert.ok(!found.includes(secret), secret);
    // What the search would find.
    logger.info("plain text that is there");
    assert.ok(bytes().includes("plain text that is there"));
    assert.equal(logger.stats().unencodable, 0);
  });
}

test("a service that is a secret is none, neither in a record nor in writer.json", (t) => {
  const { logger, bytes, wires } = open(t, { redact: "aws", service: "AKIAIOSFODNN7EXAMPLE" });
  logger.info(1);
  assert.ok(!bytes().includes("AKIA"));
  assert.equal(wires()[0]!.service, "[redacted]");
});

test("a number that is one of a card is none in the journal, whatever it is written as", (t) => {
  const { logger, bytes, wires } = open(t, { redact: "card" });
  logger.info(4111111111111111, { n: [4111111111111111n, 4111111111111111, "4111111111111111"] });
  logger.info(4111111111111112, { ms: 1767323045678, fraction: 0.5555555555554444 });
  assert.ok(!bytes().includes("4111111111111111"));
  const [first, second] = wires();
  assert.deepEqual(
    [first!.data, first!.metadata],
    ["[redacted]", { n: ["[redacted]", "[redacted]", "[redacted]"] }],
  );
  assert.deepEqual(
    [second!.data, second!.metadata],
    [4111111111111112, { ms: 1767323045678, fraction: 0.5555555555554444 }],
  );
});

test("bytes with a secret in them are marked as a whole, and others are kept", (t) => {
  const { logger, wires } = open(t, { redact: "secrets" });
  const base64 = Buffer.from("only text").toString("base64");
  logger.info(Buffer.from("id AKIAIOSFODNN7EXAMPLE"), { kept: Buffer.from("only text"), raw_base64: base64 });
  const { data, metadata } = wires()[0]!;
  assert.deepEqual(data, { type: "Buffer", base64: "[redacted]" });
  assert.deepEqual(metadata, { kept: { type: "Buffer", base64 }, raw_base64: base64 });
});

test("what a path leads to is censored, wherever it stands, and nothing beside it", (t) => {
  const redact = [
    "metadata.password",
    "metadata.*.token",
    'data["x-y"].a[*].b',
    "data[1]",
    "**.secret",
    "request_id",
    "metadata.error.message",
  ];
  const { logger, wires } = open(t, { redact });
  logger.info(
    { "x-y": { a: [{ b: 1, c: 2 }, 3] }, secret: null },
    { password: { p: 1 }, a: { token: 1, b: { token: 2 } }, token: 3 },
  );
  logger.info([1, 2, { deep: [{ secret: "s", other: "o" }] }], new Map([["password", "p"]]));
  logger.error("x", new Error("said"));
  logger.child({ password: "p", a: { token: 1, keep: 2 }, request_id: "r" }).info(1, { secret: 5 });
  logger.log({ data: 1, request_id: "r", secret: 6, metadata: { secret: { a: 1 } } } as RecordInput);
  logger.log({ data: 1, other: 1, metadata: new Map([["password", "p"]]) } as never);
  const all = wires();
  const R = "[redacted]";
  assert.deepEqual(
    all.map(({ data, metadata }) => [
      data,
      metadata?.error === undefined ? metadata : (metadata.error as Error).message,
    ]),
    [
      [
        { "x-y": { a: [{ b: R, c: 2 }, 3] }, secret: R },
        { password: R, a: { token: R, b: { token: 2 } }, token: 3 },
      ],
      [[1, R, { deep: [{ secret: R, other: "o" }] }], { password: R }],
      ["x", R],
      [1, { password: R, a: { token: R, keep: 2 }, secret: R }],
      [1, { secret_given: R, secret: R }],
      [1, { other: 1, metadata: { password: R } }],
    ],
  );
  assert.deepEqual([all[3]!.request_id, all[4]!.request_id], [R, R]);
});

test("what is removed is gone: a member with its name, an element as null, a part of a text", (t) => {
  const { logger, wires } = open(t, {
    redact: ["**.secret", "data[0]", "request_id", "aws"],
    redactBy: "remove",
  });
  logger
    .child({ request_id: "r", secret: 1 })
    .info([1, "AKIAIOSFODNN7EXAMPLE.", { secret: 1 }], { secret: 1 });
  const { data, ...rest } = wires()[0]!;
  assert.deepEqual(data, [null, ".", {}]);
  assert.deepEqual(Object.keys(rest), ["timestamp", "service", "type", "id"]);
});

test("equal values have equal hashes, by path and by detector, and the salt is needed to make them", (t) => {
  const { logger, wires } = open(t, {
    redact: ["metadata.card", "card"],
    redactBy: "hash",
    redactSalt: "0123456789abcdef",
  });
  logger.info("paid with 4111 1111 1111 1111", { card: "4111111111111111", other: 4111111111111111 });
  const { data, metadata } = wires()[0]!;
  assert.match(String(data), /^paid with \[hash:[a-p]{16}\]$/);
  assert.equal(data, `paid with ${metadata!.card}`);
  assert.equal(metadata!.other, metadata!.card);
});

test("different names that become the same are told apart", (t) => {
  const { logger, lines } = open(t, { redact: "secrets" });
  logger.info({
    AKIAIOSFODNN7EXAMPLE: 1,
    "[redacted]": 2,
    AKIAIOSFODNN7EXAMPL2: 3,
    "[redacted] (2)": 4,
    a: 5,
  });
  assert.match(
    lines()[0]!,
    /"data":\{"\[redacted\]":1,"\[redacted\] \(2\)":2,"\[redacted\] \(3\)":3,"\[redacted\] \(2\) \(4\)":4,"a":5\}/,
  );
});

/** Of random numbers of 16 digits one in thirty is that of a card, and random bytes may look like a key of AWS. */
const NOT_AT_RANDOM = ["token", "private-key", "url-password"];

test("where there is nothing to redact, a line says what it says without", (t) => {
  const plain = openLogger(t);
  const redacting = openLogger(t, { redact: [...NOT_AT_RANDOM, "metadata.never", "**.nowhere.at.all"] });
  const withoutHead = (line: string) => {
    const { timestamp, id, ...rest } = JSON.parse(line);
    assert.ok(timestamp && id);
    return rest;
  };
  const same = (log: (logger: DragonLogger) => void, what: string) => {
    log(plain.logger);
    log(redacting.logger);
    const [lines, others] = [plain.lines(), redacting.lines()];
    // What makes a record unencodable as a whole is kept in part, where it goes through its text first.
    // Metadata that has no members becomes one first, and what is too deep or too much is cut one value earlier then.
    if (lines.some((line) => /\[Unencodable: |"metadata".*\[Too (?:deep|large)\]/.test(line))) return;
    assert.deepEqual(others.map(withoutHead), lines.map(withoutHead), what);
  };
  for (const [name, value] of Object.entries(HOSTILE)) {
    // They say other times each time.
    if (name === "global" || name === "process") continue;
    same((logger) => logger.info(value), name);
    same((logger) => logger.info(1, value as object), `${name} as metadata`);
  }
  fc.assert(
    fc.property(
      fc.anything({
        withBigInt: true,
        withDate: true,
        withMap: true,
        withSet: true,
        withTypedArray: true,
        withNullPrototype: true,
      }),
      (value) => {
        same((logger) => logger.info(value, { value }), "any value");
      },
    ),
    { numRuns: 100 },
  );
});
