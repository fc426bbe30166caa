/** What people are told of, in figures; `text.ts` puts it into words, `alerter.ts` sees to it that a storm is one mail. */
import type { Destination } from "../batch/batch.js";
import type { FailureCause } from "../sink/sink.js";

/** What waits for delivery, and how long there is room for more. */
export interface Backlog {
  readonly records: number;
  readonly bytes: number;
  /** The timestamp of the oldest waiting record, in ms since 1970-01-01 UTC; undefined when it is not known. */
  readonly oldestMs: number | undefined;
  /** How long the room lasts at the present rate, in ms; undefined while nothing comes in or it is not known. */
  readonly roomMs: number | undefined;
}

export type Alert =
  /** Records became dead letters. */
  | {
      readonly kind: "dead-letters";
      readonly destination: Destination | undefined;
      readonly records: number;
      /** Timestamps of the first and the last of them. */
      readonly fromMs: number;
      readonly toMs: number;
      readonly reason: string;
      readonly detail: string;
      /** The folder they lie in. */
      readonly dir: string;
    }
  /** The destination does not answer as it should: what is to be sent waits. */
  | {
      readonly kind: "outage";
      readonly sink: string;
      readonly sinceMs: number;
      readonly cause: FailureCause;
      readonly detail: string;
      readonly backlog: Backlog;
    }
  /** The end of an outage or of a refusal. */
  | {
      readonly kind: "recovered";
      readonly sink: string;
      /** What takes records; undefined where the sink is known to answer, and not what it permits. */
      readonly destination: Destination | undefined;
      readonly sinceMs: number;
      readonly backlog: Backlog;
    }
  /** Only a person can mend it: credentials, or permissions for one destination. */
  | {
      readonly kind: "refused";
      readonly sink: string;
      readonly cause: "credentials" | "denied";
      readonly destination: Destination | undefined;
      readonly sinceMs: number;
      readonly detail: string;
      readonly backlog: Backlog;
    }
  /** A journal is near its cap. */
  | {
      readonly kind: "journal-space";
      readonly service: string;
      readonly dir: string;
      readonly bytes: number;
      readonly bytesMax: number;
      readonly backlog: Backlog;
    }
  /** The memory of the store has reached a share of its budget. */
  | {
      readonly kind: "store-space";
      readonly store: string;
      /** The percentage that was reached. */
      readonly level: 70 | 90;
      readonly bytes: number;
      readonly bytesMax: number;
      readonly backlog: Backlog;
    }
  /** The store deletes what it was given when it is full. */
  | { readonly kind: "store-evicts"; readonly store: string; readonly backlog: Backlog }
  /** The dead letters are near their cap. */
  | {
      readonly kind: "dead-letter-space";
      readonly dir: string;
      readonly bytes: number;
      readonly bytesMax: number;
    }
  /** A writer had to drop records. */
  | { readonly kind: "drops"; readonly service: string; readonly records: number; readonly cause: string }
  /** What waits will soon be too old for the destination. */
  | {
      readonly kind: "expiring";
      readonly sink: string;
      readonly oldestMs: number;
      /** When the oldest becomes a dead letter, in ms since 1970-01-01 UTC. */
      readonly edgeMs: number;
      readonly backlog: Backlog;
    }
  /** Somebody wants to see whether this arrives. */
  | { readonly kind: "test"; readonly host: string };

/** Whoever tells people. It never throws and never waits for a mail. */
export interface Alerts {
  tell(alert: Alert): void;
}

/** For shippers that nobody listens to. */
export const NO_ALERTS: Alerts = { tell: () => {} };
