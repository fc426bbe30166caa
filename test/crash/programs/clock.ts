/** Logs while the machine's clock is set back and forth, then reports what was held back. */

import { readPlan } from "../../harness/program.js";
import { clockAt } from "../harness/clock-jumps.js";

export interface ClockPlan {
  readonly dir: string;
  readonly seed: number;
  readonly calls: number;
}

const plan = readPlan<ClockPlan>();
const startMs = Date.now();
let nowMs = startMs;
// Before dragonlog is loaded: it takes the function as it finds it.
Date.now = () => nowMs;
const { DragonLogger } = await import("../../../src/index.js");

const logger = new DragonLogger({ service: "clock", journalDir: plan.dir });
for (let n = 0; n < plan.calls; n++) {
  nowMs = startMs + clockAt(n, plan.seed);
  logger.info("tick", { n, clock: nowMs });
}
process.stdout.write(`${JSON.stringify({ heldBack: logger.stats().timeHeldBack })}\n`);
await logger.close();
