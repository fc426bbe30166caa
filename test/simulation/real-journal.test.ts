/** The same schedules on the real journal: its files outlive writers and shippers that are killed at any step. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Coverage, coverageText } from "./coverage.js";
import { schedule } from "./schedule.js";
import { search } from "./search.js";
import { RealJournals } from "./world/real-journals.js";

const SCHEDULES = 200;
const SEED = 5;

test(`${SCHEDULES} schedules on real journals keep every guarantee`, async (t) => {
  const coverage = new Coverage();
  const finding = await search({
    schedules: schedule,
    count: SCHEDULES,
    seed: SEED,
    journals: (clock) => new RealJournals(clock),
    onPlayed: coverage.add,
  });
  assert.equal(finding?.text, undefined);
  t.diagnostic(coverageText(coverage));
  assert.ok(coverage.sums.dropped! > 0, "no journal was ever full");
});

test("on real journals too, a record that is acknowledged before its answer is seen to be lost", async () => {
  const finding = await search({
    schedules: schedule,
    count: SCHEDULES,
    seed: SEED,
    journals: (clock) => new RealJournals(clock),
    off: "wait for the answer",
    guarantee: "G1",
  });
  assert.ok(finding);
});
