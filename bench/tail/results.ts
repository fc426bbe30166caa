/** From what was measured to what is shown. */
import { median } from "../lib/stats.js";
import { figure, table } from "../lib/table.js";
import type { Followed } from "./follow.js";
import { BURST_RECORDS, VARIANTS, type Variant } from "./shape.js";

export interface Run extends Followed {
  readonly variant: Variant;
}

export interface Results {
  readonly machine: string;
  readonly versions: string;
  /** Of each round. */
  readonly records: number;
  readonly runs: readonly Run[];
}

/** Medians over the rounds, but the worst of all of them for what is longest. */
function rowsOf({ runs }: Results) {
  const measured = (Object.keys(VARIANTS) as Variant[]).filter((variant) =>
    runs.some((run) => run.variant === variant),
  );
  return measured.map((variant) => {
    const rounds = runs.filter((run) => run.variant === variant);
    const over = (key: keyof Followed): number => median(rounds.map((run) => run[key]));
    return {
      variant,
      p50Ms: over("p50Ms"),
      p99Ms: over("p99Ms"),
      mostMs: Math.max(...rounds.map(({ mostMs }) => mostMs)),
      burstMs: over("burstMs"),
      /** Over all rounds. */
      unseen: rounds.reduce((sum, run) => sum + run.unseen, 0),
    };
  });
}

export function summary(results: Results): object {
  const { machine, versions, records } = results;
  return { machine, versions, records, rows: rowsOf(results) };
}

export function tables(results: Results): string {
  return [
    `${results.machine}  \n${results.versions}`,
    table(
      ["", "p50, ms", "p99, ms", "longest, ms", `${figure(BURST_RECORDS)} at once, ms`, "not seen"],
      rowsOf(results).map((row) => [
        VARIANTS[row.variant],
        figure(row.p50Ms, 1),
        figure(row.p99Ms, 1),
        figure(row.mostMs, 1),
        figure(row.burstMs, 1),
        figure(row.unseen),
      ]),
    ),
  ].join("\n\n");
}
