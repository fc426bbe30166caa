import assert from "node:assert/strict";
import { test } from "node:test";
import { backoffMs } from "./backoff.js";

const ceilings = (attempts: readonly number[]) => attempts.map((attempt) => backoffMs(attempt, () => 1));

test("the longest wait doubles with every attempt, up to a minute", () => {
  assert.deepEqual(ceilings([1, 2, 3, 8]), [400, 800, 1600, 51_200]);
  assert.deepEqual(ceilings([9, 10, 40, 5000, Number.MAX_SAFE_INTEGER]), Array(5).fill(60_000));
});

test("the jitter is full: any wait from none to the longest, in proportion to chance", () => {
  assert.equal(
    backoffMs(3, () => 0),
    0,
  );
  assert.equal(
    backoffMs(3, () => 0.25),
    400,
  );
});
