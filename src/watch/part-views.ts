/** What shippers and forwarders report, as people see it: without what is secret, and bounded. */
import type { ForwarderReport } from "../forward/report.js";
import type { ShipperReport } from "../ship/report.js";
import type { ForwarderView, ShipperView, TroubleView } from "./overview.js";

const TROUBLES_MAX = 20;

export function shipperView(report: ShipperReport): ShipperView {
  const { process, startedAt, sink, page, pageTrouble, intervalMs, circuit, batchesInFlight, refused } =
    report;
  return {
    pid: process.pid,
    host: process.host,
    startedAtMs: Date.parse(startedAt),
    sink,
    page: page?.url,
    pageTrouble,
    intervalMs,
    circuit,
    troubles: troublesOf(report),
    refused: refused.length,
    batchesInFlight,
    counts: report.counts,
    logged: report.logged,
    rates: report.rates,
    putLatency: report.putLatency,
    destinations: report.destinations,
    alerts: report.alerts,
  };
}

function troublesOf({ trouble, refused }: ShipperReport): TroubleView[] {
  const one = refused.slice(0, TROUBLES_MAX - 1).map(
    ({ cause, detail, sinceMs, destination: { group, stream } }): TroubleView => ({
      cause,
      detail,
      sinceMs,
      retryAtMs: undefined,
      destination: `${group}/${stream}`,
    }),
  );
  if (trouble === undefined) {
    return one;
  }
  const { cause, detail, sinceMs, retryAtMs } = trouble;
  return [{ cause, detail, sinceMs, retryAtMs, destination: undefined }, ...one];
}

export function forwarderView(report: ForwarderReport): ForwarderView {
  const { process, store, journals, fromRam, recordsInStore, trouble, counts } = report;
  return {
    pid: process.pid,
    store,
    journals,
    fromRam,
    records: counts.records,
    inStore: recordsInStore,
    lost: counts.lostRecords,
    failures: counts.failures,
    trouble: trouble && `${trouble.cause}: ${trouble.detail}`,
    troubleSinceMs: trouble?.sinceMs,
  };
}
