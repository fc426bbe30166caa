/** `npm run bench:guard`: what the work of log call, shipper and store counts, against its budgets. See README.md. */
import { parseArgs } from "node:util";
import { Progress } from "../lib/progress.js";
import { table } from "../lib/table.js";
import { BUDGETS, type Count, type Counts, NODE_LINE, readCounted, writeCounted } from "./budgets.js";
import { PROBES, type Probe } from "./probes.js";
import { type Judged, judge, shown } from "./verdict.js";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    print: { type: "boolean", default: false },
    update: { type: "boolean", default: false },
    sabotage: { type: "boolean", default: false },
  },
});

/** A machine that is busy with other things for some seconds adds to all rounds of a probe; what really grew has grown each time. */
const TRIES_MAX = 3;

const counts: Partial<Record<Count, number>> = {};
const progress = new Progress(PROBES.length);
try {
  for (const { name, skip, run } of PROBES) {
    progress.step(name);
    if (skip !== false) {
      process.stderr.write(`guard: SKIPPED ${name}: ${skip}\n`);
      continue;
    }
    Object.assign(counts, await counted(name, run));
  }
} finally {
  progress.end();
}
if (values.update) {
  writeCounted(counts);
}
const judged = judgeAll(counts, readCounted());
process.stdout.write(values.json ? `${json()}\n` : `${lines()}\n`);
process.exitCode = values.print || values.update ? 0 : failed() ? 1 : 0;

async function counted(name: string, run: Probe["run"]): Promise<Counts> {
  const before = readCounted();
  for (let tries = 1; ; tries++) {
    const now = await run(values.sabotage);
    const exceeded = [...judgeAll(now, before)].filter(([, { verdict }]) => verdict === "exceeded");
    if (exceeded.length === 0 || values.sabotage || values.update || tries === TRIES_MAX) return now;
    process.stderr.write(
      `guard: ${name}: counted again, for ${exceeded.map(([count]) => count).join(", ")}\n`,
    );
  }
}

function judgeAll(now: Counts, before: Counts): ReadonlyMap<Count, Judged> {
  return new Map(
    (Object.keys(now) as Count[]).map((name) => [name, judge(name, BUDGETS[name], before[name], now[name]!)]),
  );
}

/** With sabotage it is each count that stays within its budget that has failed to find it. */
function failed(): boolean {
  const verdicts = [...judged.values()].map(({ verdict }) => verdict);
  return values.sabotage
    ? verdicts.some((verdict) => verdict !== "exceeded")
    : verdicts.some((verdict) => verdict === "exceeded" || verdict === "has no budget");
}

function json(): string {
  const before = readCounted();
  const rows = [...judged].map(([name, { verdict, budget }]) => {
    return [name, { counted: counts[name], before: before[name], budget, verdict }];
  });
  return JSON.stringify({ node: process.version, line: NODE_LINE, counts: Object.fromEntries(rows) });
}

function lines(): string {
  const before = readCounted();
  const rows = [...judged].map(([name, { verdict, budget }]) => [
    name,
    shown(before[name] ?? Number.NaN),
    shown(budget),
    shown(counts[name]!),
    verdict,
  ]);
  const sentences = [...judged.values()].flatMap(({ sentence }) => sentence ?? []);
  return [table([NODE_LINE, "when set", "budget", "now", "verdict"], rows), ...sentences].join("\n");
}
