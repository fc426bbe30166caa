/** Keeps the report of a shipper up to date, see report.ts. */
import type { AlertCounts } from "../alert/alerter.js";
import type { Sink } from "../sink/sink.js";
import { type Report, reportRegularly } from "../system/report-files.js";
import { type ShipperReport, shippersFolder } from "./report.js";
import type { Shipper } from "./shipper.js";

/** Reports until the returned function is called; then the report is gone. */
export function reportShipper(
  dir: string,
  shipper: Shipper,
  sink: Sink,
  alerts: { readonly counts: AlertCounts },
): () => void {
  return reportRegularly(shippersFolder(dir), (): Omit<ShipperReport, keyof Report> => {
    const { counts, batchesInFlight, circuits } = shipper;
    const { trouble, refused, retryAtMs } = circuits;
    return {
      sink: sink.name,
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
  });
}
