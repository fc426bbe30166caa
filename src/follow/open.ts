/** A follower of a buffer, and the look for one record in it. */
import type { BufferPlace } from "../config/places.js";
import type { StoredRecord } from "../record/stored-record.js";
import type { Clock } from "../system/clock.js";
import type { Follower, Start } from "./follower.js";
import { findInJournals } from "./journal/find-in-journals.js";
import { JournalFollower } from "./journal/journal-follower.js";

export interface FollowOptions {
  readonly start: Start;
  readonly clock: Clock;
  /** Keys of lists of JSON objects in a store that are followed too; default none. */
  readonly lists?: readonly string[] | undefined;
}

/**
 * Follows what is logged into a buffer: nothing that is logged after this has resolved is left out, but what is gone before it
 * is read, which is counted. Rejects with DRAGONLOG_JOURNAL_UNAVAILABLE for a folder that cannot be read.
 */
export function openFollower(buffer: BufferPlace, { start, clock }: FollowOptions): Promise<Follower> {
  return JournalFollower.open({ dir: buffer.dir, start, clock });
}

/** The record with the id, `<writer>-<seq>`, with bytes of its own; undefined when it does not lie in the buffer, any more or yet. */
export async function findRecord(buffer: BufferPlace, id: string): Promise<StoredRecord | undefined> {
  return findInJournals(buffer.dir, id);
}
