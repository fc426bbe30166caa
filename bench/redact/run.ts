/** `npm run bench -- --only redact`: what redaction costs a log call. See README.md. */
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
import {
  type Measured,
  type Order,
  RECORDS,
  REDACTIONS,
  type RecordName,
  type RedactionName,
} from "./cases.js";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    calls: { type: "string", default: "50000" },
    json: { type: "boolean", default: false },
  },
});
const rounds = wholeNumber("rounds", values.rounds);
const calls = wholeNumber("calls", values.calls);
const redactions = Object.keys(REDACTIONS) as RedactionName[];
const cases = (Object.keys(RECORDS) as RecordName[]).flatMap((record) =>
  redactions.map((redaction) => ({ record, redaction })),
);
const MEASURED = new URL("./measured.js", import.meta.url);

await withTempDir(async (root) => {
  const progress = new Progress(rounds);
  const found = cases.map((): number[] => []);
  try {
    for (let round = 0; round < rounds; round++) {
      progress.step(`round ${round + 1}`);
      // Back and forth, so that a machine that warms up or slows down favours nobody.
      const order = [...cases.keys()];
      for (const at of round % 2 === 0 ? order : order.reverse()) {
        const dir = join(root, `${round}-${at}`);
        mkdirSync(dir);
        const ordered: Order = { ...cases[at]!, dir, calls };
        found[at]!.push((await runChild<Measured>(MEASURED, ordered)).nsPerCall);
      }
    }
  } finally {
    progress.end();
  }
  const rows = cases.map((each, at) => ({ ...each, nsPerCall: median(found[at]!) }));
  const machine = machineLine(root);
  const versions = versionsLine([]);
  const tables = table(
    ["ns a call", ...redactions],
    Object.entries(RECORDS).map(([record, what]) => [
      what,
      ...rows.filter((row) => row.record === record).map(({ nsPerCall }) => figure(nsPerCall)),
    ]),
  );
  answer(values.json, { machine, versions, rows }, `${machine}  \n${versions}\n\n${tables}`);
});
