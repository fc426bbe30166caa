/** The whole pipeline at one moment, for `status`, the metrics and the page. All times are in ms since 1970-01-01 UTC. */
import type { AlertCounts } from "../alert/alerter.js";
import type { Waiting } from "../record/stored-record.js";
import type { ShipCounts } from "../ship/counts.js";
import type { DestinationVitals, Latency, Rates } from "../ship/vitals.js";

export interface Health {
  /** False when something keeps records from being delivered, or from being kept; a check of the machine fails then. */
  readonly healthy: boolean;
  /** What, in sentences; empty when healthy. */
  readonly problems: readonly string[];
  /** What people should look at though everything is delivered, such as dead letters. */
  readonly warnings: readonly string[];
}

/** One journal and its writer. */
export interface WriterView {
  readonly writer: string;
  readonly service: string;
  readonly host: string;
  readonly pid: number | undefined;
  readonly alive: boolean;
  readonly waiting: Waiting;
  readonly fileBytes: number;
  /** The most its journal takes; undefined where the writer is gone. */
  readonly bytesMax: number | undefined;
  /** Records logged that are not known to be delivered: what the cursor lags behind. */
  readonly lagRecords: number;
  /** Records that never got in, by cause. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Who takes its records: `shipper`, `forwarder`, nobody. */
  readonly takenBy: number | undefined;
  readonly error: string | undefined;
}

export interface StoreOverview {
  /** The URL without user and password. */
  readonly name: string;
  readonly error: string | undefined;
  readonly servers: readonly {
    readonly kind: string;
    readonly version: string;
    readonly usedBytes: number;
    /** 0 where it has no limit. */
    readonly bytesMax: number;
  }[];
  readonly partitions: number;
  readonly blocks: number;
  readonly waiting: Waiting;
  readonly lists: readonly { readonly key: string; readonly entries: number | undefined }[];
  readonly shippers: readonly {
    readonly host: string | undefined;
    readonly pid: number | undefined;
    readonly partitions: number;
  }[];
}

export interface ForwarderView {
  readonly pid: number;
  readonly records: number;
  readonly inStore: number;
  readonly lost: number;
  readonly trouble: string | undefined;
}

/** What stops a shipper, or one destination. */
export interface TroubleView {
  readonly cause: string;
  readonly detail: string;
  readonly sinceMs: number;
  readonly retryAtMs: number | undefined;
  /** Undefined when it stops everything. */
  readonly destination: string | undefined;
}

export interface ShipperView {
  readonly pid: number;
  readonly host: string;
  readonly startedAtMs: number;
  readonly sink: string;
  readonly page: string | undefined;
  readonly intervalMs: number;
  readonly circuit: "closed" | "open" | "half-open";
  readonly troubles: readonly TroubleView[];
  readonly batchesInFlight: number;
  readonly counts: ShipCounts;
  readonly rates: Rates | undefined;
  readonly putLatency: Latency;
  readonly destinations: readonly DestinationVitals[];
  readonly alerts: AlertCounts;
}

export interface Overview {
  readonly atMs: number;
  readonly version: string;
  readonly host: string;
  readonly dir: string;
  readonly health: Health;
  /** In the journals and the store of this buffer, whatever was forwarded counted once. */
  readonly waiting: Waiting;
  readonly writers: readonly WriterView[];
  readonly forwarders: readonly ForwarderView[];
  readonly store: StoreOverview | undefined;
  readonly shippers: readonly ShipperView[];
  readonly standbys: readonly { readonly pid: number; readonly sinceMs: number }[];
  readonly deadLetters: {
    readonly dir: string;
    readonly bytes: number;
    readonly bytesMax: number | undefined;
  };
}
