import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Entry } from "./entry.js";
import { LineRecorder } from "./line-recorder.js";

interface Bounds {
  readonly lineBytesMax?: number;
  readonly recordBytesMax?: number;
  readonly records?: boolean;
  readonly severity?: boolean;
}

function record(input: string | Buffer, bounds: Bounds = {}) {
  const entries: Entry[] = [];
  const recorder = new LineRecorder({
    type: "INFO",
    records: bounds.records ?? true,
    severity: bounds.severity ?? true,
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
