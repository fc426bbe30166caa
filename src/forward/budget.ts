/**
 * Whether a block may still go into the store: below `storeBytesMax`, and always before the server refuses writes.
 *
 *     look ──room──► blocks are let in, up to a share of it ──► held ──LOOK_MS after the look──► look …
 *
 * Many share a store and none knows of the others, so no one may take all the room that it sees: others see the same. The
 * share is half of what this forwarder seems to have of all that comes in: what it brought in the time of one look, of what
 * the room shrank by. It begins small, falls at once and rises slowly, for what a shipper frees meanwhile hides what others
 * brought; and it does not fall below what lets one that had little to bring begin with more. What all overshoot by, such as
 * many that begin in the same second, is in what `store-budget.ts` leaves of the server's limit.
 */
import type { ServerMemory } from "../buffer/redis/store.js";
import { roomIn, type StoreSpace, storeSpace } from "../buffer/redis/store-budget.js";

const LOOK_MS = 1000;
/** The size classes of the servers' allocators: what a value takes at most beyond its bytes, and what surrounds it. */
const SIZE_CLASS = 1.25;
const ENTRY_BYTES = 1024;
/** How much of its part of the room a forwarder takes in the time of one look; a block at least, if that fits. */
const SHARE = 0.5;
const PART_AT_FIRST = 1 / 8;
const PART_MIN = 1 / 32;
const PART_RISE = 1.5;
/** With less than this share of the budget the store is full for people: what goes in is what comes out. */
const LITTLE = 0.05;

/** Times are those of `Clock.elapsed`. */
export class Budget {
  readonly #storeBytesMax: number;
  #space: StoreSpace = storeSpace([], 0);
  #seenAtMs = 0;
  /** What the blocks that were let in since cost at most. */
  #letIn = 0;
  #part = PART_AT_FIRST;
  #full = false;

  constructor(storeBytesMax: number) {
    this.#storeBytesMax = storeBytesMax;
  }

  /** Whether it is time to look, for whoever has something for the store; never where there is no budget. */
  isDue(nowMs: number): boolean {
    return this.#space.budgetBytes !== Number.POSITIVE_INFINITY && this.waitMs(nowMs) === 0;
  }

  /** How long until the next look. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.#seenAtMs + LOOK_MS - nowMs);
  }

  get space(): StoreSpace {
    return this.#space;
  }

  /** A block was not let in since the last look, and not because it is the others' turn. */
  get full(): boolean {
    return this.#full;
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
    const shrunk = before - roomIn(this.#space);
    if (this.#letIn > 0 && Number.isFinite(shrunk)) {
      const brought = this.#letIn / Math.max(this.#letIn, shrunk);
      this.#part = Math.max(PART_MIN, Math.min(PART_RISE * this.#part, brought));
    }
    this.#seenAtMs = nowMs;
    this.#letIn = 0;
    this.#full = false;
  }

  /** True when a block of so many bytes goes into the store now; it counts from then on. */
  lets(bytes: number): boolean {
    const cost = Math.ceil(SIZE_CLASS * bytes) + ENTRY_BYTES;
    const room = roomIn(this.#space);
    if (cost > room || (this.#letIn > 0 && this.#letIn + cost > SHARE * this.#part * room)) {
      this.#full ||= cost > room || !this.eased;
      return false;
    }
    this.#letIn += cost;
    return true;
  }
}
