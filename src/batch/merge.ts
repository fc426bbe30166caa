/**
 * Merges records of many sources into one series by (timestamp, writer, seq), pulling lazily.
 *
 * A source is open from `add` to `end`. An open source that has nothing loaded is hungry: its next record could be
 * the very next one of the series, so nothing comes out until it was offered records or has ended. An ended source
 * still gives what is loaded and is then forgotten.
 *
 *     add ──► hungry ──offer──► loaded ──all taken──► hungry ──end──► forgotten
 *
 * The series is as well ordered as the sources are: of each source only the first record that is loaded competes, so
 * one whose timestamps run backwards keeps its own order. Where two records compare equal, the source that was added
 * first goes first.
 *
 * The loaded sources stand in a binary heap, the next record's source first. A source that keeps its place at the
 * top costs two comparisons a record, and a single source none.
 */
import type { StoredRecord } from "../buffer/buffer.js";
import { compareRecords } from "./order.js";

interface Feed<Key> {
  readonly key: Key;
  /** Breaks ties: rises with every `add`. */
  readonly rank: number;
  records: readonly StoredRecord[];
  /** Index of the first record that is not taken yet. */
  next: number;
  ended: boolean;
}

export class Merge<Key> {
  readonly #feeds = new Map<Key, Feed<Key>>();
  readonly #hungry = new Set<Key>();
  readonly #heap: Feed<Key>[] = [];
  #lastRank = 0;

  /** The sources that must be offered records or ended before the next record can come out. */
  get hungry(): ReadonlySet<Key> {
    return this.#hungry;
  }

  /** Opens a source; one that is open already stays as it is, one that has ended but is not forgotten opens again. */
  add(key: Key): void {
    const known = this.#feeds.get(key);
    if (known !== undefined) {
      known.ended = false;
      return;
    }
    this.#lastRank += 1;
    this.#feeds.set(key, { key, rank: this.#lastRank, records: [], next: 0, ended: false });
    this.#hungry.add(key);
  }

  /** Loads the next records of an open source, in its own order. The array must not change afterwards. */
  offer(key: Key, records: readonly StoredRecord[]): void {
    const feed = this.#feeds.get(key);
    if (feed === undefined) throw new RangeError("records were offered for a source that is not open");
    if (records.length === 0) return;
    const wasHungry = this.#hungry.delete(key);
    feed.records = wasHungry ? records : [...feed.records.slice(feed.next), ...records];
    feed.next = 0;
    if (wasHungry) this.#siftUp(feed);
  }

  /** Closes a source: the series no longer waits for it. Ignored for one that is not open. */
  end(key: Key): void {
    const feed = this.#feeds.get(key);
    if (feed === undefined) return;
    feed.ended = true;
    if (this.#hungry.delete(key)) this.#feeds.delete(key);
  }

  /** The next record of the series; undefined while a source is hungry, and when all is taken. */
  next(): StoredRecord | undefined {
    const feed = this.#heap[0];
    if (feed === undefined || this.#hungry.size > 0) return undefined;
    const record = feed.records[feed.next]!;
    feed.next += 1;
    if (feed.next === feed.records.length) this.#removeTop(feed);
    else if (this.#heap.length > 1) this.#siftDown(feed);
    return record;
  }

  #removeTop(feed: Feed<Key>): void {
    const last = this.#heap.pop()!;
    if (last !== feed) this.#siftDown(last);
    feed.records = [];
    feed.next = 0;
    if (feed.ended) this.#feeds.delete(feed.key);
    else this.#hungry.add(feed.key);
  }

  #siftUp(feed: Feed<Key>): void {
    const heap = this.#heap;
    let at = heap.push(feed) - 1;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (compareFeeds(heap[parent]!, feed) < 0) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = feed;
  }

  /** Puts a feed in at the top and moves it down to its place. */
  #siftDown(feed: Feed<Key>): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && compareFeeds(heap[child + 1]!, heap[child]!) < 0) child += 1;
      if (compareFeeds(feed, heap[child]!) < 0) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = feed;
  }
}

function compareFeeds<Key>(a: Feed<Key>, b: Feed<Key>): number {
  return compareRecords(a.records[a.next]!, b.records[b.next]!) || a.rank - b.rank;
}
