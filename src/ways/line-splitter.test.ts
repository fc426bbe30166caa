import assert from "node:assert/strict";
import { isUtf8 } from "node:buffer";
import { test } from "node:test";
import fc from "fast-check";
import { LineSplitter } from "./line-splitter.js";

interface Piece {
  readonly bytes: Buffer;
  readonly continues: boolean;
}

function split(chunks: readonly Buffer[], lineBytesMax: number): Piece[] {
  const pieces: Piece[] = [];
  const splitter = new LineSplitter(lineBytesMax, (bytes, continues) => pieces.push({ bytes, continues }));
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return pieces;
}

/** The lines, with the pieces of each joined again. */
function joined(pieces: readonly Piece[]): Buffer[] {
  const lines: Buffer[] = [];
  let line: Buffer[] = [];
  for (const { bytes, continues } of pieces) {
    line.push(bytes);
    if (continues) continue;
    lines.push(Buffer.concat(line));
    line = [];
  }
  assert.equal(line.length, 0, "the last piece says that its line goes on");
  return lines;
}

/** What lines are, said in another way than the splitter does it: latin1 maps bytes to characters one to one. */
function linesOf(bytes: Buffer): Buffer[] {
  const parts = bytes.toString("latin1").split("\n");
  if (parts.at(-1) === "") parts.pop();
  return parts.map((part) => Buffer.from(part, "latin1"));
}

function chunksOf(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((place, i) => bytes.subarray(place, [...places, bytes.length][i]));
}

/** Bytes with many line breaks, carriage returns, broken and whole characters of every length. */
const inputs = fc
  .array(
    fc.oneof(
      fc.constantFrom("\n", "\r\n", "\r", "é", "€", "😀", "\0").map((text) => Buffer.from(text)),
      fc.string({ maxLength: 6 }).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes)),
    ),
    { maxLength: 40, size: "max" },
  )
  .map((parts) => Buffer.concat(parts));

test("lines come out byte for byte, however the input is cut into chunks", () => {
  fc.assert(
    fc.property(inputs, fc.array(fc.nat(), { maxLength: 10 }), (bytes, cuts) => {
      const pieces = split(chunksOf(bytes, cuts), 10_000);
      assert.deepEqual(
        pieces.map((piece) => piece.bytes),
        linesOf(bytes),
      );
      assert.ok(pieces.every((piece) => !piece.continues));
    }),
  );
});

test("one byte at a time, the lines are the same", () => {
  const bytes = Buffer.from('first\r\n\n  é€😀 \n\r\n{"a":1}\nlast without an end');
  const pieces = split(
    [...bytes].map((byte) => Buffer.from([byte])),
    100,
  );
  assert.deepEqual(
    pieces.map((piece) => piece.bytes.toString()),
    ["first\r", "", "  é€😀 ", "\r", '{"a":1}', "last without an end"],
  );
});

test("lines that are too long come in pieces within the bound, which joined are the lines", () => {
  fc.assert(
    fc.property(
      inputs,
      fc.array(fc.nat(), { maxLength: 10 }),
      fc.integer({ min: 4, max: 12 }),
      (bytes, cuts, max) => {
        const pieces = split(chunksOf(bytes, cuts), max);
        assert.ok(pieces.every((piece) => piece.bytes.length <= max));
        assert.ok(pieces.every((piece) => !piece.continues || piece.bytes.length > 0));
        assert.deepEqual(joined(pieces), linesOf(bytes));
      },
    ),
  );
});

test("a text is cut between its characters", () => {
  const texts = fc
    .string({ unit: "grapheme", maxLength: 60, size: "max" })
    .filter((text) => text.isWellFormed());
  fc.assert(
    fc.property(
      texts,
      fc.array(fc.nat(), { maxLength: 6 }),
      fc.integer({ min: 4, max: 9 }),
      (text, cuts, max) => {
        for (const piece of split(chunksOf(Buffer.from(text), cuts), max)) assert.ok(isUtf8(piece.bytes));
      },
    ),
  );
});

test("a line of exactly the bound is whole, and one byte more makes two", () => {
  assert.deepEqual(
    split([Buffer.from("12345678\n")], 8).map(({ bytes, continues }) => [`${bytes}`, continues]),
    [["12345678", false]],
  );
  assert.deepEqual(
    split([Buffer.from("12345678"), Buffer.from("9\n")], 8).map(({ bytes, continues }) => [
      `${bytes}`,
      continues,
    ]),
    [
      ["12345678", true],
      ["9", false],
    ],
  );
});

test("no input has no lines", () => {
  assert.deepEqual(split([], 8), []);
  assert.deepEqual(split([Buffer.alloc(0)], 8), []);
});
