import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { openLogger, type Wire } from "../../logger/logger.cases.js";
import { LineReader } from "./line-reader.js";

const NAMES = { message: "msg", time: "time", requestIds: [["request_id"], ["reqId"], ["req", "id"]] };
const NO_FACTS = { level: undefined, levels: undefined };

const text = fc.string({ unit: "binary", maxLength: 60 });
const time = fc.constantFrom<unknown>(
  Date.now() - 60_000,
  Math.floor(Date.now() / 1000) - 60,
  new Date().toISOString(),
  350,
  "2025-11-28",
  "x",
  1.5,
);
const value = fc.jsonValue({ maxDepth: 4, stringUnit: "binary", noUnicodeString: false } as never);
const id = fc.oneof(text, fc.nat(), value);
const line = fc
  .record(
    {
      level: fc.oneof(fc.constantFrom<unknown>(10, 20, 30, 35, 60, "info", "audit"), value),
      time,
      pid: fc.nat(),
      msg: fc.oneof(text, value),
      reqId: id,
      req: fc.record({ method: text, id }, { requiredKeys: [] }),
      more: fc.dictionary(text, value, { maxKeys: 4 }),
    },
    { requiredKeys: [] },
  )
  .map(({ more, ...rest }) => ({ ...rest, ...more }));

function reading(t: Parameters<typeof openLogger>[0]) {
  const { logger, lines, wires } = openLogger(t, { level: "trace" });
  const reader = new LineReader(logger, NAMES);
  return { reader, lines, wires };
}

function content({ data, type, request_id, metadata }: Wire): unknown {
  return { data, type, request_id, metadata };
}

test("a line that is taken as it is makes the record that its values make", (t) => {
  const { reader, wires } = reading(t);
  fc.assert(
    fc.property(line, (object) => {
      const json = JSON.stringify(object);
      reader.read(`${json}\n`, NO_FACTS);
      // A blank is nothing that pino writes, so this one is parsed.
      reader.read(json.replace("{", "{ "), NO_FACTS);
      const [taken, parsed] = wires();
      assert.deepEqual(content(taken!), content(parsed!));
    }),
    { numRuns: 1000 },
  );
});

