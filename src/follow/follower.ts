/**
 * Reads what is logged while it is logged, beside whoever ships it: takes nothing, acknowledges nothing, holds no lease, and
 * leaves what it reads as it was.
 *
 * What is delivered is deleted, so a follower that is slow, or late, may find that records are gone; it says how many.
 */
import type { StoredRecord } from "../record/stored-record.js";

export interface Followed {
  /**
   * The next ones: each writer's in order of seq, those of several writers that were there merged by time. Their bytes may
   * change with the next read. Those of a list that are `malformed` are no JSON.
   */
  readonly records: readonly StoredRecord[];
  /** Records that are known to have passed unseen since the read before: deleted before they were read, or damaged. */
  readonly missed: number;
  /** Which of these they were, as far as that is known. */
  readonly holes?: readonly Hole[];
  /** The writers that stand for lists of a store, as far as their elements are numbered. */
  readonly lists?: readonly string[];
  /** True when there was nothing further at the time of the read. */
  readonly drained: boolean;
}

/** Records of one writer that are not there, though later ones are. */
export interface Hole {
  readonly writer: string;
  /** Seqs, both included. */
  readonly from: number;
  readonly to: number;
}

export interface Follower {
  /** How often to read while nothing comes, in ms: often enough for whoever looks, and cheap enough to go on for days. */
  readonly pollMs: number;
  /**
   * At most about `bytesMax` bytes of lines, but at least one record if there is one. Rejects only when nothing at all can be read,
   * such as a store that is away; the next read tries again.
   */
  read(bytesMax: number): Promise<Followed>;
  close(): Promise<void>;
}

/**
 * Where a follower begins. A hint: it may begin earlier, as that is cheaper, and never later.
 *
 * - `end`: with what is logged from now on.
 * - `last`: with so many of the newest records of each writer.
 * - `since`: with the records from this timestamp on, in ms since 1970-01-01 UTC.
 * - `beginning`: with all that is there, what is delivered and not deleted yet among it.
 */
export type Start =
  | { readonly at: "end" }
  | { readonly at: "last"; readonly records: number }
  | { readonly at: "since"; readonly sinceMs: number }
  | { readonly at: "beginning" };
