/** From what the processes measured to what is shown. */

import { median } from "../lib/stats.js";
import { figure, table } from "../lib/table.js";
import { CONTENDERS, type ContenderName } from "./contender.js";
import type { Measured } from "./measure.js";
import { ONE_TURN_CALLS } from "./shape.js";
import { RECORDS, type ShapeName, shapes } from "./shapes.js";

export interface Results {
  readonly machine: string;
  readonly versions: string;
  readonly measured: (Measured & {
    readonly name: ContenderName;
    readonly record: ShapeName;
    readonly round: number;
  })[];
  readonly survivors: {
    readonly name: ContenderName;
    readonly lost: number;
    readonly of: number;
    readonly bytesPerLine: number;
  }[];
}

/** What every ratio is to. */
const REFERENCE: ContenderName = "pino-async";

type Row = { readonly name: ContenderName; readonly record: ShapeName } & Measured & {
    /** Time per call, its 99.9th percentile, CPU time and time of one turn, over those of the reference. */
    readonly ratio: number;
    readonly p999Ratio: number;
    readonly cpuRatio: number;
    readonly oneTurnRatio: number;
  };

/** Medians over the rounds. A ratio is taken within each round, where both met the same machine, and then its median. */
function rowsOf({ measured }: Results): Row[] {
  const firstRound = measured.filter(({ round }) => round === 0);
  return firstRound.map(({ name, record }) => {
    const rounds = measured.filter((one) => one.name === name && one.record === record);
    const over = (key: keyof Measured): number => median(rounds.map((round) => round[key]));
    const ratio = (key: keyof Measured): number =>
      median(
        rounds.map((one) => one[key] / (measured.find((other) => isReference(other, one))?.[key] ?? NaN)),
      );
    return {
      name,
      record,
      nsPerCall: over("nsPerCall"),
      loopNsPerRecord: over("loopNsPerRecord"),
      p50Ns: over("p50Ns"),
      p99Ns: over("p99Ns"),
      p999Ns: over("p999Ns"),
      cpuUsPerRecord: over("cpuUsPerRecord"),
      oneTurnMs: over("oneTurnMs"),
      timerNs: over("timerNs"),
      ratio: ratio("nsPerCall"),
      p999Ratio: ratio("p999Ns"),
      cpuRatio: ratio("cpuUsPerRecord"),
      oneTurnRatio: ratio("oneTurnMs"),
    };
  });
}

function isReference(other: Results["measured"][number], one: Results["measured"][number]): boolean {
  return other.name === REFERENCE && other.record === one.record && other.round === one.round;
}

export function summary(results: Results): object {
  const { machine, versions, survivors } = results;
  return { machine, versions, rows: rowsOf(results), survivors };
}

export function tables(results: Results): string {
  const rows = rowsOf(results);
  const parts = [`${results.machine}  \n${results.versions}`];
  for (const record of RECORDS.filter((name) => rows.some((row) => row.record === name))) {
    parts.push(`**One ${shapes[record].label}**`, callTable(rows.filter((row) => row.record === record)));
  }
  const others = rows.filter(({ record }) => !RECORDS.includes(record));
  if (others.length > 0) {
    parts.push("**Other calls**", otherTable(others));
  }
  parts.push(
    `Reading the clock takes ${figure(median(rows.map(({ timerNs }) => timerNs)))} ns and is part of each percentile.`,
    "**What a SIGKILL takes, sent after the last call had returned**",
    killTable(results.survivors),
  );
  return parts.join("\n\n");
}

function callTable(rows: readonly Row[]): string {
  const to = "to pino async";
  const head = ["", "ns per call", to, "p50", "p99", "p99.9", to, "loop ns", "CPU µs", to];
  return table(
    [...head, `${figure(ONE_TURN_CALLS)} in a turn, ms`, to],
    rows.map((row) => [
      CONTENDERS[row.name].label,
      figure(row.nsPerCall),
      figure(row.ratio, 2),
      figure(row.p50Ns),
      figure(row.p99Ns),
      figure(row.p999Ns),
      figure(row.p999Ratio, 2),
      figure(row.loopNsPerRecord),
      figure(row.cpuUsPerRecord, 2),
      figure(row.cpuRatio, 2),
      figure(row.oneTurnMs, 2),
      figure(row.oneTurnRatio, 2),
    ]),
  );
}

function otherTable(rows: readonly Row[]): string {
  const records = [...new Set(rows.map(({ record }) => record))];
  const of = (record: ShapeName, name: ContenderName): Row | undefined =>
    rows.find((row) => row.record === record && row.name === name);
  return table(
    ["", "dragonlog, ns per call", "pino async", "ratio", "CPU µs", "pino async"],
    records.map((record) => {
      const own = of(record, "dragonlog");
      const reference = of(record, REFERENCE);
      return [
        shapes[record].label,
        figure(own?.nsPerCall ?? NaN),
        figure(reference?.nsPerCall ?? NaN),
        figure(own?.ratio ?? NaN, 2),
        figure(own?.cpuUsPerRecord ?? NaN, 2),
        figure(reference?.cpuUsPerRecord ?? NaN, 2),
      ];
    }),
  );
}

function killTable(survivors: Results["survivors"]): string {
  return table(
    ["", "lost", "of", "bytes per line"],
    survivors.map(({ name, lost, of, bytesPerLine }) => [
      CONTENDERS[name].label,
      figure(lost),
      figure(of),
      figure(bytesPerLine),
    ]),
  );
}
