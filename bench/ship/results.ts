/** From what the processes measured to what is shown. */
import { median } from "../lib/stats.js";
import { figure, table } from "../lib/table.js";
import type { CloudAnswer } from "./cloud.js";
import type { Backlog } from "./shape.js";
import type { Usage } from "./usage.js";

export type Sender = Backlog | "loop";

export const SENDERS: Readonly<Record<Sender, string>> = {
  paced: "dragonlog ship, logged at a service's pace",
  burst: "dragonlog ship, logged in a loop",
  loop: "a loop of PutLogEventsCommand",
};

export interface Run extends Usage {
  readonly sender: Sender;
  readonly latencyMs: number;
  readonly round: number;
  readonly records: number;
  readonly arrived: CloudAnswer;
}

export interface Results {
  readonly machine: string;
  readonly versions: string;
  /** What `dragonlog ship --once` uses when nothing waits: its start. */
  readonly idle: Usage;
  readonly runs: readonly Run[];
}

interface Row {
  readonly sender: Sender;
  readonly latencyMs: number;
  readonly recordsPerSecond: number;
  /** To the loop in the same round. */
  readonly ratio: number;
  readonly cpuUsPerRecord: number;
  /** The stand-in's own. */
  readonly cloudCpuUsPerRecord: number;
  readonly rssPeakBytes: number;
  readonly recordsPerRequest: number;
  readonly inFlightPeak: number;
  /** Over all rounds. */
  readonly lost: number;
  readonly duplicates: number;
  readonly outOfOrder: number;
}

/** Medians over the rounds. A ratio is taken within each round, where both met the same machine, and then its median. */
function rowsOf({ runs }: Results): Row[] {
  const firstRound = runs.filter(({ round }) => round === 0);
  return firstRound.map(({ sender, latencyMs }) => {
    const rounds = runs.filter((run) => run.sender === sender && run.latencyMs === latencyMs);
    const over = (value: (run: Run) => number): number => median(rounds.map(value));
    const sum = (key: "lost" | "duplicates" | "outOfOrder"): number =>
      rounds.reduce((total, { arrived }) => total + arrived.tally[key], 0);
    return {
      sender,
      latencyMs,
      recordsPerSecond: over(rate),
      ratio: over((run) => rate(run) / rate(runs.find((other) => isLoop(other, run))!)),
      cpuUsPerRecord: over(({ cpuSeconds, records }) => (cpuSeconds * 1e6) / records),
      cloudCpuUsPerRecord: over(({ arrived, records }) => (arrived.cpuSeconds * 1e6) / records),
      rssPeakBytes: over(({ rssPeakBytes }) => rssPeakBytes),
      recordsPerRequest: over(({ arrived, records }) => records / arrived.requests),
      inFlightPeak: over(({ arrived }) => arrived.inFlightPeak),
      lost: sum("lost"),
      duplicates: sum("duplicates"),
      outOfOrder: sum("outOfOrder"),
    };
  });
}

function rate({ records, arrived }: Run): number {
  return records / arrived.seconds;
}

function isLoop(other: Run, run: Run): boolean {
  return other.sender === "loop" && other.latencyMs === run.latencyMs && other.round === run.round;
}

/** True when anything was lost, doubled or out of order: then no figure counts. */
export function failed(results: Results): boolean {
  return rowsOf(results).some(({ lost, duplicates, outOfOrder }) => lost + duplicates + outOfOrder > 0);
}

export function summary(results: Results): object {
  const { machine, versions, idle } = results;
  return { machine, versions, idle, rows: rowsOf(results) };
}

export function tables(results: Results): string {
  const { machine, versions, idle } = results;
  const rows = rowsOf(results);
  const parts = [`${machine}  \n${versions}`];
  for (const latencyMs of new Set(rows.map((row) => row.latencyMs))) {
    parts.push(
      `**${latencyMs} ms until the cloud answers**`,
      latencyTable(rows.filter((row) => row.latencyMs === latencyMs)),
    );
  }
  parts.push(
    `Of the shipper's CPU and memory, ${figure(idle.cpuSeconds * 1000)} ms and ${megabytes(idle.rssPeakBytes)} MB are its start: ` +
      "what `dragonlog ship --once` takes when nothing waits.",
  );
  return parts.join("\n\n");
}

function latencyTable(rows: readonly Row[]): string {
  const head = ["", "records/s", "to the loop", "CPU µs", "peak MB", "records per request", "in flight"];
  return table(
    [...head, "lost", "doubled", "out of order", "stand-in's CPU µs"],
    rows.map((row) => [
      SENDERS[row.sender],
      figure(row.recordsPerSecond),
      figure(row.ratio, 1),
      figure(row.cpuUsPerRecord, 2),
      megabytes(row.rssPeakBytes),
      figure(row.recordsPerRequest),
      figure(row.inFlightPeak),
      figure(row.lost),
      figure(row.duplicates),
      figure(row.outOfOrder),
      figure(row.cloudCpuUsPerRecord, 2),
    ]),
  );
}

function megabytes(bytes: number): string {
  return figure(bytes / 1e6);
}
