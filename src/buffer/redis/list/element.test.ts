import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { lineIdOf } from "../../../record/line-id.js";
import type { StoredRecord } from "../../buffer.js";
import { Elements } from "./element.js";

const READ_MS = Date.UTC(2026, 0, 1);

function recordOf(element: string | Buffer): StoredRecord {
  return new Elements("w", "logs").recordOf(Buffer.from(element), { seq: 7, readAtMs: READ_MS });
}

function lineOf({ bytes, start, end }: StoredRecord): Record<string, unknown> {
  return JSON.parse(bytes.toString("utf8", start, end));
}

test("what is missing is made up for, and a service or type that is no text becomes one", () => {
  const bare = recordOf("{}");
  assert.deepEqual(lineOf(bare), {
    timestamp: "2026-01-01T00:00:00.000Z",
    service: "logs",
    data: null,
    type: "INFO",
    id: "w-7",
  });
  const odd = recordOf(
    '{"service":{"a":1},"type":5,"request_id":{"b":[1]},"metadata":"text","timestamp":1.9}',
  );
  assert.deepEqual(lineOf(odd), {
    timestamp: "1970-01-01T00:00:00.001Z",
    service: '{"a":1}',
    data: null,
    type: "5",
    request_id: { b: [1] },
    metadata: { value: "text" },
    id: "w-7",
  });
  assert.deepEqual([odd.service, odd.type, odd.timestamp], ['{"a":1}', "5", 1]);
});

test("what is no record keeps its bytes, and says what is wrong with it", () => {
  const deep = `{"data":${"[".repeat(70)}${"]".repeat(70)}}`;
  const deepest = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
  const cases: [string | Buffer, RegExp][] = [
    ["", /no JSON/],
    ["nul", /no JSON/],
    ['{"data":1', /no JSON/],
    ["null", /no JSON object/],
    ['"text"', /no JSON object/],
    ["[{}]", /no JSON object/],
    [Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d]), /UTF-8/],
    [deep, /levels/],
    [deepest, /no JSON object/],
    [`{"data":${deepest}}`, /levels/],
    [`{"data":[${"1,".repeat(600_000)}1]}`, /values/],
  ];
  for (const [element, wrong] of cases) {
    const { malformed, bytes, start, end, timestamp } = recordOf(element);
    assert.match(`${malformed}`, wrong);
    assert.ok(bytes.subarray(start, end).equals(Buffer.from(element)));
    assert.equal(timestamp, READ_MS);
  }
});

test("property: every JSON object becomes a line that holds all of it", () => {
  const elements = new Elements("w", "logs");
  const names = fc.constantFrom("data", "metadata", "user", "__proto__", "id", "user_given", "toString");
  let seq = 0;
  fc.assert(
    fc.property(fc.dictionary(names, fc.jsonValue({ maxDepth: 3 })), fc.nat(40_000), (object, size) => {
      const filler = "\u0001".repeat(size);
      const element = Buffer.from(JSON.stringify({ ...object, filler }));
      const record = elements.recordOf(element, { seq: seq++, readAtMs: READ_MS });
      assert.equal(record.malformed, undefined);
      const text = record.bytes.toString("utf8", record.start, record.end);
      assert.equal(lineIdOf(text)?.seq, seq - 1);
      const { data, metadata } = JSON.parse(text);
      const given = JSON.parse(`${element}`) as Record<string, unknown>;
      assert.deepEqual(data, given.data ?? null);
      const { metadata: said, data: _data, ...others } = given;
      for (const [name, value] of Object.entries(others)) {
        const kept = Object.entries(metadata as object).filter(
          ([key]) => key.replace(/(_given)+$/, "") === name.replace(/(_given)+$/, ""),
        );
        assert.ok(
          kept.some(([, each]) => JSON.stringify(each) === JSON.stringify(value)),
          `${name} is lost`,
        );
      }
      for (const [name, value] of Object.entries(Array.isArray(said) ? {} : (said ?? {}))) {
        if (typeof said === "object") assert.deepEqual((metadata as Record<string, unknown>)[name], value);
      }
    }),
    { numRuns: 300 },
  );
});
