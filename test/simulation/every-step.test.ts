/** A few schedules, each with a kill before and after each of the shipper's steps: none is left to chance. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { schedule } from "./schedule.js";
import { play } from "./world/world.js";

const SCHEDULES = 8;
const SEED = 7;
const DOWN_MS = 50;

test("whichever step a shipper is killed at, nothing is lost, out of order, or doubled without a reason", async (t) => {
  let kills = 0;
  for (const drawn of fc.sample(schedule, { numRuns: SCHEDULES, seed: SEED })) {
    const undisturbed = { ...drawn, ends: [] };
    const { happened } = await play(undisturbed);
    for (let step = 1; step <= happened.steps; step++) {
      for (const how of ["killed before", "killed after"] as const) {
        const ends = [{ step, how, downMs: DOWN_MS }];
        const { violations } = await play({ ...undisturbed, ends });
        assert.deepEqual(violations, [], JSON.stringify({ ...undisturbed, ends }));
        kills++;
      }
    }
  }
  t.diagnostic(`${kills} kills`);
  assert.ok(kills > SCHEDULES * 20);
});
