/** Every scenario of this folder, scaled down; `npm run faults` plays them in full. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SCALED_DOWN } from "./harness/shape.js";
import { SCENARIOS } from "./scenarios.js";

/** They wait most of the time. */
const AT_ONCE = 3;

describe("faults on real processes", { concurrency: AT_ONCE }, () => {
  for (const { title, play, scaledDown } of Object.values(SCENARIOS)) {
    test(title, async (context) => {
      const { figures, faults } = await play({ ...SCALED_DOWN, ...scaledDown });
      context.diagnostic(JSON.stringify(figures));
      assert.deepEqual(faults, []);
    });
  }
});
