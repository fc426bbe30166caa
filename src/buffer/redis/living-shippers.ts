/**
 * Which shippers live: each has a key `dragonlog:shippers:<id>` that expires when it is not renewed, and stands in the hash
 * `dragonlog:shippers`, which says what to look for: keys cannot be listed in a cluster. Its values say for people where each
 * of them runs. Dead ones are taken out by whoever sees them.
 */
import { ownIdentity } from "../../system/process.js";
import type { Keys } from "./keys.js";
import type { Store } from "./store.js";

export class LivingShippers {
  readonly #store: Store;
  readonly #keys: Keys;
  readonly #id: string;
  readonly #expiryMs: number;
  #announced = false;

  constructor(store: Store, keys: Keys, id: string, expiryMs: number) {
    this.#store = store;
    this.#keys = keys;
    this.#id = id;
    this.#expiryMs = expiryMs;
  }

  /** Says that this one lives, and counts those that do, itself included. */
  async count(): Promise<number> {
    const own = this.#keys.shipper(this.#id);
    if (!(await this.#store.extend(own, this.#expiryMs))) {
      await this.#store.setIfMissing(own, this.#id, this.#expiryMs);
      this.#announced = false;
    }
    if (!this.#announced) {
      await this.#store.setFields(this.#keys.shippers(), new Map([[this.#id, ownPlace()]]));
      this.#announced = true;
    }
    const others = [...(await this.#store.getFields(this.#keys.shippers())).keys()].filter(
      (id) => id !== this.#id,
    );
    const values = await Promise.all(others.map((id) => this.#store.get(this.#keys.shipper(id))));
    const dead = others.filter((_, index) => values[index] === undefined);
    if (dead.length > 0) {
      await this.#store.removeFields(this.#keys.shippers(), dead);
    }
    return 1 + others.length - dead.length;
  }

  async leave(): Promise<void> {
    await this.#store.remove(this.#keys.shipper(this.#id));
    await this.#store.removeFields(this.#keys.shippers(), [this.#id]);
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
