import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { AcknowledgedRanges } from "./ranges.js";

const MAX = 60;
const range = fc
  .tuple(fc.nat({ max: MAX }), fc.integer({ min: -1, max: 12 }))
  .map(([from, length]) => ({ from, to: from + length }));

test("any ranges in any order leave what a set of ordinals would hold", () => {
  fc.assert(
    fc.property(fc.nat({ max: 20 }), fc.array(range, { maxLength: 40 }), (start, added) => {
      const ranges = new AcknowledgedRanges(start);
      const model = new Set(Array.from({ length: start }, (_, ordinal) => ordinal));
      for (const each of added) {
        ranges.add(each);
        for (let ordinal = each.from; ordinal <= each.to; ordinal++) model.add(ordinal);
        check(ranges, model);
      }
      check(new AcknowledgedRanges(ranges.contiguous, ranges.beyond), model);
    }),
    { numRuns: 500 },
  );
});

function check(ranges: AcknowledgedRanges, model: ReadonlySet<number>): void {
  let contiguous = 0;
  while (model.has(contiguous)) contiguous++;
  assert.equal(ranges.contiguous, contiguous);
  for (let ordinal = 0; ordinal <= MAX + 15; ordinal++) {
    assert.equal(ranges.has(ordinal), model.has(ordinal), `${ordinal}`);
  }
  let last = contiguous;
  for (const { from, to } of ranges.beyond) {
    assert.ok(from > last && to >= from, "above, rising, and not touching each other");
    last = to + 1;
  }
}
