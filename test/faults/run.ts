/**
 * `npm run faults -- [scenario ...]`: plays the scenarios in full, all of them or those that are named, and ends with a
 * table. The figures are kept in a JSON file, whose path is printed. Exit code 1 if any scenario has not shown what it
 * must.
 *
 *     --records <n>    default 50000; 10000 with a record that is refused, 1000000 in the backlog
 *     --rate <n>       records a second, default 5000
 *     --seconds <n>    how long the fault lasts, or a process lives that is killed; default as each scenario says
 *     --json           prints the figures in place of the table
 */
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { machineLine, versionsLine } from "../../bench/lib/machine.js";
import { figure, table } from "../../bench/lib/table.js";
import { Progress } from "../../src/demo/progress.js";
import type { Outcome } from "./harness/outcome.js";
import { SCENARIOS } from "./scenarios.js";

interface Played extends Outcome {
  readonly scenario: string;
  readonly title: string;
}

const { values, positionals } = parseArgs({
  options: {
    records: { type: "string" },
    rate: { type: "string" },
    seconds: { type: "string" },
    json: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
const given = {
  ...optional("records", values.records),
  ...optional("perSecond", values.rate),
  ...optional("faultMs", values.seconds && `${Number(values.seconds) * 1000}`),
};
const names = positionals.length === 0 ? Object.keys(SCENARIOS) : positionals;
for (const name of names) {
  if (!Object.hasOwn(SCENARIOS, name)) {
    refuse(`there is no scenario ${name}; there are ${Object.keys(SCENARIOS).join(", ")}`);
  }
}

const progress = new Progress(process.stderr);
const played: Played[] = [];
for (const name of names) {
  played.push(await play(name));
}
const results = {
  machine: machineLine(tmpdir()),
  versions: versionsLine(["@aws-sdk/client-cloudwatch-logs"]),
  at: new Date().toISOString(),
  played,
};
const path = join(tmpdir(), `dragonlog-faults-${process.pid}.json`);
writeFileSync(path, `${JSON.stringify(results, null, 2)}\n`);
process.stdout.write(values.json ? `${JSON.stringify(results)}\n` : report());
process.stderr.write(`figures: ${path}\n`);
process.exitCode = played.some(({ faults }) => faults.length > 0) ? 1 : 0;

async function play(name: string): Promise<Played> {
  const { title, play: scenario, full } = SCENARIOS[name]!;
  const shape = { ...full, ...given };
  progress.say(`${name}: ${title}`);
  try {
    const outcome = await scenario(shape, (...counts) => progress.show(...counts));
    for (const fault of outcome.faults) {
      progress.say(`  ${fault}`);
    }
    return { scenario: name, title, ...outcome };
  } finally {
    progress.end();
  }
}

function report(): string {
  const head = ["", "logged", "delivered", "lost", "doubled", "at most", "out of order", "dead letters"];
  const rows = played.map(({ scenario, figures, faults }) => [
    `${scenario}${faults.length > 0 ? " (failed)" : ""}`,
    figure(figures.returned),
    figure(figures.delivered),
    figure(figures.lost),
    figure(figures.doubled),
    figure(figures.doubledMax),
    figure(figures.outOfOrder),
    figure(figures.deadLetters),
    figure(figures.callsInFault ?? Number.NaN),
    figure(figures.drainSeconds ?? Number.NaN, 1),
    figure(figures.peakMegabytesSmall ?? Number.NaN),
    figure(figures.peakMegabytes ?? Number.NaN),
  ]);
  const all = [...head, "calls in the fault", "s to drain", "MB, small backlog", "MB, large"];
  const wrong = played.flatMap(({ scenario, faults }) => faults.map((fault) => `${scenario}: ${fault}\n`));
  return `${results.machine}  \n${results.versions}\n\n${table(all, rows)}\n${wrong.length > 0 ? `\n${wrong.join("")}` : ""}`;
}

function optional(name: "records" | "perSecond" | "faultMs", text: string | undefined) {
  const value = Number(text);
  if (text !== undefined && (!Number.isSafeInteger(value) || value < 1)) {
    refuse("--records, --rate and --seconds take a number above 0");
  }
  return text === undefined ? {} : { [name]: value };
}

function refuse(why: string): never {
  process.stderr.write(`faults: ${why}\n`);
  process.exit(2);
}
