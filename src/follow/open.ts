/** A follower of a buffer, and the look for one record in it. */
import { openStore } from "../buffer/redis/client.js";
import { Keys } from "../buffer/redis/keys.js";
import type { BufferPlace } from "../config/places.js";
import type { StoredRecord } from "../record/stored-record.js";
import { type Clock, systemClock } from "../system/clock.js";
import type { Follower, Start } from "./follower.js";
import { findInJournals } from "./journal/find-in-journals.js";
import { JournalFollower } from "./journal/journal-follower.js";
import { findInStore } from "./store/find-in-store.js";
import { StoreFollower } from "./store/store-follower.js";

export interface FollowOptions {
  readonly start: Start;
  readonly clock: Clock;
  /** Keys of lists of JSON objects in a store that are followed too; default none. Without a store there are none. */
  readonly lists?: readonly string[] | undefined;
}

/**
 * Follows what is logged into a buffer: nothing that is logged after this has resolved is left out, but what is gone before it
 * is read. What is known of that is counted: see journal/journal-follower.ts and store/ for what is not.
 *
 * In a store, `last` is for writers that have logged lately, by the newest blocks of each partition, about 8 MiB of them, and
 * `since` lets clocks of machines differ by a minute. Where a store cannot be reached now, reads reject until it can.
 *
 * Rejects with DRAGONLOG_JOURNAL_UNAVAILABLE for a folder that cannot be read, DRAGONLOG_OPTION_INVALID for a URL that is none,
 * DRAGONLOG_DEPENDENCY_MISSING without @redis/client.
 */
export async function openFollower(
  buffer: BufferPlace,
  { start, clock, lists = [] }: FollowOptions,
): Promise<Follower> {
  if (buffer.kind === "journal") {
    return JournalFollower.open({ dir: buffer.dir, start, clock });
  }
  const store = await openStore(buffer.url);
  return StoreFollower.open({ store, keys: new Keys(), lists, start, clock });
}

/**
 * The record with the id, `<writer>-<seq>`, with bytes of its own; undefined when it does not lie in the buffer, any more or yet.
 * With a store, in the journals of this machine or there; of a list only while a shipper numbers it. Rejects with StoreError
 * when the store cannot be asked.
 */
export async function findRecord(
  buffer: BufferPlace,
  id: string,
  { lists = [] }: Pick<FollowOptions, "lists"> = {},
): Promise<StoredRecord | undefined> {
  const found = buffer.dir === "" ? undefined : findInJournals(buffer.dir, id);
  if (buffer.kind === "journal" || found !== undefined) {
    return found;
  }
  const store = await openStore(buffer.url);
  try {
    return await findInStore(store, new Keys(), lists, id, systemClock.now());
  } finally {
    await store.close();
  }
}
