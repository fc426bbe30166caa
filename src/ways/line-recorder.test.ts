import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ManualClock } from "../system/manual-clock.cases.js";
import type { Entry } from "./entry.js";
import { LineRecorder } from "./line-recorder.js";
import { firstLineRule } from "./multiline/first-line.js";
import { TraceRule } from "./multiline/trace-rule.js";

interface Bounds {
  readonly lineBytesMax?: number;
  readonly recordBytesMax?: number;
  readonly records?: boolean;
  readonly severity?: boolean;
  readonly stream?: "stdout" | "stderr";
  /** Joins stack traces, or the lines after one that begins with `#`. */
  readonly traces?: boolean;
  readonly headed?: boolean;
}

function record(input: string | Buffer, bounds: Bounds = {}) {
  const entries: Entry[] = [];
  const rule = bounds.traces
    ? new TraceRule()
    : bounds.headed
      ? firstLineRule("/^#/", "the test")
      : undefined;
  const recorder = new LineRecorder({
    type: "INFO",
    records: bounds.records ?? true,
    severity: bounds.severity ?? true,
    ...(bounds.stream === undefined ? {} : { stream: bounds.stream }),
    joining: rule
      ? { rule, linesMax: 3, bytesMax: 10_000, waitMs: 300, clock: new ManualClock() }
      : undefined,
    lineBytesMax: bounds.lineBytesMax ?? 1_000_000,
    recordBytesMax: bounds.recordBytesMax ?? 1_000_000,
    log: (entry) => entries.push(entry),
  });
  recorder.push(Buffer.from(input));
  recorder.end();
  assert.equal(recorder.records, entries.length);
  return { entries, cutLines: recorder.cutLines };
}

/** The bytes of a line, out of what was recorded of it. */
function bytesOf({ data, metadata }: Entry): Buffer {
  const raw = metadata?.raw_base64;
  return typeof raw === "string" ? Buffer.from(raw, "base64") : Buffer.from(String(data));
}

test("a line is a record with the line as its data, whatever stands in it", () => {
  const { entries, cutLines } = record("a b\r\n\n  {not json}\n\u0000\u001b[31m\nlast");
  assert.deepEqual(
    entries,
    ["a b\r", "", "  {not json}", "\u0000\u001b[31m", "last"].map((data) => ({ data, type: "INFO" })),
  );
  assert.equal(cutLines, 0);
});

test("bytes that are no UTF-8 are readable and kept exactly", () => {
  const line = Buffer.from([0x61, 0xff, 0xc3, 0x28, 0x62]);
  const { entries } = record(line);
  assert.deepEqual(entries, [
    { data: "a\uFFFD\uFFFD(b", type: "INFO", metadata: { raw_base64: line.toString("base64") } },
  ]);
});

test("a line that is a record already is taken as one", () => {
  const whole = {
    timestamp: "2026-01-02T03:04:05.678Z",
    service: "other",
    data: { any: ["value", 1.5, null] },
    type: "AUDIT",
    request_id: "r-1",
    metadata: { user: 42 },
  };
  assert.deepEqual(record(JSON.stringify(whole)).entries, [whole]);
  assert.deepEqual(record('{"data":null}').entries, [{ data: null, type: "INFO" }]);
  assert.deepEqual(record('{"data":null}', { records: false }).entries, [
    { data: '{"data":null}', type: "INFO" },
  ]);
});

test("JSON that would lose something as a record is text", () => {
  const deep = `{"data":${"[".repeat(100)}${"]".repeat(100)}}`;
  const lines = [
    '{"message":"no data"}',
    '{"data":"x","id":"unknown name"}',
    '{"data":"x","__proto__":1}',
    '{"data":"x","constructor":1}',
    '{"data":"x","timestamp":1767323045678}',
    '{"data":"x","timestamp":"2026-01-02T03:04:05.678901Z"}',
    '{"data":"x","timestamp":"2026-99-02T03:04:05.678Z"}',
    '{"data":"x","service":""}',
    '{"data":"x","service":7}',
    '{"data":"x","type":null}',
    '{"data":"x","request_id":7}',
    '{"data":"x","metadata":[]}',
    '{"data":"x","metadata":null}',
    '{"data":12345678901234567890}',
    '{"data":0.1234567890123456789}',
    '{"data":1e400}',
    '{"data":1e-400}',
    '{"data":"x"} ,',
    '[{"data":"x"}]',
    ' {"data":"x"}',
    deep,
  ];
  for (const line of lines)
    assert.deepEqual(record(line).entries, [{ data: line, type: "INFO" }], line.slice(0, 60));
});

