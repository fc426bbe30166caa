/**
 * A shipper's right to empty a partition: the key `{p}:lease`, which exists as long as someone has it and expires when its
 * holder does not renew it.
 *
 *     free ──SET NX PX──► held ──renewed every third of the expiry──► held ──DEL──► free
 *      │                   ├──the key is gone (the store was emptied, the holder paused)──► taken again, a new token
 *      │                   └──the key is another's──► lost, for good
 *      └─refused, the store is full──► held by the spare ──there is room again──► held
 *
 * Its value names the token, which rises with every lease. Renewing is not conditional, for that would take a script:
 * PEXPIRE, then GET shows whose key that was. Who finds it another's has at worst let that one live a little longer.
 *
 * The spare. A full store refuses to create the key, and one that nobody may empty stays full. But it lets keys expire, so a
 * second key is prepared by each holder while there is room, `{p}:spare`, with a token of its own: it does not expire as long as
 * nobody has it. Where the store refuses a lease, the spare is taken by PEXPIRE NX, which succeeds for one caller. What it
 * deletes makes room for a lease in order; that makes a new spare. A spare whose holder dies is gone, and so is a lease in a
 * store that was full before it ever had a shipper: then people have to give it room.
 *
 * Time is that of `elapsed`: a clock that is set back would let a late holder believe in a lease that another one has by now.
 *
 * Two shippers may believe all the same that they hold a partition: the late one does so from the moment it is paused until it
 * looks again. It looks before it does anything when the time of its last renewal and the expiry are over (`current`), so what it
 * still does was begun before. That is harmless, for whatever it does:
 *
 *   - it reads: nothing changes;
 *   - it sends: these records were in flight when it was paused, and may be doubled (G6);
 *   - it writes down what is delivered: true, in a field of its own (delivered.ts);
 *   - it deletes blocks: of these it knows that each record is delivered, and that stays so; where their ids stand for other
 *     blocks is another server, and on a new connection nothing is deleted before that was asked who it is (partition.ts);
 *   - it removes fields: those that it had read and written again in its own, none of a later holder's;
 *   - it notes in the memo and the cursor: fields of its own, of which the highest token counts, and the highest place;
 *   - it renews: see above. It gives back only what it surely has: a third of the expiry is left, and the key is its own.
 */
import type { Clock } from "../../system/clock.js";
import { ownIdentity } from "../../system/process.js";
import { failureOf } from "./failures.js";
import type { Condition, Store } from "./store.js";

export const PARTITION_LEASE_EXPIRY_MS = 30_000;
/** How many times a lease is renewed before it would expire. */
const RENEWALS = 3;

export interface LeaseOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Who takes leases; another one for every life of a shipper. */
  readonly holder: string;
  readonly expiryMs: number;
}

/** Names of keys that lie in one place of a cluster. */
export interface LeaseKeys {
  readonly lease: string;
  readonly spare: string;
  readonly token: string;
}

interface Held {
  /** The lease, or the spare. */
  readonly key: string;
  readonly value: string;
  readonly token: number;
}

export class PartitionLease {
  readonly #options: LeaseOptions;
  readonly #keys: LeaseKeys;
  #held: Held;
  #validUntilMs = Number.NEGATIVE_INFINITY;
  #spareIsReady = false;

  private constructor(options: LeaseOptions, keys: LeaseKeys, tokenSeen: number) {
    this.#options = options;
    this.#keys = keys;
    this.#held = { key: keys.lease, value: "", token: tokenSeen };
  }

  /**
   * Undefined when another one holds it. `tokenSeen`: the new token is above it. Rejects when the store cannot be asked, or is
   * full and has no spare.
   */
  static async acquire(
    options: LeaseOptions,
    keys: LeaseKeys,
    tokenSeen = 0,
  ): Promise<PartitionLease | undefined> {
    const lease = new PartitionLease(options, keys, tokenSeen);
    return (await lease.take()) ? lease : undefined;
  }

  get token(): number {
    return this.#held.token;
  }

  /** Holds in the store as long as the lease is this one's, whatever this one believes. */
  get condition(): Condition {
    const { key, value } = this.#held;
    return { key, value };
  }

  /** It cannot have gone to another one yet. */
  get current(): boolean {
    return this.#options.clock.elapsed() < this.#validUntilMs;
  }

  get dueForRenewal(): boolean {
    const { clock, expiryMs } = this.#options;
    const dueAtMs = this.#validUntilMs - expiryMs * (1 - 1 / RENEWALS);
    return this.#isSpare || !this.#spareIsReady || clock.elapsed() >= dueAtMs;
  }

