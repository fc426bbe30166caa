/** Keeps the report of a shipper up to date, see report.ts. */
import type { AlertCounts } from "../alert/alerter.js";
import type { Sink } from "../sink/sink.js";
import { every } from "../system/every.js";
import { ownIdentity } from "../system/process.js";
import { randomId } from "../system/random.js";
import { ReportFile, type ShipperReport } from "./report.js";
import type { Shipper } from "./shipper.js";

const INTERVAL_MS = 1000;

/** Reports until the returned function is called; then the report is gone. */
export function reportRegularly(
  dir: string,
  shipper: Shipper,
  sink: Sink,
  alerts: { readonly counts: AlertCounts },
): () => void {
  const file = new ReportFile(dir, randomId(6));
  const startedAt = new Date().toISOString();
  let last = "";
  const write = (): void => {
    const { counts, batchesInFlight, circuits } = shipper;
    const { trouble, refused, retryAtMs } = circuits;
    const state: Omit<ShipperReport, "updatedAt"> = {
      process: ownIdentity(),
      sink: sink.name,
      startedAt,
      batchesInFlight,
      trouble: trouble && { ...trouble, retryAtMs },
      refused: refused.map(({ destination, trouble: { cause, detail, sinceMs } }) => ({
        destination,
        cause,
        detail,
        sinceMs,
      })),
      counts,
      alerts: alerts.counts,
    };
    const text = JSON.stringify(state);
    if (text !== last) {
      last = text;
      file.write({ ...state, updatedAt: new Date().toISOString() });
    }
  };
  write();
  const stop = every(INTERVAL_MS, write);
  return () => {
    stop();
    file.remove();
  };
}
