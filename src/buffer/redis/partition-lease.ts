/**
 * A shipper's right to empty a partition: the key `{p}:lease`, which exists as long as someone has it and expires when its
 * holder does not renew it.
 *
 *     free ──SET NX PX──► held ──renewed every third of the expiry──► held ──DEL──► free
 *                          ├──the key is gone (the store was emptied, the holder paused)──► taken again, a new token
 *                          └──the key is another's──► lost, for good
 *
 * Its value names the token, which rises with every lease of the partition. Renewing is not conditional, for that would take
 * a script: PEXPIRE, then GET shows whose key that was. Who finds it another's has at worst let that one live a little longer.
 *
 * Two shippers may believe that they hold a partition: the late one does so from the moment it is paused until it looks again.
 * It looks before it does anything when the time of its last renewal and the expiry are over (`current`), so what it still
 * does was begun before. That is harmless, for whatever it does:
 *
 *   - it reads: nothing changes;
 *   - it sends: these records were in flight when it was paused, and may be doubled (G6);
 *   - it writes down what is delivered: true, in a field of its own (delivered.ts);
 *   - it deletes blocks: of these it knows that each record is delivered, and that stays so;
 *   - it notes in the memo and the cursor: fields of its own, of which the highest token counts.
 */
import type { Clock } from "../../system/clock.js";
import { ownIdentity } from "../../system/process.js";
import type { Keys } from "./keys.js";
import type { Store } from "./store.js";

export const PARTITION_LEASE_EXPIRY_MS = 30_000;
/** How many times a lease is renewed before it would expire. */
const RENEWALS = 3;

export interface LeaseOptions {
  readonly store: Store;
  readonly keys: Keys;
  readonly clock: Clock;
  /** Who takes leases; another one for every life of a shipper. */
  readonly holder: string;
  readonly expiryMs: number;
}

export class PartitionLease {
  readonly #options: LeaseOptions;
  #token = 0;
  #value = "";
  #validUntilMs = Number.NEGATIVE_INFINITY;

  private constructor(
    options: LeaseOptions,
    readonly partition: number,
  ) {
    this.#options = options;
  }

  /** Undefined when another one holds it. `tokenSeen`: the new token is above it. */
  static async acquire(
    options: LeaseOptions,
    partition: number,
    tokenSeen = 0,
  ): Promise<PartitionLease | undefined> {
    const lease = new PartitionLease(options, partition);
    lease.#token = tokenSeen;
    return (await lease.take()) ? lease : undefined;
  }

  get token(): number {
    return this.#token;
  }

  /** It cannot have gone to another one yet. */
  get current(): boolean {
    return this.#options.clock.now() < this.#validUntilMs;
  }

  get dueForRenewal(): boolean {
    const { clock, expiryMs } = this.#options;
    return clock.now() >= this.#validUntilMs - expiryMs * (1 - 1 / RENEWALS);
  }

  /** The key is there, and says that it is this one's. */
  async isOwn(): Promise<boolean> {
    const { store, keys } = this.#options;
    return (await store.get(keys.lease(this.partition))) === this.#value;
  }

  /** `gone`: nobody has it; `lost`: another one does. */
  async renew(): Promise<"held" | "gone" | "lost"> {
    const { store, keys, clock, expiryMs } = this.#options;
    const key = keys.lease(this.partition);
    const askedAtMs = clock.now();
    const [extended, value] = await Promise.all([store.extend(key, expiryMs), store.get(key)]);
    if (value !== undefined && value !== this.#value) {
      this.#validUntilMs = Number.NEGATIVE_INFINITY;
      return "lost";
    }
    if (!extended || value === undefined) {
      this.#validUntilMs = Number.NEGATIVE_INFINITY;
      return "gone";
    }
    this.#validUntilMs = askedAtMs + expiryMs;
    return "held";
  }

  /** Takes it, or takes it again, under a new token; false when another one has it. */
  async take(): Promise<boolean> {
    const { store, keys, clock, holder, expiryMs } = this.#options;
    const key = keys.lease(this.partition);
    if ((await store.get(key)) !== undefined) {
      return false;
    }
    const token = await this.#nextToken();
    const { host, pid } = ownIdentity();
    const askedAtMs = clock.now();
    // Known before it is asked for: an answer that is lost is found out by the next renewal.
    this.#token = token;
    this.#value = JSON.stringify({ holder, host, pid, token });
    if (!(await store.setIfMissing(key, this.#value, expiryMs))) {
      return false;
    }
    this.#validUntilMs = askedAtMs + expiryMs;
    return true;
  }

  /** Leaves it to expire where it might have gone to another one meanwhile: deleting is not conditional. */
  async release(): Promise<void> {
    const { store, keys, clock, expiryMs } = this.#options;
    const key = keys.lease(this.partition);
    const surely = clock.now() < this.#validUntilMs - expiryMs / RENEWALS;
    this.#validUntilMs = Number.NEGATIVE_INFINITY;
    if (surely && (await store.get(key)) === this.#value) {
      await store.remove(key);
    }
  }

  /**
   * A store that was emptied, or restored as it was before, counts from where it was then. The counter is begun at the time
   * in ms, and begun again when it is not above what was seen, so that tokens rise all the same.
   */
  async #nextToken(): Promise<number> {
    const { store, keys, clock } = this.#options;
    const key = keys.token(this.partition);
    const start = (): Promise<boolean> => store.setIfMissing(key, String(Math.max(clock.now(), this.#token)));
    await start();
    const token = await store.increment(key);
    if (token > this.#token) {
      return token;
    }
    await store.remove(key);
    await start();
    return store.increment(key);
  }
}

/** A shipper as a lease names it. */
export interface PartitionHolder {
  /** Its name among shippers. */
  readonly holder: string;
  readonly host: string;
  readonly pid: number;
}

/** Who holds a partition, from the value of the key; for people. */
export function leaseHolderIn(value: string | undefined): PartitionHolder | undefined {
  try {
    const { holder, host, pid } = JSON.parse(value ?? "") as PartitionHolder;
    return { holder, host, pid };
  } catch {
    return undefined;
  }
}
