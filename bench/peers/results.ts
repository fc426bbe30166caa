/** From what was counted to what is shown. */
import { median } from "../lib/stats.js";
import { figure, table } from "../lib/table.js";
import type { Outcome } from "./happen.js";
import { MEASURED, SCENARIOS, type ScenarioName, WAYS, type WayName } from "./shape.js";

export interface Results {
  readonly machine: string;
  readonly versions: string;
  readonly runs: (Outcome & { readonly way: WayName; readonly scenario: ScenarioName })[];
}

/** Counts over all rounds, costs as medians. */
function rowsOf({ runs }: Results) {
  return (Object.keys(SCENARIOS) as ScenarioName[]).flatMap((scenario) =>
    (Object.keys(WAYS) as WayName[]).flatMap((way) => {
      const rounds = runs.filter((run) => run.way === way && run.scenario === scenario);
      if (rounds.length === 0) return [];
      const sum = (key: "records" | "lost" | "doubled" | "outOfOrder"): number =>
        rounds.reduce((total, run) => total + run[key], 0);
      return [
        {
          scenario,
          way,
          records: sum("records"),
          lost: sum("lost"),
          doubled: sum("doubled"),
          outOfOrder: sum("outOfOrder"),
          loopUsPerRecord: median(rounds.map((run) => run.loopUsPerRecord)),
          cpuUsPerRecord: median(rounds.map((run) => run.cpuUsPerRecord)),
        },
      ];
    }),
  );
}

export function summary(results: Results): object {
  const { machine, versions } = results;
  return { machine, versions, rows: rowsOf(results) };
}

export function tables(results: Results): string {
  const rows = rowsOf(results);
  return [
    `${results.machine}  \n${results.versions}`,
    table(
      ["", "of", "lost", "doubled", "out of order"],
      rows.map((row) => [
        `${SCENARIOS[row.scenario].title}: ${WAYS[row.way]}`,
        figure(row.records),
        figure(row.lost),
        figure(row.doubled),
        figure(row.outOfOrder),
      ]),
    ),
    table(
      ["", "event loop, µs a record", "CPU of the process, µs a record"],
      rows
        .filter(({ scenario }) => scenario === MEASURED)
        .map((row) => [WAYS[row.way], figure(row.loopUsPerRecord, 1), figure(row.cpuUsPerRecord, 1)]),
    ),
  ].join("\n\n");
}