test("numbers that a double holds do not make text of a record, nor do digits inside strings", () => {
  const lines = [
    '{"data":[0,-0.0,1.50,1e3,123456789012345,9007199254740992,0.1]}',
    '{"data":"12345678901234567890","metadata":{"\\"1234567890123456789\\\\":1}}',
    '{"data":"\\\\","metadata":{"a":"\\\\\\"1234567890123456789"}}',
  ];
  for (const line of lines)
    assert.deepEqual(record(line).entries, [{ type: "INFO", ...JSON.parse(line) }], line);
});

test("any record in JSON comes out as it went in, or as text", () => {
  const values = fc.record({ data: fc.jsonValue() }, { requiredKeys: ["data"] });
  fc.assert(
    fc.property(values, (value) => {
      const line = JSON.stringify(value);
      const [entry] = record(line).entries;
      if (entry!.data !== line) assert.equal(JSON.stringify({ data: entry!.data }), line);
    }),
  );
});

test("lines whose records would not fit are cut, marked, counted, and whole when joined", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 1500, size: "max" }),
    // What grows most: control characters in a line that also needs base64.
    fc.array(fc.constantFrom(0x01, 0x01, 0x01, 0xff), { minLength: 1, maxLength: 1500, size: "max" }),
  );
  fc.assert(
    fc.property(
      bytes,
      fc.integer({ min: 256, max: 900 }),
      fc.integer({ min: 4, max: 500 }),
      (raw, max, lineMax) => {
        const line = Buffer.from(raw.filter((byte) => byte !== 0x0a));
        fc.pre(line.length > 0);
        const { entries, cutLines } = record(line, { recordBytesMax: max, lineBytesMax: lineMax });
        assert.deepEqual(Buffer.concat(entries.map(bytesOf)), line);
        for (const entry of entries) assert.ok(Buffer.byteLength(JSON.stringify(entry)) <= max);
        assert.deepEqual(
          entries.map((entry) => entry.metadata?.continues === true),
          entries.map((_, i) => i < entries.length - 1),
        );
        assert.equal(cutLines, entries.length > 1 ? 1 : 0);
      },
    ),
  );
});

test("each cut line counts once, and the line after it is whole again", () => {
  const { entries, cutLines } = record(`${"x".repeat(100)}\n{"data":1}\n${"y".repeat(50)}`, {
    lineBytesMax: 40,
  });
  assert.equal(cutLines, 2);
  assert.deepEqual(
    entries.map(({ data, metadata }) => [data, metadata?.continues ?? false]),
    [
      ["x".repeat(40), true],
      ["x".repeat(40), true],
      ["x".repeat(20), false],
      [1, false],
      ["y".repeat(40), true],
      ["y".repeat(10), false],
    ],
  );
});

test("a record in JSON that does not fit becomes pieces of text", () => {
  const line = JSON.stringify({ data: "z".repeat(300) });
  const { entries, cutLines } = record(line, { recordBytesMax: 256 });
  assert.equal(cutLines, 1);
  assert.equal(Buffer.concat(entries.map(bytesOf)).toString(), line);
});

test("a level in a line is the record's type, and the line stays as it is", () => {
  const lines = ["[warn] a\r", "ERROR: b", "no error", '{"level":50,"broken'];
  const typed = record(lines.join("\n")).entries;
  assert.deepEqual(
    typed,
    lines.map((data, i) => ({ data, type: ["WARN", "ERROR", "INFO", "INFO"][i] })),
  );
  const untyped = record(lines.join("\n"), { severity: false }).entries;
  assert.deepEqual(
    untyped,
    lines.map((data) => ({ data, type: "INFO" })),
  );
});