  /** The key is there, and says that it is this one's. */
  async isOwn(): Promise<boolean> {
    const { key, value } = this.#held;
    return (await this.#options.store.get(key)) === value;
  }

  /** `gone`: nobody has it; `lost`: another one does. */
  async renew(): Promise<"held" | "gone" | "lost"> {
    const state = this.#isSpare ? await this.#renewSpare() : await this.#renewLease();
    if (state !== "held") {
      this.#validUntilMs = Number.NEGATIVE_INFINITY;
    }
    return state;
  }

  /** Takes it, or takes it again, under a new token; false when another one has it. */
  async take(): Promise<boolean> {
    const { store } = this.#options;
    const { lease, spare } = this.#keys;
    const [holder, spareMs] = await Promise.all([store.get(lease), store.expiresInMs(spare)]);
    if (holder !== undefined || spareMs !== undefined) {
      return false;
    }
    try {
      return await this.#takeLease();
    } catch (error) {
      if (failureOf(error) === "full" && (await this.#takeSpare())) {
        return true;
      }
      throw error;
    }
  }

  /** Takes a lease in order for the spare that it has; to be tried whenever there may be room. */
  async settle(): Promise<void> {
    const spare = this.#held;
    if (spare.key === this.#keys.lease || !this.current) {
      return;
    }
    try {
      if (!(await this.#takeLease())) {
        this.#validUntilMs = Number.NEGATIVE_INFINITY;
      }
    } catch (error) {
      this.#held = spare;
      if (failureOf(error) !== "full") {
        throw error;
      }
    }
  }

  /** Leaves it to expire where it might have gone to another one meanwhile: deleting is not conditional. */
  async release(): Promise<void> {
    const { store, clock, expiryMs } = this.#options;
    const { key } = this.#held;
    const surely = clock.elapsed() < this.#validUntilMs - expiryMs / RENEWALS;
    this.#validUntilMs = Number.NEGATIVE_INFINITY;
    if (surely && (await this.isOwn())) {
      await (key === this.#keys.lease ? store.remove(key) : store.stopExpiry(key));
    }
  }

  get #isSpare(): boolean {
    return this.#held.key === this.#keys.spare;
  }

  async #renewLease(): Promise<"held" | "gone" | "lost"> {
    const { store, clock, expiryMs } = this.#options;
    const { key, value } = this.#held;
    const askedAtMs = clock.elapsed();
    const [extended, found] = await Promise.all([store.extend(key, expiryMs), store.get(key)]);
    if (found !== undefined && found !== value) {
      return "lost";
    }
    if (!extended || found === undefined) {
      return "gone";
    }
    this.#validUntilMs = askedAtMs + expiryMs;
    if (!this.#spareIsReady) {
      await this.#prepareSpare();
    }
    return "held";
  }

  /** Looks before it extends, for another one may have prepared the spare anew, and that must not expire. */
  async #renewSpare(): Promise<"held" | "gone" | "lost"> {
    const { store, clock, expiryMs } = this.#options;
    const { lease, spare } = this.#keys;
    const askedAtMs = clock.elapsed();
    const [holder, found] = await Promise.all([store.get(lease), store.get(spare)]);
    if (holder !== undefined || (found !== undefined && found !== this.#held.value)) {
      return "lost";
    }
    if (found === undefined || !(await store.extend(spare, expiryMs))) {
      return "gone";
    }
    this.#validUntilMs = askedAtMs + expiryMs;
    await this.settle();
    return this.current ? "held" : "lost";
  }

  async #takeLease(): Promise<boolean> {
    const { store, clock, holder, expiryMs } = this.#options;
    const key = this.#keys.lease;
    const token = await this.#nextToken();
    const { host, pid } = ownIdentity();
    const askedAtMs = clock.elapsed();
    // Known before it is asked for: an answer that is lost is found out by the next renewal.
    this.#held = { key, token, value: JSON.stringify({ holder, host, pid, token }) };
    if (!(await store.setIfMissing(key, this.#held.value, expiryMs))) {
      return false;
    }
    this.#validUntilMs = askedAtMs + expiryMs;
    await this.#prepareSpare();
    return true;
  }

  /** One that someone else has by now finds itself lost, for its value is another one. What fails is tried with the next renewal. */
  async #prepareSpare(): Promise<void> {
    const { store } = this.#options;
    try {
      const token = await store.increment(this.#keys.token);
      await store.set(this.#keys.spare, JSON.stringify({ token }));
      this.#spareIsReady = true;
    } catch {
      this.#spareIsReady = false;
    }
  }

  /** False when there is none, or the server does not know the command. */
  async #takeSpare(): Promise<boolean> {
    const { store, clock, expiryMs } = this.#options;
    const { lease, spare } = this.#keys;
    const value = await store.get(spare);
    const token = leaseTokenIn(value);
    const askedAtMs = clock.elapsed();
    if (
      value === undefined ||
      token === undefined ||
      !(await store.startExpiry(spare, expiryMs).catch(() => false))
    ) {
      return false;
    }
    const [holder, same] = await Promise.all([store.get(lease), store.get(spare)]);
    if (holder !== undefined || same !== value) {
      // There was room for someone else meanwhile, whose spare this is.
      await store.stopExpiry(spare);
      return false;
    }
    this.#held = { key: spare, value, token };
    this.#validUntilMs = askedAtMs + expiryMs;
    this.#spareIsReady = false;
    return true;
  }

  /**
   * A store that was emptied, or restored as it was before, counts from where it was then. The counter is begun at the time
   * in ms, and begun again when it is not above what was seen, so that tokens rise all the same.
   */
  async #nextToken(): Promise<number> {
    const { store, clock } = this.#options;
    const key = this.#keys.token;
    const start = (): Promise<boolean> =>
      store.setIfMissing(key, String(Math.max(clock.now(), this.#held.token)));
    await start();
    const token = await store.increment(key);
    if (token > this.#held.token) {
      return token;
    }
    await store.remove(key);
    await start();
    return store.increment(key);
  }
}

/** The token of a lease or a spare; undefined where there is none, or someone else wrote it. */
export function leaseTokenIn(text: string | undefined): number | undefined {
  try {
    const { token } = JSON.parse(text ?? "") as { token: number };
    return Number.isSafeInteger(token) ? token : undefined;
  } catch {
    return undefined;
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
