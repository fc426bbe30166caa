/** From what was measured to what is shown. Figures are medians over the rounds; ratios are taken within each round first. */
import { median } from "../lib/stats.js";
import { figure, table } from "../lib/table.js";
import type { Measured } from "./measured.js";
import { PLACINGS, type Placing } from "./placings.js";
import { LATENCY_MS, type Shipped } from "./shippers.js";
import { BASE, LINES, type Lines, WAYS, type Way } from "./ways.js";

export interface Run extends Measured {
  readonly way: Way;
  readonly round: number;
  readonly records: number;
}

export interface MainThreadRun {
  readonly placing: Placing;
  readonly round: number;
  readonly calls: number;
  readonly cpuSeconds: number;
}

/** From the journal of one writer through the store to a destination that is near. */
export interface Through extends Shipped {
  readonly lines: Lines;
}

export interface Results {
  readonly machine: string;
  readonly versions: string;
  readonly runs: readonly Run[];
  readonly mainThread: readonly MainThreadRun[];
  readonly shipped: readonly Shipped[];
  readonly through: readonly Through[];
}

function wayRows({ runs }: Results) {
  return keysOf(WAYS, runs, "way").map((way) => {
    const rounds = runs.filter((run) => run.way === way);
    const over = (value: (run: Run) => number): number => median(rounds.map(value));
    const storeBytesPerRecord = over(({ usedBytes, records }) => usedBytes / records);
    return {
      way,
      recordsPerSecond: over(rate),
      ratio: over((run) => rate(run) / rate(runs.find((other) => isBase(other, run))!)),
      cpuUsPerRecord: over(({ cpuSeconds, records }) => (cpuSeconds * 1e6) / records),
      serverCpuUsPerRecord: over(({ serverCpuSeconds, records }) => (serverCpuSeconds * 1e6) / records),
      storeBytesPerRecord,
      recordsPerGb: 2 ** 30 / storeBytesPerRecord,
    };
  });
}

function rate({ records, seconds }: { readonly records: number; readonly seconds: number }): number {
  return records / seconds;
}

function isBase({ way, round }: Run, run: Run): boolean {
  return way === BASE && round === run.round;
}

function mainThreadRows({ mainThread }: Results) {
  const us = ({ cpuSeconds, calls }: MainThreadRun): number => (cpuSeconds * 1e6) / calls;
  return keysOf(PLACINGS, mainThread, "placing").map((placing) => {
    const rounds = mainThread.filter((run) => run.placing === placing);
    const beyond = (run: MainThreadRun): number =>
      us(run) - us(mainThread.find((other) => other.placing === "journal" && other.round === run.round)!);
    return { placing, cpuUsPerCall: median(rounds.map(us)), beyondUs: median(rounds.map(beyond)) };
  });
}

function shippedRows({ shipped }: Results) {
  return shipped
    .filter(({ round }) => round === 0)
    .map(({ shippers, inFlight }) => {
      const rounds = shipped.filter((run) => run.shippers === shippers && run.inFlight === inFlight);
      const over = (value: (run: Shipped) => number): number => median(rounds.map(value));
      const sum = (key: "lost" | "duplicates" | "outOfOrder"): number =>
        rounds.reduce((total, run) => total + run[key], 0);
      const one = (run: Shipped): Shipped =>
        shipped.find(
          (other) => other.shippers === 1 && other.inFlight === inFlight && other.round === run.round,
        )!;
      return {
        shippers,
        inFlight,
        recordsPerSecond: over(rate),
        ratio: over((run) => rate(run) / rate(one(run))),
        cpuUsPerRecord: over(({ cpuSeconds, records }) => (cpuSeconds * 1e6) / records),
        cloudCpuUsPerRecord: over(({ cloudCpuSeconds, records }) => (cloudCpuSeconds * 1e6) / records),
        processorsShare: over(({ processorsShare }) => processorsShare),
        rssPeakBytes: over(({ rssPeakBytes }) => rssPeakBytes),
        recordsPerRequest: over(({ recordsPerRequest }) => recordsPerRequest),
        inFlightPeak: over(({ inFlightPeak }) => inFlightPeak),
        lost: sum("lost"),
        duplicates: sum("duplicates"),
        outOfOrder: sum("outOfOrder"),
      };
    });
}

function throughRows({ through }: Results) {
  return keysOf(LINES, through, "lines").map((lines) => {
    const rounds = through.filter((run) => run.lines === lines);
    const over = (value: (run: Through) => number): number => median(rounds.map(value));
    const sum = (key: "lost" | "duplicates" | "outOfOrder"): number =>
      rounds.reduce((total, run) => total + run[key], 0);
    return {
      lines,
      records: rounds[0]!.records,
      recordsPerSecond: over(rate),
      forwarderCpuUsPerRecord: over(
        ({ forwarderCpuSeconds, records }) => (forwarderCpuSeconds * 1e6) / records,
      ),
      shipperCpuUsPerRecord: over(({ cpuSeconds, records }) => (cpuSeconds * 1e6) / records),
      cloudCpuUsPerRecord: over(({ cloudCpuSeconds, records }) => (cloudCpuSeconds * 1e6) / records),
      rssPeakBytes: over(({ rssPeakBytes }) => rssPeakBytes),
      recordsPerRequest: over(({ recordsPerRequest }) => recordsPerRequest),
      lost: sum("lost"),
      duplicates: sum("duplicates"),
      outOfOrder: sum("outOfOrder"),
    };
  });
}

