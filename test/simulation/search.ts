/** Plays many schedules and, when one finds something, shrinks it and says how to play it again. */
import fc from "fast-check";
import type { Schedule } from "./schedule.js";
import type { Mechanism } from "./world/mechanisms.js";
import { withPatches } from "./world/off.js";
import type { Guarantee, Violation } from "./world/verdict.js";
import { type Happened, play, type WorldOptions } from "./world/world.js";

/** Shrinking ends after this many further schedules: a smaller one is a convenience, not a proof. */
const SHRINK_RUNS_MAX = 200;

export interface SearchOptions {
  readonly schedules: fc.Arbitrary<Schedule>;
  readonly count: number;
  readonly seed: number;
  /** Plays only the schedule that fast-check finds at this path. */
  readonly path?: string | undefined;
  readonly off?: Mechanism | undefined;
  readonly exactlyOnce?: boolean | undefined;
  /** As in the world's options. */
  readonly sortsByTimestamp?: boolean | undefined;
  /** Default: simulated ones. */
  readonly journals?: WorldOptions["journals"];
  /** Only violations of this guarantee count; default all. */
  readonly guarantee?: Guarantee | undefined;
  readonly onPlayed?: (happened: Happened) => void;
}

export interface Finding {
  /** Schedules that were played before. */
  readonly after: number;
  readonly violations: readonly Violation[];
  /** All of it for people: what, the schedule, and the command that plays it again. */
  readonly text: string;
}

/** Undefined when every schedule kept every guarantee. */
export function search(options: SearchOptions): Promise<Finding | undefined> {
  const { off } = options;
  return withPatches(new Set(off === undefined ? [] : [off]), () => searchPatched(options));
}

async function searchPatched(options: SearchOptions): Promise<Finding | undefined> {
  const { schedules, count, seed, path, off, exactlyOnce = false, guarantee, journals, onPlayed } = options;
  const { sortsByTimestamp = true } = options;
  let last: readonly Violation[] = [];
  let found: { readonly schedule: Schedule; readonly violations: readonly Violation[] } | undefined;
  let after = 0;
  let shrinkRuns = 0;
  const property = fc.asyncProperty(schedules, async (schedule) => {
    if (found === undefined) after++;
    else if (++shrinkRuns > SHRINK_RUNS_MAX) return;
    const { violations, happened } = await play(schedule, {
      off: new Set(off && [off]),
      exactlyOnce,
      sortsByTimestamp,
      ...(journals && { journals }),
    });
    onPlayed?.(happened);
    last = violations.filter((one) => guarantee === undefined || one.guarantee === guarantee);
    if (last.length === 0) return;
    found = { schedule, violations: last };
    throw new Error("found");
  });
  const run = await fc.check(property, { numRuns: count, seed, ...(path === undefined ? {} : { path }) });
  if (found === undefined) {
    if (run.failed) throw run.errorInstance;
    return undefined;
  }
  const { schedule, violations } = found;
  const switches = `${exactlyOnce ? " --exactly-once" : ""}${sortsByTimestamp ? "" : " --unsorted"}${off === undefined ? "" : ` --off "${off}"`}`;
  const text = [
    ...violations.map((one) => `${one.guarantee}: ${one.text}`),
    `found by schedule ${after} of ${count}; shrunk to ${JSON.stringify(schedule)}`,
    `again: npm run simulate -- --seed ${run.seed} --path ${run.counterexamplePath}${switches}`,
  ].join("\n");
  return { after, violations, text };
}
