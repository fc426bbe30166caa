/**
 * `npm run soak -- --kills 1000`: kills real processes as often as one likes, in all the ways of the tests, and holds
 * what arrives against what had returned. Ends with a table; exit code 1 if anything was lost, doubled, out of order,
 * damaged or changed.
 *
 *     --kills <n>    default 1000
 *     --lanes <n>    rounds at the same time, default 2
 *     --seed <n>     default a random one, which is printed
 */
import { parseArgs } from "node:util";
import type { FakeCloudWatch } from "../../../src/testing/index.js";
import { killRound, type RoundOptions } from "../harness/kill-round.js";
import { inLanes } from "../harness/lanes.js";
import { chooseSeed, drawBelow } from "../harness/random.js";

const PROGRESS_KILLS = 50;

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "1000" },
    lanes: { type: "string", default: "2" },
    seed: { type: "string", default: String(chooseSeed()) },
  },
});
const kills = atLeastOne("kills", values.kills);
const lanes = atLeastOne("lanes", values.lanes);
const seed = atLeastOne("seed", values.seed);

const KINDS: readonly {
  readonly name: string;
  readonly share: number;
  readonly options: Partial<RoundOptions>;
}[] = [
  { name: "mapped", share: 14, options: {} },
  { name: "mapped, shipped by the command", share: 1, options: { by: "command" } },
  { name: "written with write(2)", share: 3, options: { plan: { mapped: false } } },
  { name: "two worker threads", share: 1, options: { program: { name: "threads", loggers: 2 } } },
  { name: "a cluster of two", share: 1, options: { program: { name: "cluster", loggers: 2 } } },
];
const SHARES = KINDS.flatMap((kind) => new Array<(typeof KINDS)[number]>(kind.share).fill(kind));

const rows = new Map(
  KINDS.map(({ name }) => [name, { kills: 0, returned: 0, delivered: 0, "in progress": 0, faults: 0 }]),
);
const faults: string[] = [];
let done = 0;

async function kill(number: number, cloud: FakeCloudWatch): Promise<void> {
  const { name, options } = SHARES[drawBelow(SHARES.length, seed, number)]!;
  const round = await killRound({ cloud, seed: (seed + number * 1000) % 0x7fff_ffff, ...options });
  const row = rows.get(name)!;
  row.kills++;
  row.faults += round.faults.length;
  for (const { returned, delivered, extra } of round.verdicts) {
    row.returned += returned;
    row.delivered += delivered;
    row["in progress"] += extra;
  }
  for (const fault of round.faults) {
    faults.push(fault);
    console.error(`round ${number}, ${name}: ${fault}`);
  }
  if (++done % PROGRESS_KILLS === 0) {
    console.error(`${done} of ${kills} kills, ${faults.length} faults`);
  }
}

function atLeastOne(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) {
    console.error(`soak: --${name} must be an integer from 1, not ${text}`);
    process.exit(2);
  }
  return value;
}

console.error(`soak: ${kills} kills, seed ${seed}`);
await inLanes(lanes, kills, kill);
console.table(Object.fromEntries(rows));
console.log(faults.length === 0 ? "nothing lost, doubled, damaged or out of order" : faults.join("\n"));
process.exitCode = faults.length === 0 ? 0 : 1;
