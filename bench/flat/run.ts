/** `npm run bench:flat`: does a shipper stay as fast and as small when more waits? See README.md. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { answer } from "../lib/answer.js";
import { wholeNumber } from "../lib/flags.js";
import { machineLine, versionsLine } from "../lib/machine.js";
import { Progress } from "../lib/progress.js";
import { median } from "../lib/stats.js";
import { figure, table } from "../lib/table.js";
import { withTempDir } from "../lib/temp-dir.js";
import { logBacklog, type Shipped, shipBacklog } from "../ship/backlogs.js";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    "records-small": { type: "string", default: "100000" },
    "records-large": { type: "string", default: "2000000" },
    json: { type: "boolean", default: false },
  },
});
const rounds = wholeNumber("rounds", values.rounds);
const SIZES = [
  wholeNumber("records-small", values["records-small"]),
  wholeNumber("records-large", values["records-large"]),
];

await withTempDir(async (root) => {
  const progress = new Progress(SIZES.length * (rounds + 1));
  const runs: Shipped[][] = [];
  try {
    for (const records of SIZES) {
      progress.step(`logging ${records} records`);
      await logBacklog(join(root, String(records)), "paced", records);
    }
    for (let round = 0; round < rounds; round++) {
      const bySize = new Map<number, Shipped>();
      for (const records of round % 2 === 0 ? SIZES : SIZES.toReversed()) {
        progress.step(`round ${round + 1}: ${records} records`);
        const cloud = { kind: "lean", latencyMs: 0 } as const;
        bySize.set(
          records,
          await shipBacklog(join(root, String(records)), join(root, "copy"), records, cloud),
        );
      }
      runs.push(SIZES.map((records) => bySize.get(records)!));
    }
  } finally {
    progress.end();
  }
  const rows = SIZES.map((_, size) => rowOf(runs, size));
  const machine = machineLine(root);
  const versions = versionsLine([]);
  answer(values.json, { machine, versions, rows }, `${machine}  \n${versions}\n\n${tableOf(rows)}`);
  process.exitCode = rows.some((row) => row.lost + row.duplicates + row.outOfOrder > 0) ? 1 : 0;
});

/** Medians over the rounds; ratios to the smaller backlog are taken within each round first. */
function rowOf(runs: readonly (readonly Shipped[])[], size: number) {
  const over = (value: (run: Shipped, small: Shipped) => number): number =>
    median(runs.map((round) => value(round[size]!, round[0]!)));
  const sum = (key: "lost" | "duplicates" | "outOfOrder"): number =>
    runs.reduce((total, round) => total + round[size]!.arrived.tally[key], 0);
  return {
    records: SIZES[size]!,
    recordsPerSecond: over(rate),
    ratio: over((run, small) => rate(run) / rate(small)),
    secondHalfPerSecond: over(secondHalfRate),
    secondHalfRatio: over((run, small) => secondHalfRate(run) / secondHalfRate(small)),
    cpuUsPerRecord: over(({ cpuSeconds, records }) => (cpuSeconds * 1e6) / records),
    rssPeakBytes: over(({ rssPeakBytes }) => rssPeakBytes),
    rssRatio: over((run, small) => run.rssPeakBytes / small.rssPeakBytes),
    lost: sum("lost"),
    duplicates: sum("duplicates"),
    outOfOrder: sum("outOfOrder"),
  };
}

function rate({ records, arrived }: Shipped): number {
  return records / arrived.seconds;
}

function secondHalfRate({ records, arrived }: Shipped): number {
  return records / 2 / arrived.secondHalfSeconds;
}

function tableOf(rows: readonly ReturnType<typeof rowOf>[]): string {
  const head = [
    "records",
    "records/s",
    "to the smaller",
    "second half/s",
    "to the smaller",
    "CPU µs",
    "peak MB",
    "to the smaller",
  ];
  return table(
    [...head, "lost", "doubled", "out of order"],
    rows.map((row) => [
      figure(row.records),
      figure(row.recordsPerSecond),
      figure(row.ratio, 2),
      figure(row.secondHalfPerSecond),
      figure(row.secondHalfRatio, 2),
      figure(row.cpuUsPerRecord, 2),
      figure(row.rssPeakBytes / 1e6),
      figure(row.rssRatio, 2),
      figure(row.lost),
      figure(row.duplicates),
      figure(row.outOfOrder),
    ]),
  );
}
