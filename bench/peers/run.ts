/** `npm run bench:peers`: what becomes of records when things go wrong, by the ways that people have to CloudWatch. See README.md. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { answer } from "../lib/answer.js";
import { refuse, wholeNumber } from "../lib/flags.js";
import { machineLine, versionsLine } from "../lib/machine.js";
import { Progress } from "../lib/progress.js";
import { withTempDir } from "../lib/temp-dir.js";
import { happen } from "./happen.js";
import { type Results, summary, tables } from "./results.js";
import { MEASURED, SCENARIOS, type ScenarioName, WAYS, type WayName } from "./shape.js";

const ALL = Object.keys(SCENARIOS) as ScenarioName[];
const ways = Object.keys(WAYS) as WayName[];
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    only: { type: "string", multiple: true, default: ALL },
    json: { type: "boolean", default: false },
  },
});
const rounds = wholeNumber("rounds", values.rounds);
const unknown = values.only.filter((name) => !ALL.some((scenario) => scenario === name));
if (unknown.length > 0) refuse(`nothing is called ${unknown.join(", ")}; there are ${ALL.join(", ")}`);
const scenarios = ALL.filter((name) => values.only.includes(name));

await withTempDir(async (root) => {
  const progress = new Progress(rounds * scenarios.length);
  const runs: Results["runs"] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      for (const scenario of scenarios) {
        progress.step(`round ${round + 1}: ${SCENARIOS[scenario].title}`);
        const through = async (way: WayName) => {
          const outcome = await happen(way, scenario, join(root, `${way}-${scenario}-${round}`));
          runs.push({ way, scenario, ...outcome });
        };
        if (scenario === MEASURED) {
          for (const way of round % 2 === 0 ? ways : ways.toReversed()) await through(way);
        } else {
          // What is counted does not change because others are counted meanwhile.
          await Promise.all(ways.map(through));
        }
      }
    }
  } finally {
    progress.end();
  }
  const results: Results = {
    machine: machineLine(root),
    versions: versionsLine([
      "winston",
      "winston-cloudwatch",
      "pino",
      "@serdnam/pino-cloudwatch-transport",
      "@aws-sdk/client-cloudwatch-logs",
    ]),
    runs,
  };
  answer(values.json, summary(results), tables(results));
});
