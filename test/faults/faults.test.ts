/**
 * Every scenario of a cloud that fails and of processes that die, scaled down, and of those with a store in between the ones
 * that show most; `npm run faults` plays them in full.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { noRedisServer } from "../harness/redis-server.js";
import { SCALED_DOWN } from "./harness/shape.js";
import { SCENARIOS, type Scenario } from "./scenarios.js";
import { STORE_SCENARIOS } from "./store-scenarios.js";

/** They wait most of the time. */
const AT_ONCE = 3;

describe("faults on real processes", { concurrency: AT_ONCE }, () => {
  for (const scenario of Object.values(SCENARIOS)) {
    play(scenario, "journal");
  }
});

describe("faults with a store in between", { concurrency: AT_ONCE, skip: noRedisServer }, () => {
  for (const name of ["store-killed", "store-flushed", "store-full", "shared-kills", "shipper-paused"]) {
    play(STORE_SCENARIOS[name]!, "redis");
  }
  play(SCENARIOS["kill-shipper"]!, "redis");
});

function play({ title, play: scenario, scaledDown }: Scenario, buffer: "journal" | "redis"): void {
  test(title, async (context) => {
    const { figures, faults } = await scenario({ ...SCALED_DOWN, ...scaledDown, buffer });
    context.diagnostic(JSON.stringify(figures));
    assert.deepEqual(faults, []);
  });
}
