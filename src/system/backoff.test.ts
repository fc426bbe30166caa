import assert from "node:assert/strict";
import { test } from "node:test";
import { backoffMs } from "./backoff.js";

const BACKOFF = { baseMs: 200, maxMs: 60_000 };
const ceilings = (attempts: readonly number[]) =>
  attempts.map((attempt) => backoffMs(attempt, () => 1, BACKOFF));

test("the longest wait begins with the base and doubles with every attempt, up to the maximum", () => {
  assert.deepEqual(ceilings([1, 2, 3, 9]), [200, 400, 800, 51_200]);
  assert.deepEqual(ceilings([10, 40, 5000, Number.MAX_SAFE_INTEGER]), Array(4).fill(60_000));
});

test("the jitter is full: any wait from none to the longest, in proportion to chance", () => {
  assert.equal(
    backoffMs(4, () => 0, BACKOFF),
    0,
  );
  assert.equal(
    backoffMs(4, () => 0.25, BACKOFF),
    400,
  );
});
