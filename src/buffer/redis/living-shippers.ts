/**
 * Which shippers live: each has a key `dragonlog:shippers:<id>` that expires when it is not renewed, and stands in the hash
 * `dragonlog:shippers`, which says what to look for: keys cannot be listed in a cluster. Its values say for people where each
 * of them runs. Dead ones are taken out by whoever sees them.
 *
 * A share is counted among those that have shown a sign lately. One that was killed keeps its leases until they expire, as its key
 * does; but where shippers are killed and started again quickly, many such keys would make the shares of the living so small
 * that nobody takes what is free.
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
/** A shipper is silent after this share of the time in which its key expires; it shows a sign about six times in it. */
const SILENT = 1 / 3;

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
    const left = await Promise.all(others.map((other) => store.expiresInMs(keys.shipper(other))));
    const dead = others.filter((_, index) => left[index] === undefined);
    const silent = others.filter((other, index) => {
      const keptMs = placeIn(all.get(other)!).expiryMs ?? expiryMs;
      return (left[index] ?? keptMs) < keptMs * (1 - SILENT);
    });
    await store.removeFields(keys.shippers(), dead);
    this.#countDueMs = now + Math.min(expiryMs, (others.length * 1000) / OTHERS_A_SECOND);
    this.#living = 1 + others.length - dead.length - silent.length;
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
      await store.setFields(keys.shippers(), new Map([[id, ownPlace(expiryMs)]]));
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
    .map(([id, text]) => {
      const { host, pid } = placeIn(text);
      return { id, host, pid };
    });
}

function ownPlace(expiryMs: number): string {
  const { host, pid } = ownIdentity();
  return JSON.stringify({ host, pid, expiryMs });
}

interface Place extends Pick<LivingShipper, "host" | "pid"> {
  readonly expiryMs: number | undefined;
}

function placeIn(text: string): Place {
  try {
    const { host, pid, expiryMs } = JSON.parse(text) as { host: string; pid: number; expiryMs: number };
    return {
      host: String(host),
      pid: Number(pid),
      expiryMs: Number.isFinite(expiryMs) ? expiryMs : undefined,
    };
  } catch {
    return { host: undefined, pid: undefined, expiryMs: undefined };
  }
}
