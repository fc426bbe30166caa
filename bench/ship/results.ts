/** From what the processes measured to what is shown. */
import { median } from "../lib/stats.js";
import { figure, table } from "../lib/table.js";
import { requestsMin, type Shipped } from "./backlogs.js";
import type { Backlog } from "./shape.js";
import type { Usage } from "./usage.js";

export type Sender = Backlog | "loop" | "string";

export const SENDERS: Readonly<Record<Sender, string>> = {
  paced: "dragonlog ship, logged at a service's pace",
  burst: "dragonlog ship, logged in a loop",
  loop: "a loop of PutLogEventsCommand",
  string: "the same, its body joined from strings",
};

export interface Run extends Shipped {
  readonly sender: Sender;
  readonly latencyMs: number;
  readonly round: number;
}

export interface Results {
  readonly machine: string;
  readonly versions: string;
  /** What `dragonlog ship --once` uses when nothing waits: its start. */
  readonly idle: Usage;
  /** Against the strict stand-in, once. */
  readonly strict: Shipped;
  readonly runs: readonly Run[];
}

/** Medians over the rounds. A ratio is taken within each round, where both met the same machine, and then its median. */
function rowsOf({ runs, idle }: Results) {
  const firstRound = runs.filter(({ round }) => round === 0);
  return firstRound.map(({ sender, latencyMs }) => {
    const rounds = runs.filter((run) => run.sender === sender && run.latencyMs === latencyMs);
    const over = (value: (run: Run) => number): number => median(rounds.map(value));
    const sum = (key: "lost" | "duplicates" | "outOfOrder"): number =>
      rounds.reduce((total, { arrived }) => total + arrived.tally[key], 0);
    // A loop is measured from its first request on.
    const startSeconds = sender === "loop" || sender === "string" ? 0 : idle.cpuSeconds;
    return {
      sender,
      latencyMs,
      records: over(({ records }) => records),
      recordsPerSecond: over(rate),
      /** To the loop in the same round. */
      ratio: over((run) => rate(run) / rate(runs.find((other) => isLoop(other, run))!)),
      cpuUsPerRecord: over(({ cpuSeconds, records }) => (cpuSeconds * 1e6) / records),
      cpuUsWithoutStart: over(({ cpuSeconds, records }) => ((cpuSeconds - startSeconds) * 1e6) / records),
      /** The stand-in's own. */
      cloudCpuUsPerRecord: over(({ arrived, records }) => (arrived.cpuSeconds * 1e6) / records),
      rssPeakBytes: over(({ rssPeakBytes }) => rssPeakBytes),
      bodyBytesPerRecord: over(({ arrived, records }) => arrived.bodyBytes / records),
      requests: over(({ arrived }) => arrived.requests),
      /** Share of the fewest that are possible. */
      requestsAbove: over(({ arrived, records }) => arrived.requests / requestsMin(records) - 1),
      inFlightPeak: over(({ arrived }) => arrived.inFlightPeak),
      /** Over all rounds. */
      lost: sum("lost"),
      duplicates: sum("duplicates"),
      outOfOrder: sum("outOfOrder"),
    };
  });
}

type Row = ReturnType<typeof rowsOf>[number];

function rate({ records, arrived }: Run): number {
  return records / arrived.seconds;
}

function isLoop(other: Run, run: Run): boolean {
  return other.sender === "loop" && other.latencyMs === run.latencyMs && other.round === run.round;
}

/** True when anything was lost, doubled or out of order: then no figure counts. */
export function failed({ strict, runs }: Results): boolean {
  return [strict, ...runs].some(
    ({ arrived: { tally } }) => tally.lost + tally.duplicates + tally.outOfOrder > 0,
  );
}

export function summary(results: Results): object {
  const { machine, versions, idle, strict } = results;
  const { records, arrived } = strict;
  return { machine, versions, idle, strict: { records, ...arrived.tally }, rows: rowsOf(results) };
}

export function tables(results: Results): string {
  const { machine, versions, idle, strict } = results;
  const rows = rowsOf(results);
  const parts = [`${machine}  \n${versions}`];
  for (const latencyMs of new Set(rows.map((row) => row.latencyMs))) {
    parts.push(
      `**${latencyMs} ms until the cloud answers**`,
      latencyTable(rows.filter((row) => row.latencyMs === latencyMs)),
    );
  }
  const { lost, duplicates, outOfOrder } = strict.arrived.tally;
  parts.push(
    `Of the shipper's CPU and memory, ${figure(idle.cpuSeconds * 1000)} ms and ${megabytes(idle.rssPeakBytes)} MB are its start: ` +
      "what `dragonlog ship --once` takes when nothing waits.",
    `The strict stand-in took ${figure(strict.records)} records in ${figure(strict.arrived.requests)} requests: ` +
      `${figure(lost)} lost, ${figure(duplicates)} doubled, ${figure(outOfOrder)} out of order.`,
  );
  return parts.join("\n\n");
}

function latencyTable(rows: readonly Row[]): string {
  const head = ["", "records", "records/s", "to the loop", "CPU µs", "without start", "peak MB", "requests"];
  return table(
    [...head, "above fewest", "in flight", "lost", "doubled", "out of order", "stand-in's CPU µs"],
    rows.map((row) => [
      SENDERS[row.sender],
      figure(row.records),
      figure(row.recordsPerSecond),
      figure(row.ratio, 1),
      figure(row.cpuUsPerRecord, 2),
      figure(row.cpuUsWithoutStart, 2),
      megabytes(row.rssPeakBytes),
      figure(row.requests),
      `${figure(100 * row.requestsAbove, 1)} %`,
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
