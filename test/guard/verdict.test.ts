import assert from "node:assert/strict";
import { test } from "node:test";
import { judge } from "../../bench/guard/verdict.js";

const budget = { what: "bytes per call", share: 0.1, slack: 2, look: "the bench" };

test("a count up to what was counted before and its margin is within the budget", () => {
  for (const now of [88, 100, 112]) {
    assert.deepEqual(judge("log call", budget, 100, now), {
      verdict: "within",
      budget: 112,
      sentence: undefined,
    });
  }
});

test("one above says what grew from what to what, and how to look at it", () => {
  const { verdict, sentence } = judge("log call", budget, 100, 113);
  assert.equal(verdict, "exceeded");
  assert.equal(
    sentence,
    "log call: bytes per call grew from 100 to 113; the budget is 112. To look at it: the bench.",
  );
});

test("one far below says that the budget may be lowered", () => {
  const { verdict, sentence } = judge("log call", budget, 100, 87);
  assert.equal(verdict, "could be lowered");
  assert.match(sentence!, /fell from 100 to 87.00; the budget of 112 may be lowered/);
});

test("what was never counted, or is no number now, does not pass", () => {
  assert.equal(judge("log call", budget, undefined, 1).verdict, "has no budget");
  assert.equal(judge("log call", budget, 100, Number.NaN).verdict, "exceeded");
});
