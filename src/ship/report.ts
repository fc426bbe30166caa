/** What a shipper says of itself, in `<journal dir>/shippers/`, for `dragonlog status`. */
import { join } from "node:path";
import type { AlertCounts } from "../alert/alerter.js";
import type { Destination } from "../batch/batch.js";
import { type Report, readReportsIn, reportRegularly } from "../system/report-files.js";
import type { Trouble } from "./circuit.js";
import type { ShipCounts } from "./counts.js";

/** Where shippers say who they are and what they do. */
export function shippersFolder(dir: string): string {
  return join(dir, "shippers");
}

export interface ShipperReport extends Report {
  readonly sink: string;
  readonly batchesInFlight: number;
  /** Why nothing is sent, since when, and when that is tried next; undefined while things are sent. */
  readonly trouble?: (Trouble & { readonly retryAtMs: number }) | undefined;
  /** Destinations that are refused by themselves. */
  readonly refused: readonly (Trouble & { readonly destination: Destination })[];
  readonly counts: ShipCounts;
  readonly alerts: AlertCounts;
}

/** The reports of the shippers that live. */
export function readReports(dir: string): ShipperReport[] {
  return readReportsIn<ShipperReport>(shippersFolder(dir));
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
