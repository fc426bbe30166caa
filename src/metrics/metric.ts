/** What a metric is here: its name, its meaning, and how it is read from an overview. */
import type { Overview, ShipperView } from "../watch/overview.js";
import type { Sample } from "./samples.js";

export interface Source {
  readonly overview: Overview;
  /** The shipper of this process; undefined while it stands by, or has not begun. */
  readonly shipper: ShipperView | undefined;
}

export interface Metric {
  /** By https://prometheus.io/docs/practices/naming/: base units, `_total` for what only rises. */
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  /** A sentence. */
  readonly help: string;
  /** In the order in which docs/metrics.md names them. */
  readonly labels: readonly string[];
  readonly read: (source: Source) => Sample[];
}

const MS_PER_SECOND = 1000;

export function seconds(ms: number): number {
  return ms / MS_PER_SECOND;
}

export function gauge(
  name: string,
  labels: readonly string[],
  help: string,
  read: (source: Source) => Sample[],
): Metric {
  return { name, type: "gauge", help, labels, read };
}

/** Of this shipper since its start; no samples where there is none. */
export function counter(
  name: string,
  labels: readonly string[],
  help: string,
  read: (shipper: ShipperView) => Sample[],
): Metric {
  return {
    name,
    type: "counter",
    help,
    labels,
    read: ({ shipper }) => (shipper === undefined ? [] : read(shipper)),
  };
}