/** Those that were measured, in the order in which they are shown. */
function keysOf<Name extends string, Key extends string>(
  names: Readonly<Record<Name, string>>,
  runs: readonly Readonly<Record<Key, string | number>>[],
  key: Key,
): Name[] {
  return (Object.keys(names) as Name[]).filter((name) => runs.some((run) => run[key] === name));
}

/** True when anything was lost, doubled or out of order: then no figure counts. */
export function failed({ shipped, through }: Results): boolean {
  return [...shipped, ...through].some(
    ({ lost, duplicates, outOfOrder }) => lost + duplicates + outOfOrder > 0,
  );
}

export function summary(results: Results): object {
  const { machine, versions } = results;
  return {
    machine,
    versions,
    ways: wayRows(results),
    mainThread: mainThreadRows(results),
    shippers: shippedRows(results),
    through: throughRows(results),
  };
}

export function tables(results: Results): string {
  const { machine, versions, runs, mainThread, shipped, through } = results;
  const parts = [`${machine}  \n${versions}`];
  if (runs.length > 0) {
    parts.push(`**Into the store**, ${figure(runs[0]!.records)} records`, wayTable(results));
  }
  if (mainThread.length > 0) {
    parts.push(`**The thread that logs**, ${figure(mainThread[0]!.calls)} calls`, mainThreadTable(results));
  }
  if (shipped.length > 0) {
    const what = `${figure(shipped[0]!.records)} records, ${LATENCY_MS} ms until the cloud answers`;
    parts.push(`**Out of the store**, ${what}`, shippedTable(results));
  }
  if (through.length > 0) {
    const what = `${figure(through[0]!.records)} records, one forwarder and one shipper at the same time`;
    parts.push(`**From end to end**, ${what}`, throughTable(results));
  }
  return parts.join("\n\n");
}

function wayTable(results: Results): string {
  const head = ["", "records/s", "to single RPUSH", "CPU µs", "server's CPU µs", "store bytes"];
  return table(
    [...head, "records in 1 GiB"],
    wayRows(results).map((row) => [
      WAYS[row.way],
      figure(row.recordsPerSecond),
      figure(row.ratio, 1),
      figure(row.cpuUsPerRecord, 2),
      figure(row.serverCpuUsPerRecord, 2),
      figure(row.storeBytesPerRecord),
      figure(row.recordsPerGb),
    ]),
  );
}

function mainThreadTable(results: Results): string {
  return table(
    ["", "CPU µs a call", "beyond the journal"],
    mainThreadRows(results).map(({ placing, cpuUsPerCall, beyondUs }) => [
      PLACINGS[placing],
      figure(cpuUsPerCall, 2),
      figure(beyondUs, 2),
    ]),
  );
}

function shippedTable(results: Results): string {
  const head = [
    "shippers",
    "in flight at most, each",
    "records/s",
    "to one",
    "CPU µs",
    "peak MB",
    "processors busy",
    "records per request",
    "in flight, all",
  ];
  return table(
    [...head, "lost", "doubled", "out of order", "stand-in's CPU µs"],
    shippedRows(results).map((row) => [
      figure(row.shippers),
      figure(row.inFlight),
      figure(row.recordsPerSecond),
      figure(row.ratio, 1),
      figure(row.cpuUsPerRecord, 2),
      figure(row.rssPeakBytes / 1e6),
      `${figure(100 * row.processorsShare)} %`,
      figure(row.recordsPerRequest),
      figure(row.inFlightPeak),
      figure(row.lost),
      figure(row.duplicates),
      figure(row.outOfOrder),
      figure(row.cloudCpuUsPerRecord, 2),
    ]),
  );
}

function throughTable(results: Results): string {
  const head = ["", "records/s", "forwarder's CPU µs", "shipper's CPU µs", "shipper's peak MB"];
  return table(
    [...head, "records per request", "lost", "doubled", "out of order", "stand-in's CPU µs"],
    throughRows(results).map((row) => [
      LINES[row.lines],
      figure(row.recordsPerSecond),
      figure(row.forwarderCpuUsPerRecord, 2),
      figure(row.shipperCpuUsPerRecord, 2),
      figure(row.rssPeakBytes / 1e6),
      figure(row.recordsPerRequest),
      figure(row.lost),
      figure(row.duplicates),
      figure(row.outOfOrder),
      figure(row.cloudCpuUsPerRecord, 2),
    ]),
  );
}