test("most lines are taken as they are", (t) => {
  const { logger, wires } = openLogger(t);
  let parsed = 0;
  const logAt = Symbol.for("dragonlog.logAt");
  const spied = new Proxy(logger, {
    get(target, name) {
      if (name === logAt) parsed++;
      const member = Reflect.get(target, name) as unknown;
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  const reader = new LineReader(spied, NAMES);
  const now = Date.now();
  const lines = [
    `{"level":30,"time":${now},"pid":1,"hostname":"h","msg":"text"}\n`,
    `{"level":30,"time":${now},"req":{"id":7,"headers":{"a":["b",null,true,false,-1.25,1e-7]}},"msg":"\\"\\u00e9é😀"}\r\n`,
    `{"level":50,"err":{"type":"E","stack":"${"s".repeat(3000)}\\n"},"msg":""}\n`,
    "{}\n",
  ];
  for (const each of lines) reader.read(each, NO_FACTS);
  assert.equal(parsed, 0);
  assert.deepEqual(wires().map(content), [
    { data: "text", type: "INFO", request_id: undefined, metadata: { pid: 1, hostname: "h" } },
    {
      data: '"éé😀',
      type: "INFO",
      request_id: 7,
      metadata: { req: { id: 7, headers: { a: ["b", null, true, false, -1.25, 1e-7] } } },
    },
    {
      data: "",
      type: "ERROR",
      request_id: undefined,
      metadata: { err: { type: "E", stack: `${"s".repeat(3000)}\n` } },
    },
    { data: {}, type: "INFO", request_id: undefined, metadata: undefined },
  ]);
});

test("whatever is written becomes one readable record", (t) => {
  const { reader, lines } = reading(t);
  const pieces = fc.array(
    fc.oneof(
      fc.constantFrom(
        '{"',
        '":',
        '"',
        "{",
        "}",
        "[",
        "]",
        ",",
        "\\",
        "\\u12",
        "1e999",
        "-",
        "01",
        ".",
        "tru",
        "true",
      ),
      fc.string({ unit: "binary", maxLength: 4 }),
      fc.constantFrom("\ud800", "\u0000", "\n", '"level":30,', '"msg":"m"'),
    ),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(pieces, (parts) => {
      reader.read(parts.join(""), NO_FACTS);
      reader.read(`{${parts.join("")}}\n`, NO_FACTS);
      const written = lines();
      assert.equal(written.length, 2);
      for (const each of written) JSON.parse(each);
    }),
    { numRuns: 2000 },
  );
});

for (const [what, written, expected] of [
  ["a name twice: the last one counts, as for JSON.parse", '{"a":1,"msg":"x","a":2}', { a: 2 }],
  [
    "a number that no double holds is a text of its digits",
    '{"msg":"x","n":12345678901234567890}',
    { n: "12345678901234567890" },
  ],
  ["a lone surrogate stays", '{"msg":"x","s":"\ud800"}', { s: "\ud800" }],
  [
    "__proto__ is a name like all others",
    '{"msg":"x","__proto__":{"a":1}}',
    JSON.parse('{"__proto__":{"a":1}}'),
  ],
] as const) {
  test(what, (t) => {
    const { reader, wires } = reading(t);
    reader.read(`${written}\n`, NO_FACTS);
    assert.deepEqual({ ...wires()[0]!.metadata }, { ...expected });
  });
}

test("of two times the first is the record's, and the last stays, unless they are one", (t) => {
  const { reader, wires } = reading(t);
  const ms = Date.now() - 3_600_000;
  const iso = new Date(ms).toISOString();
  for (const [begin, time, field] of [
    ['{"level":30', `${ms}`, 350],
    ['{"level":30', `${ms}`, ms],
    ['{"severity":"INFO","number":30', `"${iso}"`, "2024-02-29T00:00:00Z"],
    ["{", "1", 2],
  ] as const) {
    const comma = begin === "{" ? "" : ",";
    const start = Date.now();
    reader.read(`${begin}${comma}"time":${time},"time":${JSON.stringify(field)},"msg":"x"}\n`, NO_FACTS);
    const [{ timestamp, metadata }] = wires() as [Wire];
    assert.equal(metadata?.time, field === ms ? undefined : field);
    if (field === 2) assert.ok(Date.parse(timestamp) >= start);
    else assert.equal(timestamp, iso);
  }
});

test("what a nested member or a text holds is not the time", (t) => {
  const { reader, wires } = reading(t);
  const start = Date.now();
  const old = start - 3_600_000;
  // A number that no double holds: the line is parsed.
  reader.read(`{"a":{"time":${old}},"n":12345678901234567890,"msg":"x"}\n`, NO_FACTS);
  reader.read(`{"a":"\\",\\"time\\":${old}","n":12345678901234567890,"msg":"x"}\n`, NO_FACTS);
  for (const { timestamp } of wires()) assert.ok(Date.parse(timestamp) >= start);
});

test("a line of 10 MB, and one nested deeper than a record keeps, are kept", (t) => {
  const { reader, wires } = reading(t);
  reader.read(`{"level":30,"msg":"${"m".repeat(10_000_000)}"}\n`, NO_FACTS);
  reader.read(`{"level":30,"msg":"deep","d":${"[".repeat(80)}${"]".repeat(80)}}\n`, NO_FACTS);
  const [long, deep] = wires();
  assert.equal((long!.data as string).length, 10_000_000);
  assert.match(JSON.stringify(deep!.metadata), /Too deep/);
});

test("a context manager that logs while a record is made takes nothing from it", (t) => {
  const { logger, wires } = openLogger(t);
  const reader = new LineReader(logger, NAMES);
  const key = Symbol.for("opentelemetry.js.api.1");
  const place = globalThis as unknown as Record<symbol, unknown>;
  const before = place[key];
  t.after(() => {
    place[key] = before;
  });
  let logged = false;
  place[key] = {
    context: {
      active: () => {
        if (!logged) reader.read('{"level":30,"msg":"within","other":"bytes of another length"}\n', NO_FACTS);
        logged = true;
        return { getValue: () => undefined };
      },
    },
  };
  reader.read('{"level":40,"msg":"around","a":1}\n', NO_FACTS);
  assert.deepEqual(
    wires().map(({ data, metadata }) => [data, metadata]),
    [
      ["within", { other: "bytes of another length" }],
      ["around", { a: 1 }],
    ],
  );
});
