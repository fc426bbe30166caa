import assert from "node:assert/strict";
import { randomFillSync } from "node:crypto";
import { readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { type Cursor, CursorFile, cursorPath, readCursor } from "./cursor.js";
import { temporaryFolder } from "./journal.cases.js";

const START: Cursor = { next: 0, beyond: [] };

/** Ranges above `next`, rising and apart from each other. */
const cursor = fc
  .tuple(
    fc.nat({ max: 2 ** 50 }),
    fc.array(fc.tuple(fc.integer({ min: 1, max: 1e6 }), fc.nat({ max: 1e6 })), { maxLength: 50 }),
  )
  .map(([next, steps]): Cursor => {
    let at = next;
    const beyond = steps.map(([gap, length]): [number, number] => {
      const from = at + gap;
      at = from + length + 1;
      return [from, at - 1];
    });
    return { next, beyond };
  });

test("what is written last is read back, by this process and by the next shipper", (t) => {
  const folder = temporaryFolder(t);
  let file = new CursorFile(folder);
  assert.deepEqual(file.start, START);
  fc.assert(
    fc.property(cursor, fc.boolean(), (written, reopen) => {
      file.write(written, 0);
      assert.deepEqual(readCursor(folder), written);
      if (reopen) {
        file.close();
        file = new CursorFile(folder);
        assert.deepEqual(file.start, written);
      }
    }),
  );
  file.close();
  assert.equal(statSync(cursorPath(folder)).mode & 0o777, 0o600);
});

test("a write that is torn anywhere leaves this cursor or the one before", (t) => {
  const folder = temporaryFolder(t);
  fc.assert(
    fc.property(
      cursor,
      cursor,
      cursor,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (first, before, torn, part) => {
        const file = new CursorFile(folder);
        file.write(first, 0);
        file.write(before, 0);
        const old = readFileSync(cursorPath(folder));
        file.write(torn, 0);
        file.close();
        const whole = readFileSync(cursorPath(folder));
        const changed = [...whole.keys()].filter((at) => whole[at] !== (old[at] ?? 0));
        const from = changed[0] ?? 0;
        const cut = from + Math.floor(part * ((changed.at(-1) ?? 0) + 1 - from));
        const bytes = Buffer.concat([whole.subarray(0, cut), Buffer.alloc(Math.max(0, whole.length - cut))]);
        if (cut < old.length) old.copy(bytes, cut, cut);
        writeFileSync(cursorPath(folder), bytes);
        const read = readCursor(folder);
        assert.ok(
          [before, torn].some((one) => JSON.stringify(one) === JSON.stringify(read)),
          JSON.stringify(read),
        );
      },
    ),
  );
});

test("a missing, damaged or senseless file means that nothing is delivered", (t) => {
  const folder = temporaryFolder(t);
  assert.deepEqual(readCursor(folder), START);
  const file = new CursorFile(folder);
  file.write({ next: 7, beyond: [[9, 10]] }, 0);
  file.close();
  const path = cursorPath(folder);
  const whole = readFileSync(path);
  for (let at = 0; at < whole.length; at++) {
    if (whole[at] === 0) continue;
    const bytes = Buffer.from(whole);
    bytes[at]! ^= 1;
    writeFileSync(path, bytes);
    assert.deepEqual(readCursor(folder), START, `byte ${at}`);
  }
  for (const bytes of [
    Buffer.alloc(0),
    Buffer.alloc(200_000),
    randomFillSync(Buffer.alloc(200_000)),
    Buffer.from("1 1 null\n"),
  ]) {
    writeFileSync(path, bytes);
    assert.deepEqual(readCursor(folder), START);
  }
  truncateSync(path, 0);
  const again = new CursorFile(folder);
  again.write({ next: 1, beyond: [] }, 0);
  again.close();
  assert.deepEqual(readCursor(folder), { next: 1, beyond: [] });
});

test("more ranges than there is room for cost doubles at most: the lowest are remembered", (t) => {
  const folder = temporaryFolder(t);
  const beyond = Array.from({ length: 10_000 }, (_, n): [number, number] => [
    2 ** 52 + 2 * n,
    2 ** 52 + 2 * n,
  ]);
  const file = new CursorFile(folder);
  file.write({ next: 3, beyond: [] }, 0);
  file.write({ next: 2 ** 51, beyond }, 0);
  file.close();
  const read = readCursor(folder);
  assert.equal(read.next, 2 ** 51);
  assert.ok(read.beyond.length > 1000);
  assert.deepEqual(read.beyond, beyond.slice(0, read.beyond.length));
});
