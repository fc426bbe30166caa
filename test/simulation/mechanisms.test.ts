/** Each mechanism that keeps a guarantee is switched off once, and the simulation must find it out. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { KINDS_UNSORTED, schedule, schedulesOf } from "./schedule.js";
import { search } from "./search.js";
import { MECHANISMS, type Mechanism } from "./world/mechanisms.js";

const SCHEDULES = 2000;
const SEED = 3;

for (const mechanism of Object.keys(MECHANISMS) as Mechanism[]) {
  const { keeps: guarantee, off } = MECHANISMS[mechanism];
  test(`${guarantee} is seen to fail when ${off}`, async (t) => {
    const finding = await search({
      schedules: schedule,
      count: SCHEDULES,
      seed: SEED,
      off: mechanism,
      guarantee,
    });
    assert.ok(finding, `${SCHEDULES} schedules find nothing`);
    t.diagnostic(finding.text);
  });
}

for (const mechanism of ["after", "leave behind"] as const) {
  test(`G4 is seen to fail without sorting when ${MECHANISMS[mechanism].off}`, async (t) => {
    const finding = await search({
      schedules: schedulesOf(KINDS_UNSORTED),
      count: SCHEDULES,
      seed: SEED,
      off: mechanism,
      sortsByTimestamp: false,
      guarantee: "G4",
    });
    assert.ok(finding, `${SCHEDULES} schedules find nothing`);
    t.diagnostic(finding.text);
  });
}

test("without a switch the same schedules find nothing", async () => {
  const finding = await search({ schedules: schedule, count: SCHEDULES / 4, seed: SEED });
  assert.equal(finding?.text, undefined);
});
