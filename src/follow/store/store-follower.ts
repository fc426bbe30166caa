/**
 * Follows a store: the streams of all its partitions, and lists of JSON objects beside them, by plain reads from where the one
 * before ended. A read costs one small command for each of them, all sent together, where nothing is new.
 *
 * What lies in the journals of this machine comes into the store within moments, and is followed there alone.
 */
import type { Keys } from "../../buffer/redis/keys.js";
import { agreedPartitions } from "../../buffer/redis/partitions.js";
import type { Store } from "../../buffer/redis/store.js";
import type { StoredRecord } from "../../record/stored-record.js";
import type { Clock } from "../../system/clock.js";
import type { Followed, Follower, Hole, Start } from "../follower.js";
import { Queue, takeByTime } from "../merge.js";
import { FollowedList } from "./followed-list.js";
import { FollowedPartition } from "./followed-partition.js";

const POLL_MS = 100;
/** How often it is asked how many partitions there are, where nobody has used the store or something was lost. */
const PARTITIONS_LOOK_MS = 30_000;
/** Of each series so much is read at a time. */
const READ_BYTES_MIN = 65_536;

const BEGINNING: Start = { at: "beginning" };

export interface StoreFollowerOptions {
  /** Is closed with the follower. */
  readonly store: Store;
  readonly keys: Keys;
  readonly lists: readonly string[];
  readonly start: Start;
  readonly clock: Clock;
}

interface Feed {
  readonly series: FollowedPartition | FollowedList;
  readonly queue: Queue;
}

export class StoreFollower implements Follower {
  readonly pollMs = POLL_MS;
  readonly #options: StoreFollowerOptions;
  readonly #feeds: Feed[] = [];
  /** Where a partition begins that is not known yet. */
  #start: Start;
  #partitions = 0;
  #partitionsLookMs = 0;
  #connections = -1;
  #holes: Hole[] = [];

  private constructor(options: StoreFollowerOptions) {
    const { store, keys, lists, start, clock } = options;
    this.#options = options;
    this.#start = start;
    for (const list of lists) {
      const series = new FollowedList({ store, list, prefix: keys.prefix, clock, start });
      this.#feeds.push({ series, queue: new Queue() });
    }
  }

  /** Of a store that is away it is found out later where to begin: then earlier rather than too late. */
  static async open(options: StoreFollowerOptions): Promise<StoreFollower> {
    const { start, clock } = options;
    const follower = new StoreFollower(options);
    try {
      await follower.#lookAtPartitions();
      await Promise.all(follower.#feeds.map(({ series }) => series.place()));
      follower.#start = BEGINNING;
    } catch {
      follower.#feeds.length = 0;
      const late = start.at === "end" ? ({ at: "since", sinceMs: clock.now() } as const) : start;
      return new StoreFollower({ ...options, start: late });
    }
    return follower;
  }

  /** Rejects with StoreError when nothing can be read. */
  async read(bytesMax: number): Promise<Followed> {
    await this.#lookAtPartitions();
    const records: StoredRecord[] = [];
    const done = new Set<Feed>();
    const failures: unknown[] = [];
    let bytes = 0;
    for (;;) {
      const loaded = await this.#load(done, failures, bytesMax);
      if (loaded.length === 0) {
        break;
      }
      bytes = takeByTime(
        loaded.map(({ queue }) => queue),
        records,
        bytes,
        bytesMax,
      );
      if (loaded.every(({ queue }) => queue.head !== undefined)) {
        return { records, ...this.#takeGaps(), drained: false };
      }
    }
    // Of a cluster one server may be away: what lies on the others is followed all the same.
    if (records.length === 0 && failures.length > 0 && failures.length === this.#feeds.length) {
      throw failures[0];
    }
    return { records, ...this.#takeGaps(), drained: true };
  }

  close(): Promise<void> {
    return this.#options.store.close();
  }

  /** Fills what is empty. `done`: those that had nothing further in this read, or could not be asked. */
  async #load(done: Set<Feed>, failures: unknown[], bytesMax: number): Promise<Feed[]> {
    const share = Math.min(bytesMax, Math.max(READ_BYTES_MIN, Math.floor(bytesMax / this.#feeds.length)));
    const empty = this.#feeds.filter((feed) => feed.queue.head === undefined && !done.has(feed));
    await Promise.all(
      empty.map(async (feed) => {
        try {
          feed.queue.fill(await feed.series.read(share));
        } catch (error) {
          failures.push(error);
        }
        this.#holes.push(...feed.series.takeHoles());
        if (feed.queue.head === undefined) {
          done.add(feed);
        }
      }),
    );
    return this.#feeds.filter(({ queue }) => queue.head !== undefined);
  }

  async #lookAtPartitions(): Promise<void> {
    const { store, keys, clock } = this.#options;
    const { connections } = store;
    const isDue = clock.elapsed() >= this.#partitionsLookMs || connections !== this.#connections;
    if (!isDue && this.#partitions > 0) {
      return;
    }
    const partitions = (await agreedPartitions(store, keys)) ?? 0;
    this.#connections = connections;
    this.#partitionsLookMs = clock.elapsed() + PARTITIONS_LOOK_MS;
    for (; this.#partitions < partitions; this.#partitions++) {
      const stream = keys.blocks(this.#partitions);
      const series = new FollowedPartition({ store, stream, clock, start: this.#start });
      this.#feeds.push({ series, queue: new Queue() });
    }
    if (partitions > 0) {
      // Further ones are of a store that was emptied since.
      this.#start = BEGINNING;
    }
  }

  #takeGaps(): Pick<Followed, "missed" | "holes" | "lists"> {
    const holes = this.#holes;
    this.#holes = [];
    const missed = holes.reduce((sum, { from, to }) => sum + to - from + 1, 0);
    const lists = this.#feeds.flatMap(({ series }) => (series instanceof FollowedList ? series.writer : []));
    return { missed, holes, lists };
  }
}
