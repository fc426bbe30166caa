import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { align } from "./alignment.js";

test("elements that are gone from the front, from the end, or altogether", () => {
  assert.deepEqual(align([1, 2, 3, 4, 5], [3, 4, 5, 6, 7]), { taken: 2, kept: 3 });
  assert.deepEqual(align([1, 2, 3], [1, 2, 3, 4]), { taken: 0, kept: 3 });
  assert.deepEqual(align([1, 2, 3, 4, 5], [1, 2, 3]), { taken: 0, kept: 3 });
  assert.deepEqual(align([1, 2, 3], []), { taken: 3, kept: 0 });
  assert.deepEqual(align([1, 2, 3], [9, 1, 2, 3]), { taken: 0, kept: 0 });
  assert.deepEqual(align([7, 7, 7], [7, 7]), { taken: 1, kept: 2 });
});

test("property: the longest end of what was read with which the list begins", () => {
  const prints = fc.array(fc.nat(2), { maxLength: 12 });
  fc.assert(
    fc.property(prints, fc.array(fc.nat(2), { minLength: 1, maxLength: 12 }), (read, list) => {
      const lengths = read.map((_, index) => read.length - index);
      const longest = lengths.find(
        (length) => `${read.slice(read.length - length)}` === `${list.slice(0, length)}`,
      );
      const { taken, kept } = align(read, list);
      if (longest !== undefined) {
        assert.deepEqual({ taken, kept }, { taken: read.length - longest, kept: longest });
      } else {
        assert.equal(taken, 0);
        assert.deepEqual(read.slice(0, kept), list.slice(0, kept));
        assert.notEqual(read[kept], list[kept]);
      }
    }),
    { numRuns: 2000 },
  );
});
