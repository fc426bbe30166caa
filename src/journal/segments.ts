/** Where a journal's segments are kept: files (`files.ts`), or RAM that another thread reads (`shared-segments.ts`). */
import type { DropCause } from "./drops.js";
import type { Segment } from "./segment.js";

/** A segment that is complete and waits for whoever takes it from here. */
export interface SealedSegment {
  readonly number: number;
  readonly firstSeq: number;
  readonly bytes: number;
  readonly countsByType: Int32Array;
}

/** Thrown when the cap leaves no room. `dropCause`: what is dropped for it is counted under this. */
export class JournalCapReached extends Error {
  constructor(readonly dropCause: DropCause) {
    super(dropCause);
  }
}

export interface Segments {
  /** Bytes of all segments, free ones included. */
  readonly bytes: number;
  /** In the order of writing. */
  readonly sealed: readonly SealedSegment[];
  /** The next segment, with at least `bytesMin` bytes. Throws `JournalCapReached`, or what stands in the way of a file. */
  next(number: number, firstSeq: number, nowMs: number, bytesMin: number): Segment;
  /** Prepares the next segment after this turn of the event loop, where that saves `next` something. */
  prepareSoon(nowMs: number): void;
  /** Ends a segment that another one follows. */
  seal(segment: Segment): void;
  /** Resolves when every sealed segment is as safe as it gets here; rejects if since the last time one was not. */
  synced(): Promise<void>;
  /** Takes the oldest sealed segment away, delivered or not. Undefined when there is none. */
  deleteOldest(): SealedSegment | undefined;
  /** Lets go of a segment that is of no more use. */
  discard(segment: Segment): void;
  /** Forgets what someone else deleted. Returns what of it was not known to be delivered. */
  forget(): SealedSegment[];
  /** Closes for good, the active segment as well. */
  close(active: Segment): void;
}

/** The seq after its last record. */
export function endSeq(sealed: Pick<SealedSegment, "firstSeq" | "countsByType">): number {
  let seq = sealed.firstSeq;
  for (const count of sealed.countsByType) {
    seq += count;
  }
  return seq;
}
