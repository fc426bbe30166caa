/**
 * Whether a block may still go into the store: below `storeBytesMax`, and always before the server refuses writes.
 *
 *     look ──room, and how fast it shrank──► blocks are let in ──► the room would not hold the next one: held ──► look …
 *
 * Many share a store, and none knows of the others. Between two looks, `LOOK_MS` apart, the room is taken to be what the last
 * one saw, less the larger of
 *
 *   - what was let in here since, at what a server needs for it at most;
 *   - what all together brought in the same time before.
 *
 * Where there is little room, each takes a quarter of what it sees, for all wait for what a shipper frees, and look at about
 * the same time. What they overshoot by all the same is in what `store-budget.ts` leaves of the server's limit.
 */

import type { ServerMemory } from "../buffer/redis/store.js";
import { roomIn, type StoreSpace, storeSpace } from "../buffer/redis/store-budget.js";

const LOOK_MS = 1000;
/** The size classes of the servers' allocators: what a value takes at most beyond its bytes, and what surrounds it. */
const SIZE_CLASS = 1.25;
const ENTRY_BYTES = 1024;
/** Less than this share of the budget is little room. */
const LITTLE = 0.05;
/** What one forwarder takes of that in the time of one look; a block at least. */
const SHARE_OF_LITTLE = 0.25;

/** Times are those of `Clock.elapsed`. */
export class Budget {
  readonly #storeBytesMax: number;
  #space: StoreSpace = storeSpace([], 0);
  #seenAtMs = 0;
  /** Let in since. */
  #letIn = 0;
  /** By which the room shrinks, a ms. */
  #rate = 0;

  constructor(storeBytesMax: number) {
    this.#storeBytesMax = storeBytesMax;
  }

  /** Whether it is time to look, for whoever has something for the store; never where there is no budget. */
  isDue(nowMs: number): boolean {
    const { budgetBytes } = this.#space;
    return budgetBytes !== Number.POSITIVE_INFINITY && this.waitMs(nowMs) === 0;
  }

  /** How long until the next look. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.#seenAtMs + LOOK_MS - nowMs);
  }

  get space(): StoreSpace {
    return this.#space;
  }

  /** There is so much room that it will not be gone in a moment. */
  get eased(): boolean {
    const { budgetBytes } = this.#space;
    return budgetBytes === Number.POSITIVE_INFINITY || roomIn(this.#space) >= LITTLE * budgetBytes;
  }

  /** What the servers said now. To be called while nothing is on its way from here. */
  see(servers: readonly ServerMemory[], nowMs: number): void {
    const before = roomIn(this.#space);
    this.#space = storeSpace(servers, this.#storeBytesMax);
    const elapsedMs = nowMs - this.#seenAtMs;
    if (this.#letIn > 0 && elapsedMs > 0 && Number.isFinite(before)) {
      const shrunk = (before - roomIn(this.#space)) / elapsedMs;
      this.#rate = Math.max(0, shrunk, this.#rate / 2);
    }
    this.#seenAtMs = nowMs;
    this.#letIn = 0;
  }

  /** True when a block of so many bytes goes into the store now; it counts from then on. */
  lets(bytes: number, nowMs: number): boolean {
    const cost = Math.ceil(SIZE_CLASS * bytes) + ENTRY_BYTES;
    const room = roomIn(this.#space);
    const share = this.eased ? room : Math.max(SHARE_OF_LITTLE * room, cost);
    const gone = Math.max(this.#letIn, this.#rate * (nowMs - this.#seenAtMs));
    if (gone + cost > room || this.#letIn + cost > share) {
      return false;
    }
    this.#letIn += cost;
    return true;
  }
}
