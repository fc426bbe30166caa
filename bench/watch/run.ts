/** `npm run bench:watch`: what those who look on cost a shipper. See README.md. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { answer } from "../lib/answer.js";
import { refuse, wholeNumber } from "../lib/flags.js";
import { machineLine, versionsLine } from "../lib/machine.js";
import { Progress } from "../lib/progress.js";
import { withTempDir } from "../lib/temp-dir.js";
import { logBacklog } from "../ship/backlogs.js";
import { failed, type Results, type Run, summary, tables } from "./results.js";
import { VARIANTS, type Variant } from "./shape.js";
import { shipWatched } from "./shipment.js";

const ALL = Object.keys(VARIANTS) as Variant[];
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    records: { type: "string", default: "1000000" },
    only: { type: "string", multiple: true, default: ALL },
    json: { type: "boolean", default: false },
  },
});
const rounds = wholeNumber("rounds", values.rounds);
const records = wholeNumber("records", values.records);
const variants = ALL.filter((variant) => variant === "none" || values.only.includes(variant));
const unknown = values.only.filter((name) => !ALL.some((variant) => variant === name));
if (unknown.length > 0) refuse(`nobody watches as ${unknown.join(", ")}; there are ${ALL.join(", ")}`);

await withTempDir(async (root) => {
  const progress = new Progress(1 + rounds * variants.length);
  const runs: Run[] = [];
  const backlog = { dir: join(root, "backlog"), workDir: join(root, "work"), records };
  try {
    progress.step(`logging ${records} records`);
    await logBacklog(backlog.dir, "paced", records);
    for (let round = 0; round < rounds; round++) {
      for (const variant of round % 2 === 0 ? variants : variants.toReversed()) {
        progress.step(`round ${round + 1}: ${VARIANTS[variant]}`);
        runs.push({ variant, round, ...(await shipWatched(variant, backlog)) });
      }
    }
  } finally {
    progress.end();
  }
  const results: Results = { machine: machineLine(root), versions: versionsLine([]), records, runs };
  answer(values.json, summary(results), tables(results));
  process.exitCode = failed(results) ? 1 : 0;
});
