/** From what was measured to what is shown. */
import { median } from "../lib/stats.js";
import { figure, table } from "../lib/table.js";
import { BASE, WAYS, type Way } from "./ways.js";
import type { Written } from "./writer.js";

export interface Run extends Written {
  readonly way: Way;
  readonly round: number;
  readonly records: number;
  readonly serverCpuSeconds: number;
  /** What `used_memory` grew by. */
  readonly usedBytes: number;
}

export interface Results {
  readonly machine: string;
  readonly versions: string;
  readonly runs: readonly Run[];
}

interface Row {
  readonly way: Way;
  readonly recordsPerSecond: number;
  /** To the base in the same round. */
  readonly ratio: number;
  readonly cpuUsPerRecord: number;
  readonly serverCpuUsPerRecord: number;
  readonly storeBytesPerRecord: number;
  readonly recordsPerGb: number;
}

/** Medians over the rounds. A ratio is taken within each round, where both met the same machine, and then its median. */
function rowsOf({ runs }: Results): Row[] {
  return (Object.keys(WAYS) as Way[]).map((way) => {
    const rounds = runs.filter((run) => run.way === way);
    const over = (value: (run: Run) => number): number => median(rounds.map(value));
    const storeBytesPerRecord = over(({ usedBytes, records }) => usedBytes / records);
    return {
      way,
      recordsPerSecond: over(rate),
      ratio: over((run) => rate(run) / rate(baseOf(runs, run.round))),
      cpuUsPerRecord: over(({ cpuSeconds, records }) => (cpuSeconds * 1e6) / records),
      serverCpuUsPerRecord: over(({ serverCpuSeconds, records }) => (serverCpuSeconds * 1e6) / records),
      storeBytesPerRecord,
      recordsPerGb: 2 ** 30 / storeBytesPerRecord,
    };
  });
}

function rate({ records, seconds }: Run): number {
  return records / seconds;
}

function baseOf(runs: readonly Run[], round: number): Run {
  return runs.find((run) => run.way === BASE && run.round === round)!;
}

export function summary(results: Results): object {
  const { machine, versions } = results;
  return { machine, versions, rows: rowsOf(results) };
}

export function tables(results: Results): string {
  const { machine, versions, runs } = results;
  const { lineBytes, records } = runs[0]!;
  const head = [
    "",
    "records/s",
    "to single RPUSH",
    "CPU µs",
    "server's CPU µs",
    "store bytes",
    "records in 1 GiB",
  ];
  const rows = rowsOf(results).map((row) => [
    WAYS[row.way],
    figure(row.recordsPerSecond),
    figure(row.ratio, 1),
    figure(row.cpuUsPerRecord, 2),
    figure(row.serverCpuUsPerRecord, 2),
    figure(row.storeBytesPerRecord),
    figure(row.recordsPerGb),
  ]);
  const what = `${figure(records)} lines of ${figure(lineBytes / records)} bytes`;
  return `${machine}  \n${versions}; ${what}\n\n${table(head, rows)}`;
}
