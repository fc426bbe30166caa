import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { StoredRecord } from "../buffer/buffer.js";
import type { Item } from "./batch.js";
import { CLOUDWATCH_LIMITS } from "./limits.js";
import { PART_BYTES_MIN, splitRecord } from "./parts.js";

const TIMESTAMP = Date.UTC(2026, 7, 1, 12, 0, 0, 7);

function recordOf(line: Buffer, more: Partial<StoredRecord> = {}): StoredRecord {
  // The line stands in the middle of a larger buffer, as it does in a segment.
  const bytes = Buffer.concat([Buffer.from("before"), line, Buffer.from("after")]);
  const place = { bytes, start: 6, end: 6 + line.length };
  return {
    timestamp: TIMESTAMP,
    writer: "w1",
    seq: 42,
    ordinal: 0,
    service: "api",
    type: "INFO",
    ...place,
    ...more,
  };
}

function decode(item: Item): Record<string, unknown> {
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
    item.bytes.subarray(item.start, item.end),
  );
  assert.ok(!text.includes("\n"), "a part is one line");
  return JSON.parse(text);
}

const textOf = (items: Item[]) => items.map((item) => decode(item).text).join("");

/** Text in which every kind of escape and every length of character stands close together. */
const hardText = fc.string({
  unit: fc.oneof(
    fc.constantFrom('"', "\\", "\n", "\u0000", "\u001f", "\u007f", "a", "é", "\u2028", "€", "😀", "\ufeff"),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  ),
  maxLength: 2000,
  size: "max",
});

test("a part is one line of JSON which says whose part it is", () => {
  const items = splitRecord(recordOf(Buffer.from("x".repeat(300))), 256);
  assert.deepEqual(Object.entries(decode(items[0]!)).slice(0, -1), [
    ["timestamp", "2026-08-01T12:00:00.007Z"],
    ["service", "api"],
    ["type", "INFO"],
    ["id", "w1-42"],
    ["part", 1],
    ["parts", items.length],
  ]);
});

test("property: the texts of all parts are the line, byte for byte, and every part fits and is numbered", () => {
  fc.assert(
    fc.property(hardText, fc.integer({ min: PART_BYTES_MIN, max: 600 }), (text, eventBytesMax) => {
      const line = Buffer.from(text);
      const items = splitRecord(recordOf(line), eventBytesMax);
      assert.deepEqual(Buffer.from(textOf(items)), line);
      for (const [index, item] of items.entries()) {
        assert.ok(item.end - item.start <= eventBytesMax, `${item.end - item.start} > ${eventBytesMax}`);
        assert.deepEqual([item.part, item.parts], [index + 1, items.length]);
        assert.deepEqual([decode(item).part, decode(item).parts], [index + 1, items.length]);
      }
    }),
  );
});

test("property: any bytes become what Buffer.toString makes of them", () => {
  const bytes = fc.uint8Array({ maxLength: 2000, size: "max" });
  fc.assert(
    fc.property(bytes, fc.integer({ min: PART_BYTES_MIN, max: 600 }), (array, eventBytesMax) => {
      const line = Buffer.from(array);
      const items = splitRecord(recordOf(line), eventBytesMax);
      assert.equal(textOf(items), line.toString());
      for (const item of items) assert.ok(item.end - item.start <= eventBytesMax);
    }),
  );
});

test("property: labels of any length leave room for the text", () => {
  const label = fc.oneof(
    fc.string({ unit: "binary", maxLength: 400, size: "max" }),
    fc.constant("\ud800".repeat(400)),
  );
  fc.assert(
    fc.property(label, label, label, hardText, (service, type, writer, text) => {
      const record = recordOf(Buffer.from(text), { service, type, writer, seq: Number.MAX_SAFE_INTEGER });
      const items = splitRecord(record, PART_BYTES_MIN);
      assert.equal(textOf(items), Buffer.from(text).toString());
      for (const item of items) assert.ok(item.end - item.start <= PART_BYTES_MIN);
      assert.match(String(decode(items[0]!).id), /-9007199254740991$/);
    }),
  );
});

test("parts but the last are filled up to less than one escaped character and the numbers' reserve", () => {
  const line = Buffer.from(JSON.stringify({ data: 'say "hello" \\ '.repeat(200_000) }));
  const items = splitRecord(recordOf(line), CLOUDWATCH_LIMITS.eventBytesMax);
  assert.ok(items.length > 2);
  for (const item of items.slice(0, -1)) {
    assert.ok(item.end - item.start > CLOUDWATCH_LIMITS.eventBytesMax - 24, `${item.end - item.start}`);
    assert.ok(item.end - item.start <= CLOUDWATCH_LIMITS.eventBytesMax);
  }
});

test("a timestamp that is no moment in time does not throw", () => {
  const items = splitRecord(recordOf(Buffer.from("x"), { timestamp: 1e17 }), PART_BYTES_MIN);
  assert.equal(decode(items[0]!).timestamp, "100000000000000000");
});

test("the parts of a replayed record carry the id that stands in its line, and not its new place", () => {
  const replayed = recordOf(Buffer.from(`{"data":"${"x".repeat(5000)}","id":"original-7"}`));
  for (const item of splitRecord(replayed, 1000)) assert.equal(decode(item).id, "original-7");
  const foreign = recordOf(Buffer.from(`{"data":"${"x".repeat(5000)}"}`));
  for (const item of splitRecord(foreign, 1000)) assert.equal(decode(item).id, "w1-42");
});
