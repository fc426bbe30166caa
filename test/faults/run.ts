/** `npm run faults`: plays scenarios in full and ends with a table; `--help` says the rest. */
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { machineLine, versionsLine } from "../../bench/lib/machine.js";
import { figure, table } from "../../bench/lib/table.js";
import { Progress } from "../../src/demo/progress.js";
import { noRedisServer } from "../harness/redis-server.js";
import type { Outcome } from "./harness/outcome.js";
import { SCENARIOS } from "./scenarios.js";
import { STORE_SCENARIOS } from "./store-scenarios.js";

const BUFFERS = ["journal", "redis"] as const;
const ALL = { ...SCENARIOS, ...STORE_SCENARIOS };

const HELP = `npm run faults -- [scenario ...]

Plays the scenarios in full, all of them or those that are named, and ends with a table. The figures are kept in a JSON
file, whose path is printed. Exit code 1 if any scenario has not shown what it must.

  --buffer <what>  what stands between applications and shippers: journal, the default, or redis, a redis-server that is
                   started for it; the scenarios of a store have theirs anyway
  --records <n>    default as each scenario says, most often 50000, and 200000 with a store that fails
  --rate <n>       records a second, default 5000
  --seconds <n>    how long the fault lasts, or a process lives that is killed; default as each scenario says
  --json           prints the figures in place of the table

${listOf("Scenarios", SCENARIOS)}
${listOf("Scenarios of a store", STORE_SCENARIOS)}`;

interface Played extends Outcome {
  readonly scenario: string;
  readonly title: string;
}

const { values, positionals } = readArguments();
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const buffer = BUFFERS.find((name) => name === values.buffer) ?? refuse("--buffer takes journal or redis");
const given = {
  buffer,
  ...optional("records", values.records),
  ...optional("perSecond", values.rate),
  ...optional("faultMs", values.seconds && `${Number(values.seconds) * 1000}`),
};
const names = positionals.length === 0 ? Object.keys(ALL) : positionals;
for (const name of names) {
  if (!Object.hasOwn(ALL, name)) {
    refuse(`there is no scenario ${name}; there are ${Object.keys(ALL).join(", ")}`);
  }
}
if (noRedisServer && names.some((name) => buffer === "redis" || Object.hasOwn(STORE_SCENARIOS, name))) {
  refuse(`a store is needed, and ${noRedisServer}`);
}

const progress = new Progress(process.stderr);
const played: Played[] = [];
for (const name of names) {
  played.push(await play(name));
}
const results = {
  machine: machineLine(tmpdir()),
  versions: versionsLine(["@aws-sdk/client-cloudwatch-logs", "@redis/client"]),
  at: new Date().toISOString(),
  buffer,
  played,
};
const path = join(tmpdir(), `dragonlog-faults-${process.pid}.json`);
writeFileSync(path, `${JSON.stringify(results, null, 2)}\n`);
process.stdout.write(values.json ? `${JSON.stringify(results)}\n` : report());
process.stderr.write(`figures: ${path}\n`);
process.exitCode = played.some(({ faults }) => faults.length > 0) ? 1 : 0;

async function play(name: string): Promise<Played> {
  const { title, play: scenario, full } = ALL[name]!;
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

function readArguments() {
  try {
    return parseArgs({
      options: {
        buffer: { type: "string", default: "journal" },
        records: { type: "string" },
        rate: { type: "string" },
        seconds: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
      allowPositionals: true,
    });
  } catch (error) {
    return refuse((error as Error).message);
  }
}

function optional(name: "records" | "perSecond" | "faultMs", text: string | undefined) {
  const value = Number(text);
  if (text !== undefined && (!Number.isSafeInteger(value) || value < 1)) {
    refuse("--records, --rate and --seconds take a number above 0");
  }
  return text === undefined ? {} : { [name]: value };
}

function listOf(title: string, scenarios: typeof SCENARIOS): string {
  const lines = Object.entries(scenarios).map(([name, { title: what }]) => `  ${name.padEnd(22)} ${what}\n`);
  return `${title}:\n${lines.join("")}`;
}

function refuse(why: string): never {
  process.stderr.write(`faults: ${why}\n`);
  process.exit(2);
}
