/** The whole way of a record under everything that may go wrong, many times over. See README.md. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { searchAside } from "./aside.js";
import { coverageText, stepsWithoutKill } from "./coverage.js";
import { KINDS, KINDS_UNSORTED } from "./schedule.js";

const SCHEDULES = 10_000;
const SCHEDULES_VERIFIED = 1500;
const SCHEDULES_UNSORTED = 1500;
/** Always the same, so that a red test means that the code has changed. `npm run simulate` draws others. */
const SEED = 1;

test(`${SCHEDULES} schedules keep G1, G4, G5, G6, G8, the ladder and the circuit`, async (t) => {
  const { finding, coverage } = await searchAside({ kinds: KINDS, count: SCHEDULES, seed: SEED });
  assert.equal(finding, undefined);
  t.diagnostic(coverageText(coverage));
  assert.equal(coverage.schedules, SCHEDULES);
  assert.deepEqual(stepsWithoutKill(coverage, false), []);
  for (const met of ["lostAnswers", "doubles", "letters", "dropped", "splits", "parks", "openings"]) {
    assert.ok(coverage.sums[met]! > SCHEDULES / 100, `schedules are too tame: ${met} ${coverage.sums[met]}`);
  }
});

test(`${SCHEDULES_VERIFIED} schedules with exactlyOnce: verify have no doubles`, async (t) => {
  const { finding, coverage } = await searchAside({
    kinds: KINDS,
    count: SCHEDULES_VERIFIED,
    seed: SEED,
    exactlyOnce: true,
  });
  assert.equal(finding, undefined);
  t.diagnostic(coverageText(coverage));
  assert.deepEqual(stepsWithoutKill(coverage, true), []);
});

test(`${SCHEDULES_UNSORTED} schedules keep them where the destination has the order of arrival alone`, async (t) => {
  const { finding, coverage } = await searchAside({
    kinds: KINDS_UNSORTED,
    count: SCHEDULES_UNSORTED,
    seed: SEED,
    sortsByTimestamp: false,
  });
  assert.equal(finding, undefined);
  t.diagnostic(coverageText(coverage));
});

/** What was found once and is rare among all schedules. */
const FOUND = [
  {
    title: "a large record whose parts are refused is one dead letter",
    kinds: ["plain", "large poison", "large rejected"],
    exactlyOnce: false,
  },
  {
    title: "large records have no doubles with exactlyOnce: verify",
    kinds: ["plain", "large"],
    exactlyOnce: true,
  },
] as const;

for (const { title, kinds, exactlyOnce } of FOUND) {
  test(title, async () => {
    const { finding } = await searchAside({ kinds, count: 1000, seed: SEED, exactlyOnce });
    assert.equal(finding, undefined);
  });
}
