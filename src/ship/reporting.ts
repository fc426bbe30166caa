/** What a shipper says of itself: in its report, see report.ts, and to who is in its process. */
import type { AlertCounts } from "../alert/alerter.js";
import type { Sink } from "../sink/sink.js";
import { ownIdentity } from "../system/process.js";
import { ifPossible, type Report, reportRegularly } from "../system/report-files.js";
import { DESTINATIONS_APART_MAX } from "./destinations.js";
import type { Recent } from "./recent.js";
import { DESTINATIONS_REPORTED_MAX, type Page, type ShipperReport, shippersFolder } from "./report.js";
import type { Shipper } from "./shipper.js";
import type { Step } from "./vitals.js";
import type { VitalsRecorder } from "./vitals-recorder.js";

/** A shipper as those see it who are in its process, such as what serves its page. */
export interface ShipperVitals {
  /** The last hour at most, oldest first. */
  history(): Step[];
  /** What was delivered last; undefined where nobody could ask for it. */
  readonly recent: Recent | undefined;
  /** Of this moment, with more destinations than in the file. */
  report(): ShipperReport;
  /** To be told once it is served, or why it is not; both undefined when it is no more. */
  setPage(page: Page | undefined, trouble?: string): void;
}

export interface Reported {
  /** Loggers keep no journal, perhaps because there is no folder that could be written to. */
  readonly fromRam: boolean;
  readonly shipper: Shipper;
  readonly sink: Sink;
  readonly recorder: VitalsRecorder;
  readonly alerts: { readonly counts: AlertCounts };
  readonly intervalMs: number;
  readonly deadBytesMax: number;
}

/** Reports until the returned function is called; then the report is gone. */
export function reportShipper(
  dir: string,
  reported: Reported,
): { readonly vitals: ShipperVitals; stop(): void } {
  const startedAt = new Date().toISOString();
  let page: Page | undefined;
  let pageTrouble: string | undefined;
  const now = (destinationsMax: number): Omit<ShipperReport, keyof Report> => ({
    ...stateOf(reported, destinationsMax),
    page,
    pageTrouble,
  });
  const start = (): (() => void) =>
    reportRegularly(shippersFolder(dir), () => now(DESTINATIONS_REPORTED_MAX));
  const stop = reported.fromRam ? ifPossible(start) : start();
  const { recorder } = reported;
  const vitals: ShipperVitals = {
    history: () => recorder.history.steps,
    recent: recorder.recent,
    report: () => ({
      process: ownIdentity(),
      startedAt,
      ...now(DESTINATIONS_APART_MAX),
      updatedAt: new Date().toISOString(),
    }),
    setPage(given, trouble) {
      page = given;
      pageTrouble = trouble;
    },
  };
  return { vitals, stop };
}

function stateOf(
  { shipper, sink, recorder, alerts, intervalMs, deadBytesMax }: Reported,
  destinationsMax: number,
): Omit<ShipperReport, keyof Report> {
  const { counts, batchesInFlight, circuits } = shipper;
  const { trouble, refused, retryAtMs, state } = circuits;
  return {
    sink: sink.name,
    intervalMs,
    circuit: state,
    batchesInFlight,
    trouble: trouble && { ...trouble, retryAtMs },
    refused: refused.map(({ destination, trouble: { cause, detail, sinceMs } }) => ({
      destination,
      cause,
      detail,
      sinceMs,
    })),
    counts,
    logged: recorder.history.logged,
    rates: recorder.history.rates,
    putLatency: recorder.putLatency.taken,
    destinations: recorder.destinations.list(destinationsMax),
    deadBytesMax,
    alerts: alerts.counts,
  };
}
