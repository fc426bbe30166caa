import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type SeqRange, SeqSet, without } from "./seq-set.js";

/** Numbers around the ends of words and pages, in any order and more than once. */
const seqs = fc.array(
  fc.oneof(
    fc.nat(100),
    fc.integer({ min: 8150, max: 8230 }),
    fc.integer({ min: 16_380, max: 16_390 }),
    fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER - 1),
  ),
  { maxLength: 300 },
);
const runs = fc.array(fc.tuple(fc.nat(20_000), fc.nat(9000)), { maxLength: 4 });

function numbersIn(ranges: Iterable<SeqRange>): number[] {
  return [...ranges].flatMap(({ from, to }) =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index),
  );
}

/** The numbers from `from` to `to` that do not satisfy, as ranges, found one by one. */
function holesByHand(has: (seq: number) => boolean, from: number, to: number): SeqRange[] {
  const holes: { from: number; to: number }[] = [];
  for (let seq = from; seq <= to; seq++) {
    if (has(seq)) continue;
    const last = holes.at(-1);
    if (last?.to === seq - 1) last.to = seq;
    else holes.push({ from: seq, to: seq });
  }
  return holes;
}

test("a set holds what was added, once, and knows its holes", () => {
  fc.assert(
    fc.property(seqs, fc.nat(9000), fc.nat(9000), (numbers, from, length) => {
      const set = new SeqSet();
      const model = new Set<number>();
      for (const seq of numbers) {
        assert.equal(set.add(seq), !model.has(seq));
        model.add(seq);
        assert.equal(set.size, model.size);
      }
      for (const seq of [...numbers, 50, 8191, 8192]) assert.equal(set.has(seq), model.has(seq));
      const has = (seq: number) => model.has(seq);
      assert.deepEqual([...set.holes(from, from + length)], holesByHand(has, from, from + length));
      assert.deepEqual(
        [...new Set(numbersIn(set.ranges()))].sort((a, b) => a - b),
        [...model].sort((a, b) => a - b),
      );
    }),
  );
});

test("long runs that meet, overlap and lie in one another leave the holes between them", () => {
  fc.assert(
    fc.property(runs, (parts) => {
      const set = new SeqSet();
      const model = new Set<number>();
      for (const [from, length] of parts) {
        for (let seq = from; seq < from + length; seq++) {
          set.add(seq);
          model.add(seq);
        }
      }
      assert.equal(set.size, model.size);
      assert.deepEqual(
        [...set.holes(0, 30_000)],
        holesByHand((seq) => model.has(seq), 0, 30_000),
      );
    }),
    { numRuns: 50 },
  );
});

test("a series in order takes no page, a shuffled one only those of what is ahead, and none in the end", () => {
  const set = new SeqSet();
  for (let seq = 5; seq < 1_000_000; seq++) set.add(seq);
  assert.deepEqual([set.size, set.pages], [999_995, 0]);
  let pagesMax = 0;
  for (let block = 1_000_000; block < 2_000_000; block += 20_000) {
    for (let seq = block + 19_999; seq >= block; seq--) {
      set.add(seq);
      pagesMax = Math.max(pagesMax, set.pages);
    }
  }
  assert.equal(set.size, 1_999_995);
  assert.ok(pagesMax <= 5, `${pagesMax} pages`);
  assert.ok(set.pages <= 1, `${set.pages} pages are left`);
  assert.deepEqual([...set.holes(5, 1_999_999)], []);
});

test("behind a hole a number takes a bit", () => {
  const set = new SeqSet();
  set.add(0);
  for (let seq = 2; seq < 1_000_000; seq++) set.add(seq);
  assert.equal(set.pages, Math.ceil(1_000_000 / 8192));
  assert.deepEqual([...set.holes(0, 999_999)], [{ from: 1, to: 1 }]);
  set.add(1);
  assert.ok(set.pages <= 1);
});

test("what is known is taken out of the holes and counted, whatever overlaps", () => {
  const rising = fc
    .array(fc.tuple(fc.nat(80), fc.nat(20)), { maxLength: 8 })
    .map((pairs) => pairs.sort(([a], [b]) => a - b).map(([from, length]) => ({ from, to: from + length })));
  fc.assert(
    fc.property(fc.array(fc.nat(100)), rising, (present, known) => {
      const set = new SeqSet();
      for (const seq of present) set.add(seq);
      const holes = [...set.holes(0, 100)];
      let counted = 0;
      const left = numbersIn(without(holes, known, (seqs) => (counted += seqs)));
      const isKnown = (seq: number) => known.some(({ from, to }) => seq >= from && seq <= to);
      const all = numbersIn(holes);
      assert.deepEqual(
        left,
        all.filter((seq) => !isKnown(seq)),
      );
      assert.equal(counted, all.filter(isKnown).length);
    }),
  );
});
