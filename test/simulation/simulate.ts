/**
 * `npm run simulate -- --schedules 1000000`: plays as many schedules as one likes. Ends with what they have met; exit code
 * 1 if any of them broke a guarantee, and then it says how to play that one again.
 *
 *     --schedules <n>   default 100,000
 *     --seed <n>        default a random one, which is printed
 *     --path <p>        plays only the schedule at this path of the seed, as a finding names it
 *     --exactly-once    with exactlyOnce: verify; then any double is a finding
 *     --unsorted        into a destination that keeps the order of arrival
 *     --off <name>      with a mechanism switched off (world/mechanisms.ts)
 */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { Coverage, coverageText } from "./coverage.js";
import { KINDS_UNSORTED, schedule, schedulesOf } from "./schedule.js";
import { search } from "./search.js";
import { MECHANISMS, type Mechanism } from "./world/mechanisms.js";

/** Each has a seed of its own, so that a finding is played again without those before. */
const CHUNK = 5000;
const SEED_MAX = 1_000_000_000;

const { values } = parseArgs({
  options: {
    schedules: { type: "string", default: "100000" },
    seed: { type: "string", default: String(randomInt(SEED_MAX)) },
    path: { type: "string" },
    "exactly-once": { type: "boolean", default: false },
    unsorted: { type: "boolean", default: false },
    off: { type: "string" },
  },
});
const { path, "exactly-once": exactlyOnce, unsorted } = values;
const schedules = integer("schedules", values.schedules);
const firstSeed = integer("seed", values.seed);
const off = mechanism(values.off);

function integer(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) refuse(`--${name} must be an integer, not ${text}`);
  return value;
}

function mechanism(name: string | undefined): Mechanism | undefined {
  if (name !== undefined && !(name in MECHANISMS)) {
    refuse(`--off must be one of: ${Object.keys(MECHANISMS).join(", ")}; not ${name}`);
  }
  return name as Mechanism | undefined;
}

function refuse(message: string): never {
  console.error(`simulate: ${message}`);
  process.exit(2);
}

const coverage = new Coverage();
console.error(`simulate: seed ${firstSeed}`);
for (let done = 0, seed = firstSeed; done < schedules; done += CHUNK, seed++) {
  const count = path === undefined ? Math.min(CHUNK, schedules - done) : 1;
  const finding = await search({
    schedules: unsorted ? schedulesOf(KINDS_UNSORTED) : schedule,
    sortsByTimestamp: !unsorted,
    count,
    seed,
    path,
    off,
    exactlyOnce,
    onPlayed: coverage.add,
  });
  if (finding !== undefined) {
    console.log(finding.text);
    process.exitCode = 1;
    break;
  }
  if (path !== undefined) break;
  console.error(`${done + count} of ${schedules}`);
}
console.log(coverageText(coverage));
