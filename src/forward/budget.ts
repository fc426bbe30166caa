/**
 * Whether a block may still go into the store: below `storeBytesMax`, and always before the server refuses writes.
 *
 *     look ──room, and how fast it shrank──► blocks are let in ──► the room would not hold the next one: held ──► look …
 *
 * Between two looks, `LOOK_MS` apart, the room is taken to be what the last one saw, less the larger of
 *
 *   - what was let in here since, at what a server needs for it at most;
 *   - what all forwarders together brought in the same time before: many share a store, and none knows of the others.
 *
 * So a fast writer does not overshoot, and several do by what one look cannot see; `store-budget.ts` leaves room for that.
 * The rate is that of times in which something was let in. It does not fall while nothing is, so that those who wait for room
 * do not all take all of it when it comes.
 */

import type { ServerMemory } from "../buffer/redis/store.js";
import { roomIn, type StoreSpace, storeSpace } from "../buffer/redis/store-budget.js";

const LOOK_MS = 1000;
/** The size classes of the servers' allocators: what a value takes at most beyond its bytes, and what surrounds it. */
const SIZE_CLASS = 1.25;
const ENTRY_BYTES = 1024;
/** The least share of a budget that counts as room again, once there was none. */
const EASE = 0.05;

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
    const sinceMs = nowMs - this.#seenAtMs;
    // A clock that was set back says nothing of when that was.
    return sinceMs < 0 ? 0 : Math.max(0, LOOK_MS - sinceMs);
  }

  get space(): StoreSpace {
    return this.#space;
  }

  /** There is more room than what lets a few blocks in and is gone again. */
  get eased(): boolean {
    const { budgetBytes } = this.#space;
    return budgetBytes === Number.POSITIVE_INFINITY || roomIn(this.#space) >= EASE * budgetBytes;
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
    const gone = Math.max(this.#letIn, this.#rate * Math.max(0, nowMs - this.#seenAtMs));
    if (gone + cost > roomIn(this.#space)) {
      return false;
    }
    this.#letIn += cost;
    return true;
  }
}
