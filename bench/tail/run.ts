/** `npm run bench:tail`: how long after its log call a record is seen. See README.md. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { noRedisServer } from "../../test/harness/redis-server.js";
import { answer } from "../lib/answer.js";
import { refuse, wholeNumber } from "../lib/flags.js";
import { machineLine, versionsLine } from "../lib/machine.js";
import { Progress } from "../lib/progress.js";
import { withTempDir } from "../lib/temp-dir.js";
import { follow } from "./follow.js";
import { type Results, type Run, summary, tables } from "./results.js";
import { VARIANTS, type Variant } from "./shape.js";

const ALL = Object.keys(VARIANTS) as Variant[];
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    records: { type: "string", default: "2000" },
    only: { type: "string", multiple: true, default: ALL },
    json: { type: "boolean", default: false },
  },
});
const rounds = wholeNumber("rounds", values.rounds);
const records = wholeNumber("records", values.records);
const unknown = values.only.filter((name) => !ALL.some((variant) => variant === name));
if (unknown.length > 0) refuse(`there is no way ${unknown.join(", ")}; there are ${ALL.join(", ")}`);
const variants = ALL.filter((variant) => values.only.includes(variant) && canRun(variant));

await withTempDir(async (root) => {
  const progress = new Progress(rounds * variants.length);
  const runs: Run[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      for (const variant of round % 2 === 0 ? variants : variants.toReversed()) {
        progress.step(`round ${round + 1}: ${VARIANTS[variant]}`);
        runs.push({ variant, ...(await follow(variant, join(root, `${variant}-${round}`), records)) });
      }
    }
  } finally {
    progress.end();
  }
  const results: Results = {
    machine: machineLine(root),
    versions: versionsLine(["pino", "@redis/client"]),
    records,
    runs,
  };
  answer(values.json, summary(results), tables(results));
});

function canRun(variant: Variant): boolean {
  if (!variant.startsWith("store") || noRedisServer === false) return true;
  process.stderr.write(`SKIPPED: ${VARIANTS[variant]}: ${noRedisServer}\n`);
  return false;
}
