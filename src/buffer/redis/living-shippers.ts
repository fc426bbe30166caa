/**
 * Which shippers live: each has a key `dragonlog:shippers:<id>` that expires when it is not renewed, and stands in the hash
 * `dragonlog:shippers`, which says what to look for: keys cannot be listed in a cluster. Its values say for people where each
 * of them runs. Dead ones are taken out by whoever sees them.
 *
 * Each asks for every other one, so many of them do so seldom: the more there are, the later one that comes or goes is seen.
 */
import type { Clock } from "../../system/clock.js";
import { ownIdentity } from "../../system/process.js";
import { failureOf } from "./failures.js";
import type { Keys } from "./keys.js";
import type { Store } from "./store.js";

/** What one shipper asks for in a second. */
const OTHERS_A_SECOND = 10;

export interface LivingShippersOptions {
  readonly store: Store;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly id: string;
  readonly expiryMs: number;
}

export class LivingShippers {
  readonly #options: LivingShippersOptions;
  #announced = false;
  #living = 1;
  #countDueMs = Number.NEGATIVE_INFINITY;

  constructor(options: LivingShippersOptions) {
    this.#options = options;
  }

  /** Says that this one lives, and how many do, itself included. */
  async count(): Promise<number> {
    const { store, keys, clock, id, expiryMs } = this.#options;
    try {
      await this.#announce();
    } catch (error) {
      // The others do not see this one, and hold what they hold; what nobody holds it may take.
      if (failureOf(error) !== "full") {
        throw error;
      }
    }
    const now = clock.elapsed();
    if (now < this.#countDueMs) {
      return this.#living;
    }
    const all = await store.getFields(keys.shippers());
    // Someone may have taken it for dead at the moment when it came back.
    this.#announced &&= all.has(id);
    const others = [...all.keys()].filter((other) => other !== id);
    const values = await Promise.all(others.map((other) => store.get(keys.shipper(other))));
    const dead = others.filter((_, index) => values[index] === undefined);
    await store.removeFields(keys.shippers(), dead);
    this.#countDueMs = now + Math.min(expiryMs, (others.length * 1000) / OTHERS_A_SECOND);
    this.#living = 1 + others.length - dead.length;
    return this.#living;
  }

  async leave(): Promise<void> {
    const { store, keys, id } = this.#options;
    await store.remove(keys.shipper(id));
    await store.removeFields(keys.shippers(), [id]);
  }

  async #announce(): Promise<void> {
    const { store, keys, id, expiryMs } = this.#options;
    const own = keys.shipper(id);
    if (!(await store.extend(own, expiryMs))) {
      this.#announced = false;
      await store.setIfMissing(own, id, expiryMs);
    }
    if (!this.#announced) {
      await store.setFields(keys.shippers(), new Map([[id, ownPlace()]]));
      this.#announced = true;
    }
  }
}

export interface LivingShipper {
  /** Its name among shippers. */
  readonly id: string;
  /** Where it runs; undefined where it did not say. */
  readonly host: string | undefined;
  readonly pid: number | undefined;
}

/** Those that live, seen from outside. */
export async function livingShippers(store: Store, keys: Keys): Promise<LivingShipper[]> {
  const places = [...(await store.getFields(keys.shippers()))];
  const signs = await Promise.all(places.map(([id]) => store.get(keys.shipper(id))));
  return places
    .filter((_, index) => signs[index] !== undefined)
    .map(([id, place]) => ({ id, ...placeIn(place) }));
}

function ownPlace(): string {
  const { host, pid } = ownIdentity();
  return JSON.stringify({ host, pid });
}

function placeIn(text: string): Pick<LivingShipper, "host" | "pid"> {
  try {
    const { host, pid } = JSON.parse(text) as { host: string; pid: number };
    return { host: String(host), pid: Number(pid) };
  } catch {
    return { host: undefined, pid: undefined };
  }
}
