import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { VarintReader, VarintWriter } from "./varint.js";

test("numbers and texts come back in the order in which they were written", () => {
  const unsigned = fc.nat({ max: Number.MAX_SAFE_INTEGER });
  const signed = fc.integer({ min: -(2 ** 52), max: 2 ** 52 - 1 });
  fc.assert(
    fc.property(fc.array(fc.tuple(unsigned, signed, fc.string({ unit: "grapheme" }))), (rows) => {
      const writer = new VarintWriter();
      for (const [a, b, c] of rows) {
        writer.unsigned(a);
        writer.signed(b);
        writer.text(c);
      }
      const bytes = writer.bytes();
      const reader = new VarintReader(bytes);
      assert.deepEqual(
        rows.map(() => [reader.unsigned(), reader.signed(), reader.text()]),
        rows.map(([a, b, c]) => [a, b === 0 ? 0 : b, c]),
      );
      assert.equal(reader.at, bytes.length);
    }),
  );
});

test("small numbers take one byte", () => {
  const writer = new VarintWriter();
  for (const value of [-64, -1, 0, 1, 63]) writer.signed(value);
  assert.equal(writer.bytes().length, 5);
});

test("bytes that end early hold no number and no text", () => {
  assert.throws(() => new VarintReader(Buffer.of(0x80)).unsigned(), RangeError);
  assert.throws(() => new VarintReader(Buffer.alloc(20, 0xff)).unsigned(), RangeError);
  assert.throws(() => new VarintReader(Buffer.of(3, 0x61)).text(), RangeError);
});
