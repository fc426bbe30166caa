/** `npm run bench -- --only context`: what a context costs a log call. See README.md. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { answer } from "../lib/answer.js";
import { runChild } from "../lib/child.js";
import { wholeNumber } from "../lib/flags.js";
import { machineLine, versionsLine } from "../lib/machine.js";
import { Progress } from "../lib/progress.js";
import { median } from "../lib/stats.js";
import { figure, table } from "../lib/table.js";
import { withTempDir } from "../lib/temp-dir.js";
import { CASES, type CaseName, type Measured, type Order } from "./cases.js";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "9" },
    calls: { type: "string", default: "100000" },
    json: { type: "boolean", default: false },
  },
});
const rounds = wholeNumber("rounds", values.rounds);
const calls = wholeNumber("calls", values.calls);
const names = Object.keys(CASES) as CaseName[];
const MEASURED = new URL("./measured.js", import.meta.url);

await withTempDir(async (root) => {
  const progress = new Progress(rounds);
  const found = new Map<CaseName, number[]>(names.map((name) => [name, []]));
  try {
    for (let round = 0; round < rounds; round++) {
      progress.step(`round ${round + 1}`);
      // Back and forth, so that a machine that warms up or slows down favours nobody.
      for (const name of round % 2 === 0 ? names : names.toReversed()) {
        const dir = join(root, `${round}-${name}`);
        mkdirSync(dir);
        const order: Order = { name, dir, calls };
        found.get(name)!.push((await runChild<Measured>(MEASURED, order)).nsPerCall);
      }
    }
  } finally {
    progress.end();
  }
  const rows = names.map((name) => {
    const to = found.get(name.startsWith("await") ? "await" : "never")!;
    const own = found.get(name)!;
    return { name, nsPerCall: median(own), moreNs: median(own.map((ns, round) => ns - to[round]!)) };
  });
  const machine = machineLine(root);
  const versions = versionsLine([]);
  const tables = table(
    ["", "ns", "more than without"],
    rows.map(({ name, nsPerCall, moreNs }) => [CASES[name], figure(nsPerCall), figure(moreNs)]),
  );
  answer(values.json, { machine, versions, rows }, `${machine}  \n${versions}\n\n${tables}`);
});
