/** From what was measured to what is shown. */
import { median } from "../lib/stats.js";
import { figure, table } from "../lib/table.js";
import { VARIANTS, type Variant } from "./shape.js";
import type { Watched } from "./shipment.js";

export interface Run extends Watched {
  readonly variant: Variant;
  readonly round: number;
}

export interface Results {
  readonly machine: string;
  readonly versions: string;
  readonly records: number;
  readonly runs: readonly Run[];
}

/** Medians over the rounds. A ratio is taken within each round, to what was measured without a page. */
function rowsOf({ runs, records }: Results) {
  const without = (run: Run): Run =>
    runs.find(({ variant, round }) => variant === "none" && round === run.round)!;
  const measured = (Object.keys(VARIANTS) as Variant[]).filter((variant) =>
    runs.some((run) => run.variant === variant),
  );
  return measured.map((variant) => {
    const rounds = runs.filter((run) => run.variant === variant);
    const over = (value: (run: Run) => number): number => median(rounds.map(value));
    const sum = (key: "lost" | "duplicates" | "outOfOrder"): number =>
      rounds.reduce((total, { arrived }) => total + arrived.tally[key], 0);
    const cpuRatios = rounds.map((run) => run.cpuUsPerRecord / without(run).cpuUsPerRecord);
    return {
      variant,
      recordsPerSecond: over((run) => run.recordsPerSecond),
      rateRatio: over((run) => run.recordsPerSecond / without(run).recordsPerSecond),
      cpuUsPerRecord: over((run) => run.cpuUsPerRecord),
      cpuRatio: median(cpuRatios),
      cpuRatioLeast: Math.min(...cpuRatios),
      cpuRatioMost: Math.max(...cpuRatios),
      rssPeakBytes: over((run) => run.rssPeakBytes),
      seenShare: over((run) => run.seen / records),
      toldOfShare: over((run) => run.toldOf / records),
      /** Over all rounds. */
      lost: sum("lost"),
      duplicates: sum("duplicates"),
      outOfOrder: sum("outOfOrder"),
    };
  });
}

/** True when anything was lost, doubled or out of order: then no figure counts. */
export function failed({ runs }: Results): boolean {
  return runs.some(({ arrived: { tally } }) => tally.lost + tally.duplicates + tally.outOfOrder > 0);
}

export function summary(results: Results): object {
  const { machine, versions, records } = results;
  return { machine, versions, records, rows: rowsOf(results) };
}

export function tables(results: Results): string {
  const head = ["", "CPU µs", "to no page", "least", "most", "records/s", "to no page", "peak MB"];
  const share = (value: number): string => (Number.isNaN(value) ? "–" : `${figure(100 * value, 1)} %`);
  return [
    `${results.machine}  \n${results.versions}`,
    `${figure(results.records)} records`,
    table(
      [...head, "sent to watchers", "told of", "lost", "doubled", "out of order"],
      rowsOf(results).map((row) => [
        VARIANTS[row.variant],
        figure(row.cpuUsPerRecord, 2),
        figure(row.cpuRatio, 3),
        figure(row.cpuRatioLeast, 3),
        figure(row.cpuRatioMost, 3),
        figure(row.recordsPerSecond),
        figure(row.rateRatio, 2),
        figure(row.rssPeakBytes / 1e6),
        share(row.seenShare),
        share(row.toldOfShare),
        figure(row.lost),
        figure(row.duplicates),
        figure(row.outOfOrder),
      ]),
    ),
  ].join("\n\n");
}
