/** The whole pipeline at one moment, for `status`, the metrics and the page. All times are in ms since 1970-01-01 UTC. */
import type { AlertCounts } from "../alert/alerter.js";
import type { HeldBack } from "../limit/held-back.js";
import type { Waiting } from "../record/stored-record.js";
import type { ShipCounts } from "../ship/counts.js";
import type { DestinationVitals, Latency, Logged, Rates } from "../ship/vitals.js";

export interface Health {
  /** False when something keeps records from being delivered, or from being kept; a check of the machine fails then. */
  readonly healthy: boolean;
  /** What, in sentences; empty when healthy. Foreign text is in them as it is. */
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
  /** The process that takes its records, a shipper or a forwarder; undefined for nobody. */
  readonly takenBy: number | undefined;
  /** Where they are to go: "any shipper", "its application", "the store", "another store" or, seen without one, "a store". */
  readonly boundFor: string;
  /** Why nobody can take them; then nothing that needs reading is known. */
  readonly error: string | undefined;
}

/** Of all journals, those that are not among `writers` included. */
export interface JournalTotals {
  readonly journals: number;
  readonly alive: number;
  readonly unreadable: number;
  readonly waiting: Waiting;
  readonly fileBytes: number;
  /** The most that those of the living may take together. */
  readonly bytesMax: number;
  readonly lagRecords: number;
  readonly dropped: Readonly<Record<string, number>>;
  /** Records that loggers held back because `limit` or `sample` says so, most first. */
  readonly suppressed: readonly HeldBack[];
}

export interface StoreOverview {
  /** The URL without user and password. */
  readonly name: string;
  /** Why it cannot be read, in a sentence; then nothing else is known of it. */
  readonly error: string | undefined;
  readonly servers: readonly {
    readonly kind: string;
    readonly version: string;
    readonly usedBytes: number;
    /** 0 where it has no limit. */
    readonly bytesMax: number;
    readonly evicts: boolean;
  }[];
  /** Up to how much records go in, of the server with the least room; undefined without a limit. */
  readonly budgetBytes: number | undefined;
  readonly partitions: number;
  readonly blocks: number;
  readonly waiting: Waiting;
  /** The partitions in which most waits, at most 32. */
  readonly fullest: readonly {
    readonly partition: number;
    readonly blocks: number;
    readonly waiting: Waiting;
    /** Who empties it; undefined for nobody. */
    readonly shipper: { readonly host: string; readonly pid: number } | undefined;
  }[];
  readonly lists: readonly {
    readonly key: string;
    /** Undefined where it cannot be read. */
    readonly entries: number | undefined;
    readonly error: string | undefined;
  }[];
  readonly shippers: readonly {
    readonly host: string | undefined;
    readonly pid: number | undefined;
    readonly partitions: number;
    /** Which, such as `0-3, 7`. */
    readonly held: string;
  }[];
}

export interface ForwarderView {
  readonly pid: number;
  readonly store: string;
  readonly journals: number;
  /** Its loggers keep no journal: what waits for the store is not to be seen from outside. */
  readonly fromRam: boolean;
  readonly records: number;
  readonly inStore: number;
  readonly lost: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly trouble: string | undefined;
  readonly troubleSinceMs: number | undefined;
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
  /** Why it serves no page though it should. */
  readonly pageTrouble: string | undefined;
  readonly intervalMs: number;
  readonly circuit: "closed" | "open" | "half-open";
  /** At most 20. */
  readonly troubles: readonly TroubleView[];
  /** Destinations that are refused by themselves, those that are not among `troubles` included. */
  readonly refused: number;
  readonly batchesInFlight: number;
  readonly counts: ShipCounts;
  /** Undefined where its version does not count it. */
  readonly logged?: Logged | undefined;
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
  /** In the journals and the store of this buffer, whatever was forwarded counted once, as far as forwarders say. */
  readonly waiting: Waiting;
  /** What is logged on this machine and what its shippers deliver; undefined while that cannot be said yet. */
  readonly rates: Rates | undefined;
  /** At most 200: those with a problem, those in which most waits, then those that live. */
  readonly writers: readonly WriterView[];
  /** Those that are not among them. */
  readonly writersMore: number;
  readonly journals: JournalTotals;
  readonly forwarders: readonly ForwarderView[];
  readonly store: StoreOverview | undefined;
  readonly shippers: readonly ShipperView[];
  readonly standbys: readonly { readonly pid: number; readonly sinceMs: number }[];
  readonly deadLetters: {
    readonly dir: string;
    readonly bytes: number;
    /** Undefined where no shipper says it. */
    readonly bytesMax: number | undefined;
    /** The day of the oldest, such as 2026-01-31. */
    readonly since: string | undefined;
    /** Why nothing is known of them. */
    readonly error?: string | undefined;
  };
}
