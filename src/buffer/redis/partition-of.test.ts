import assert from "node:assert/strict";
import { test } from "node:test";
import { randomId } from "../../system/random.js";
import { partitionOf } from "./partition-of.js";

test("a writer stays where it was in every version", () => {
  assert.deepEqual(
    ["", "a", "b", "0123456789ab", "zzzzzzzzzzzz", "ä"].map((writer) => partitionOf(writer, 16)),
    [11, 3, 2, 5, 5, 3],
  );
});

test("writers are spread evenly, over any number of partitions", () => {
  for (const partitions of [1, 2, 3, 16, 64]) {
    const counts = new Array<number>(partitions).fill(0);
    const writers = partitions * 1000;
    for (let i = 0; i < writers; i++) counts[partitionOf(randomId(12), partitions)]!++;
    // Ten standard deviations of an even draw.
    for (const count of counts) assert.ok(Math.abs(count - 1000) < 320, `${counts}`);
  }
});
