import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { JsonTextWriter } from "./text-writer.js";

function escaped(bytes: Buffer, start = 0, end = bytes.length): Buffer {
  const writer = new JsonTextWriter(16);
  writer.escaped(bytes, start, end);
  return writer.written;
}

test("every byte that JSON forbids in a string is escaped, at every place of a word", () => {
  for (let byte = 0; byte < 0x80; byte++) {
    for (let before = 0; before < 9; before++) {
      const text = `${"x".repeat(before)}${String.fromCharCode(byte)}yz`;
      assert.equal(JSON.parse(`"${escaped(Buffer.from(text))}"`), text);
    }
  }
});

test("what is written reads back as the same text, whatever stands before and behind it", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", '"', "\\", "\n", "\u0000", "\u001f", "é", "\u2028", "🐉", " "),
  });
  fc.assert(
    fc.property(text, text, text, (before, middle, behind) => {
      const bytes = Buffer.from(before + middle + behind);
      const start = Buffer.byteLength(before);
      const written = escaped(bytes, start, start + Buffer.byteLength(middle));
      assert.equal(JSON.parse(`"${written}"`), middle);
    }),
  );
});

test("bytes from 0x80 up pass unchanged, also those that are no UTF-8", () => {
  fc.assert(
    fc.property(fc.uint8Array({ min: 0x80, max: 0xff, maxLength: 40 }), (array) => {
      assert.deepEqual(escaped(Buffer.from(array)), Buffer.from(array));
    }),
  );
});

test("the worst text grows the writer and stays whole", () => {
  const text = Buffer.alloc(50_000, 1);
  const written = escaped(text);
  assert.equal(written.length, 300_000);
  assert.equal(JSON.parse(`"${written}"`), text.toString());
});

test("numbers are written as JSON writes them", () => {
  const numbers = fc.oneof(
    fc.integer({ min: 1e12 - 5, max: 1e12 + 5 }),
    fc.integer({ min: 1e12, max: 1e13 - 1 }),
    fc.integer({ min: 1e13 - 5, max: 1e13 + 5 }),
    fc.constantFrom(0, -1, 1.5, 1754000000000.5, 2 ** 53),
  );
  fc.assert(
    fc.property(numbers, (number) => {
      const writer = new JsonTextWriter(1);
      writer.number(number);
      assert.equal(writer.written.toString(), JSON.stringify(number));
    }),
  );
});

test("a writer that is reset writes from the start again", () => {
  const writer = new JsonTextWriter(64);
  writer.escaped(Buffer.from('first "text"'), 0, 12);
  writer.reset();
  writer.escaped(Buffer.from("second"), 0, 6);
  assert.equal(writer.written.toString(), "second");
});
