/**
 * Where batches go. A sink sends one batch and says what became of it; it never retries by itself and it never
 * decides what happens next: that is the ladder's work (`ship/`).
 */
import type { Batch } from "../batch/batch.js";
import type { AcceptanceWindow, BatchLimits } from "../batch/limits.js";

/** Why a batch did not go through. The verdict of the ladder goes by this. */
export type FailureCause =
  /** The service asked for fewer requests. */
  | "throttled"
  /** 5xx, or an answer that cannot be understood. */
  | "unavailable"
  /** No answer in time: the batch may or may not have been stored. */
  | "timeout"
  /** No connection, or it broke: the batch may or may not have been stored. */
  | "network"
  /** No credentials, or expired or unknown ones. */
  | "credentials"
  /** Known credentials that may not do this. */
  | "denied"
  /** The service refused the batch for what stands in it. */
  | "data";

/** One record the destination will not take, now or later. */
export interface RefusedRecord {
  /** Index into the batch's items. */
  readonly index: number;
  readonly reason: "too-old" | "too-new" | "expired" | "invalid";
  /** A sentence for people. */
  readonly detail: string;
}

export type Answer =
  /** Everything is stored except what is listed as refused. */
  | { readonly verdict: "delivered"; readonly refused: readonly RefusedRecord[]; readonly requestId?: string }
  /** Nothing is known to be stored; the same batch may go through later. */
  | {
      readonly verdict: "retry";
      readonly cause: FailureCause;
      readonly error: Error;
      readonly requestId?: string;
    }
  /** The batch cannot go through as it is; smaller ones, without the records at fault, can. */
  | { readonly verdict: "split"; readonly cause: "data"; readonly error: Error; readonly requestId?: string };

/** An event as a reader of the destination sees it. */
export interface ReadEvent {
  readonly stream: string;
  readonly timestamp: number;
  readonly message: string;
}

export interface ReadQuery {
  readonly group: string;
  /** Default: all streams of the group. */
  readonly stream?: string;
  /** Milliseconds since 1970-01-01 UTC, both included. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Looks at what a destination holds: the proof of delivery, and the answer to a put whose own answer was lost. */
export interface ReadBack {
  /**
   * The events of the query, page by page, each stream's in the order in which a reader sees them. A group or stream that
   * does not exist holds none. Keeps the destination's quota, tries again what may pass, and rejects with what does not: a
   * `ReadBackError`, or the signal's reason.
   */
  read(query: ReadQuery, signal: AbortSignal): AsyncIterable<readonly ReadEvent[]>;
}

export interface Sink {
  /** For people: `cloudwatch us-east-1`, `directory /var/log/x`. */
  readonly name: string;
  /** What one batch may hold. */
  readonly limits: BatchLimits;
  /** Which timestamps it takes; undefined for all. */
  readonly window: AcceptanceWindow | undefined;
  /**
   * Whether a stream is shown by timestamp and, inside a millisecond, in order of arrival. False where it is shown in order of
   * arrival alone: then the batches of a stream are sent one after the other.
   */
  readonly sortsByTimestamp: boolean;
  /** Undefined where nothing can be looked at afterwards. */
  readonly readBack?: ReadBack;
  /** Sends one batch. Resolves with what became of it; rejects only on a defect. */
  send(batch: Batch, signal: AbortSignal): Promise<Answer>;
  /** Nothing is on its way, and nothing waits: memory that was kept for more may be given back. */
  rest?(): void;
  /** Finishes what is open. Nothing is sent afterwards. */
  close(): Promise<void>;
}
