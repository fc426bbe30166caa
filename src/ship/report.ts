/** What a shipper says of itself, in `<journal dir>/shippers/`, for `dragonlog status`. */
import { join } from "node:path";
import type { AlertCounts } from "../alert/alerter.js";
import type { Destination } from "../batch/batch.js";
import { type Report, readReportsIn, reportRegularly } from "../system/report-files.js";
import type { Circuit, Trouble } from "./circuit.js";
import { newCounts, type ShipCounts } from "./counts.js";
import { LatencyHistogram } from "./latency.js";
import type { DestinationVitals, Latency, Logged, Rates } from "./vitals.js";

/** A report is written again and again, and read by people. */
export const DESTINATIONS_REPORTED_MAX = 20;

/** Where no shipper says after how long it sends what waits, in ms. */
export const ASSUMED_INTERVAL_MS = 120_000;

/** Where shippers say who they are and what they do. */
export function shippersFolder(dir: string): string {
  return join(dir, "shippers");
}

/** Where a shipper serves its page, and what lets programs of the same user in. */
export interface Page {
  readonly url: string;
  /** A secret: it is in the file, which only its owner can read, and is never printed. */
  readonly key: string;
}

export interface ShipperReport extends Report {
  readonly sink: string;
  readonly intervalMs: number;
  readonly circuit: Circuit["state"];
  readonly batchesInFlight: number;
  /** Why nothing is sent, since when, and when that is tried next; undefined while things are sent. */
  readonly trouble?: (Trouble & { readonly retryAtMs: number }) | undefined;
  /** Destinations that are refused by themselves. */
  readonly refused: readonly (Trouble & { readonly destination: Destination })[];
  readonly counts: ShipCounts;
  /** Undefined where a version writes the report that does not count it. */
  readonly logged?: Logged | undefined;
  /** Undefined in its first seconds. */
  readonly rates?: Rates | undefined;
  readonly putLatency: Latency;
  /** The busiest first, at most `DESTINATIONS_REPORTED_MAX` and the sum of the others. */
  readonly destinations: readonly DestinationVitals[];
  /** The most disk that its dead letters take; undefined where a version writes the report that does not say it. */
  readonly deadBytesMax?: number | undefined;
  readonly alerts: AlertCounts;
  /** Undefined while it serves none. */
  readonly page?: Page | undefined;
  /** Why it serves none though it should. */
  readonly pageTrouble?: string | undefined;
}

/** What may be printed of a report. */
export type PublicReport = Omit<ShipperReport, "page"> & { readonly page?: Pick<Page, "url"> | undefined };

export function withoutKey({ page, ...report }: ShipperReport): PublicReport {
  return page === undefined ? report : { ...report, page: { url: page.url } };
}

/** The reports of the shippers that live, the keys of their pages among it. */
export function readReports(dir: string): ShipperReport[] {
  return readReportsIn<ReportOfAnyVersion>(shippersFolder(dir)).map(completed);
}

/** Applications that go on over an update write the reports of the version that they began with. */
type ReportOfAnyVersion = Report & Partial<Omit<ShipperReport, keyof Report>>;

function completed(report: ReportOfAnyVersion): ShipperReport {
  return {
    sink: "?",
    intervalMs: ASSUMED_INTERVAL_MS,
    circuit: report.trouble === undefined ? "closed" : "open",
    batchesInFlight: 0,
    refused: [],
    putLatency: new LatencyHistogram().taken,
    destinations: [],
    alerts: { gathered: 0, channels: {} },
    ...report,
    counts: { ...newCounts(), ...report.counts },
  };
}

function standbysFolder(dir: string): string {
  return join(shippersFolder(dir), "standby");
}

/** Says that a shipper stands by, until the returned function is called. */
export function reportStandby(dir: string): () => void {
  return reportRegularly(standbysFolder(dir), () => ({}));
}

/** Those that stand by, and live. */
export function readStandbys(dir: string): Report[] {
  return readReportsIn<Report>(standbysFolder(dir));
}