test("a line of a JSON logger is a record of its parts, or text with its level where it would lose something", () => {
  const lines = ['{"level":40,"msg":"slow","n":1}', '{"level":40,"msg":"slow","n":1,"n":2}', '{"no":"data"}'];
  assert.deepEqual(record(lines.join("\n"), { records: false }).entries, [
    { data: "slow", type: "WARN", metadata: { n: 1 } },
    { data: lines[1], type: "WARN" },
    { data: lines[2], type: "INFO" },
  ]);
  assert.deepEqual(
    record(lines.join("\n"), { severity: false }).entries,
    lines.map((data) => ({ data, type: "INFO" })),
  );
});

test("the output that lines come from is said, beside what a line says itself", () => {
  const { entries } = record('a\n{"level":30,"msg":"b","stream":"c","stream_given":1}\n\u00ff', {
    stream: "stderr",
  });
  assert.deepEqual(entries, [
    { data: "a", type: "INFO", metadata: { stream: "stderr" } },
    {
      data: "b",
      type: "INFO",
      metadata: { stream: "stderr", stream_given_given: "c", stream_given: 1 },
    },
    { data: "\u00ff", type: "INFO", metadata: { stream: "stderr" } },
  ]);
});

test("the pieces of a line that is cut have its type, and a line in between two of them is none", () => {
  const line = `ERROR ${"x".repeat(300)}`;
  const { entries } = record(`${line}\nplain`, { lineBytesMax: 100 });
  assert.deepEqual(
    entries.map(({ type }) => type),
    ["ERROR", "ERROR", "ERROR", "ERROR", "INFO"],
  );
});

test("a stack trace is one record of its level; one that reaches a bound says that it goes on", () => {
  const trace = "at the door\nTypeError: x\n    at a (b:1:1)\n    at c (d:2:2)\n    at e (f:3:3)\nlast";
  const { entries, cutLines } = record(trace, { traces: true });
  assert.deepEqual(entries, [
    { data: "at the door", type: "INFO" },
    {
      data: "TypeError: x\n    at a (b:1:1)\n    at c (d:2:2)\n",
      type: "ERROR",
      metadata: { continues: true },
    },
    { data: "    at e (f:3:3)", type: "ERROR" },
    { data: "last", type: "INFO" },
  ]);
  assert.equal(cutLines, 1);
  assert.deepEqual(
    record("    at a (b:1:1)\n    at c (d:2:2)", { traces: true }).entries.map(({ type }) => type),
    ["ERROR"],
  );
});

test("a line of JSON that goes on with a record is its text", () => {
  const json = '{"level":30,"msg":"x"}';
  const { entries } = record(`# a\nb\nc\n${json}\n# d\n${json}`, { headed: true });
  assert.deepEqual(
    entries.map(({ data }) => data),
    ["# a\nb\nc\n", json, `# d\n${json}`],
  );
});

test("whatever the lines, joined or not, with levels or not: all their bytes are in the records, in order", () => {
  const parts = fc.constantFrom(
    "ERROR a",
    "Error: x",
    "    at a (b:1:1)",
    "",
    "\r",
    "Traceback (most recent call last):",
    '  File "a", line 1',
    "panic: x",
    "goroutine 1 [running]:",
    '{"a":',
    "é€😀",
    "\u0000",
    "y".repeat(120),
  );
  fc.assert(
    fc.property(
      fc.array(fc.oneof(parts, fc.string({ maxLength: 10 })), { minLength: 1, maxLength: 40 }),
      fc.boolean(),
      fc.boolean(),
      fc.integer({ min: 40, max: 200 }),
      (given, traces, severity, lineBytesMax) => {
        const lines = given.map((line) => line.replaceAll("\n", ""));
        const { entries } = record(`${lines.join("\n")}\n`, {
          traces,
          severity,
          lineBytesMax,
          records: false,
        });
        const text = entries
          .map((entry) => `${bytesOf(entry)}${entry.metadata?.continues ? "" : "\n"}`)
          .join("");
        assert.equal(text, `${lines.join("\n")}\n`);
      },
    ),
  );
});
