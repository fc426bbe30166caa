import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TEXT_BYTES_MAX } from "./escape.js";
import { JsonTextWriter, setPrefix } from "./text-writer.js";

function escaped(bytes: Buffer, start = 0, end = bytes.length): Buffer {
  const writer = new JsonTextWriter(16);
  writer.escaped(0, bytes, start, end);
  return writer.written;
}

test("every byte that JSON forbids in a string is escaped, at every place among sixteen", () => {
  for (let byte = 0; byte < 0x80; byte++) {
    for (let before = 0; before < 33; before++) {
      const text = `${"x".repeat(before)}${String.fromCharCode(byte)}yz${"-".repeat(before % 17)}`;
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

test("any mixture of quotes, backslashes and plain text is written as JSON.stringify does it", () => {
  for (let mask = 0; mask < 1 << 16; mask++) {
    const text = Array.from({ length: 16 }, (_, bit) => ((mask >> bit) & 1 ? '"\\'[bit & 1] : "a")).join("");
    assert.equal(escaped(Buffer.from(text)).toString("latin1"), JSON.stringify(text).slice(1, -1));
  }
});

test("the worst text grows the writer and stays whole, also where it is cut for the scratch memory", () => {
  for (const length of [
    50_000,
    TEXT_BYTES_MAX - 1,
    TEXT_BYTES_MAX,
    TEXT_BYTES_MAX + 1,
    3 * TEXT_BYTES_MAX + 5,
  ]) {
    const text = Buffer.alloc(length, 1);
    const written = escaped(text);
    assert.equal(written.length, 6 * length);
    assert.equal(JSON.parse(`"${written}"`), text.toString());
  }
});

test("the prefix stands before each text, once, and is not escaped", () => {
  const writer = new JsonTextWriter(16);
  const bytes = Buffer.concat([Buffer.from('a"'), Buffer.alloc(TEXT_BYTES_MAX, "b")]);
  const prefixBytes = setPrefix('<"\n">');
  for (const end of [2, 1, 0, bytes.length]) {
    writer.escaped(prefixBytes, bytes, 0, end);
  }
  const b = "b".repeat(TEXT_BYTES_MAX);
  assert.equal(writer.written.toString(), `<"\n">a\\"<"\n">a<"\n"><"\n">a\\"${b}`);
});

test("a writer that is reset writes from the start again", () => {
  const writer = new JsonTextWriter(64);
  writer.escaped(0, Buffer.from('first "text"'), 0, 12);
  writer.reset();
  writer.escaped(0, Buffer.from("second"), 0, 6);
  assert.equal(writer.written.toString(), "second");
});
