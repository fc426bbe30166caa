/**
 * A shipper's view of a store (Dragonfly, Redis, Valkey): the partitions that it holds, each a source.
 *
 *     look:  say that this one lives ─► renew what is held ─► take what is free, up to an even share ─► give back what is more
 *
 * It looks when the shipper claims, and by a timer, for a shipper that has much to send claims seldom. An even share is the
 * number of partitions by that of living shippers, rounded up. What is given back gives no more records and goes when those
 * that it gave are delivered; a dead shipper's partitions are free when their leases expire.
 *
 * While the store is away, claiming and reading reject, what is held stays, and what is delivered is written to it when it
 * is back. If it then has lost the leases, they are taken again.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "../../system/clock.js";
import type { MemoryPool } from "../../system/memory-pool.js";
import { randomId } from "../../system/random.js";
import type { BufferDamage, LogBuffer, Source } from "../buffer.js";
import { DeliveredFile } from "./delivered-file.js";
import { failureOf } from "./failures.js";
import type { Keys } from "./keys.js";
import { LivingShippers } from "./living-shippers.js";
import { Partition } from "./partition.js";
import { type LeaseOptions, PARTITION_LEASE_EXPIRY_MS, PartitionLease } from "./partition-lease.js";
import { agreePartitions } from "./partitions.js";
import type { Store } from "./store.js";

/** How often a claim looks; more often where leases are short. */
const LOOK_MS = 1000;
const LOOKS_PER_LEASE = 6;
/** The timer leaves it to the claims, where there are any. */
const TIMER_LOOKS = 1.5;
/** A forwarder notices what the store has lost within seconds. */
const GAP_WAIT_MS = 30_000;
const HOLDER_CHARS = 12;
const TELL_AGAIN_MS = 60_000;

export interface RedisBufferOptions {
  /** Is not closed with the buffer. */
  readonly store: Store;
  readonly keys: Keys;
  /** A folder of this shipper's, for what it knows to be delivered, and for what it cannot read. */
  readonly dir: string;
  readonly clock: Clock;
  /** How many partitions there have to be; default: as many as there are. */
  readonly partitions?: number;
  /** After this long without a sign of its shipper a partition is free, in ms. */
  readonly leaseExpiryMs?: number;
  /** How long records wait for those before them that the store has lost, in ms. */
  readonly gapWaitMs?: number;
  /** Where what is read lies, for whoever holds it there. Default: memory of its own for each block. */
  readonly memory?: MemoryPool | undefined;
  readonly onDamage: (damage: BufferDamage) => void;
  /** Told of trouble that is tried again, once a minute for each kind. */
  readonly onTrouble: (error: unknown) => void;
}

export class RedisBuffer implements LogBuffer {
  readonly #options: RedisBufferOptions;
  readonly #expiryMs: number;
  /** Its name among shippers. */
  readonly holder = randomId(HOLDER_CHARS);
  /** Those that share the store; this one is among them until it is closed. */
  readonly shippers: LivingShippers;
  readonly #leases: LeaseOptions;
  readonly #held = new Map<number, Partition>();
  /** Where the ordinals of a partition go on that was lost with records in flight, and its token. */
  readonly #lost = new Map<number, { readonly ordinal: number; readonly token: number }>();
  /** When trouble of each kind was told, by `elapsed`. */
  readonly #toldAtMs = new Map<string, number>();
  /** Of the servers whose streams were read, and up to which connection. */
  #runIds: readonly string[] = [];
  #knownConnections = 0;
  #partitions: number | undefined;
  #looking: Promise<void> | undefined;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #cancel: () => void;
  #closed = false;

  constructor(options: RedisBufferOptions) {
    const { store, keys, clock, leaseExpiryMs = PARTITION_LEASE_EXPIRY_MS } = options;
    this.#options = options;
    this.#expiryMs = leaseExpiryMs;
    this.shippers = new LivingShippers({ store, keys, clock, id: this.holder, expiryMs: leaseExpiryMs });
    this.#leases = { store, clock, holder: this.holder, expiryMs: leaseExpiryMs };
    this.#cancel = this.#lookLater();
  }

  /** Rejects when the store cannot be asked; what was held stays. */
  async claim(): Promise<Source[]> {
    if (this.#closed) {
      return [];
    }
    if (this.#lookIsDue) {
      await this.#look();
    }
    // Of a cluster one server may be away: what lies there is told of by its read, and the others go on.
    await Promise.all(
      [...this.#held.values()].map((each) => each.look().catch((error) => this.#trouble(error))),
    );
    this.#forgetEnded();
    return [...this.#held.values()];
  }

  async flushRequestedAtMs(): Promise<number> {
    const { store, keys } = this.#options;
    return Number((await store.get(keys.flush())) ?? 0);
  }

  async close(): Promise<void> {
    if (this.#closed) {
      return;
    }
    this.#closed = true;
    this.#cancel();
    await this.#looking?.catch(() => {});
    const last = [...this.#held.values()].map((partition) => partition.release());
    this.#held.clear();
    for (const { status, ...result } of await Promise.allSettled([...last, this.shippers.leave()])) {
      if (status === "rejected") {
        this.#trouble((result as PromiseRejectedResult).reason);
      }
    }
  }

  get #lookMs(): number {
    return Math.min(LOOK_MS, this.#expiryMs / LOOKS_PER_LEASE);
  }

  get #lookIsDue(): boolean {
    return this.#options.clock.elapsed() - this.#lookedAtMs >= this.#lookMs;
  }

  #lookLater(): () => void {
    return this.#options.clock.after(TIMER_LOOKS * this.#lookMs, () => {
      void (this.#lookIsDue ? this.#look() : Promise.resolve())
        .catch((error) => this.#trouble(error))
        .then(() => {
          if (!this.#closed) {
            this.#cancel = this.#lookLater();
          }
        });
    });
  }

  /** Does all that it can, and rejects with the first of what it could not. */
  #look(): Promise<void> {
    this.#looking ??= this.#lookNow().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookNow(): Promise<void> {
    const { store, keys, clock, partitions } = this.#options;
    await this.#lookAtServers();
    this.#partitions ??= await agreePartitions(store, keys, partitions);
    const renewals = await Promise.allSettled([...this.#held.values()].map((partition) => partition.renew()));
    this.#forgetEnded();
    const share = Math.ceil(this.#partitions / (await this.shippers.count()));
    await this.#giveBack(share);
    await this.#take(share, this.#partitions);
    for (const renewal of renewals) {
      if (renewal.status === "rejected") {
        throw renewal.reason;
      }
    }
    this.#lookedAtMs = clock.elapsed();
  }

  /** A connection that is lost and made again may lead to a server that has other entries under the same ids. */
  async #lookAtServers(): Promise<void> {
    const { store } = this.#options;
    const { connections } = store;
    const runIds = (await store.servers()).map(({ runId }) => runId);
    if (this.#runIds.length > 0 && !runIds.every((runId) => this.#runIds.includes(runId))) {
      for (const partition of this.#held.values()) {
        partition.startAgain();
      }
    }
    this.#runIds = runIds;
    this.#knownConnections = connections;
  }

  async #giveBack(share: number): Promise<void> {
    const held = [...this.#held.values()];
    for (const [index, partition] of held.entries()) {
      partition.leaving = index >= share;
      if (partition.leaving && partition.settled) {
        this.#held.delete(partition.number);
        await partition.release();
      }
    }
  }

  async #take(share: number, partitions: number): Promise<void> {
    const { store, keys } = this.#options;
    if (this.#held.size >= share) {
      return;
    }
    const others = Array.from({ length: partitions }, (_, number) => number).filter(
      (number) => !this.#held.has(number),
    );
    const holders = await Promise.all(others.map((number) => store.get(keys.lease(number))));
    const failures: unknown[] = [];
    for (const number of others.filter((_, index) => holders[index] === undefined)) {
      if (this.#held.size < share && !this.#closed) {
        await this.#takeOne(number).catch((error) => failures.push(error));
      }
    }
    if (failures.length > 0) {
      throw failures[0];
    }
  }

  async #takeOne(number: number): Promise<void> {
    const { store, keys, clock, dir, gapWaitMs = GAP_WAIT_MS, memory, onDamage } = this.#options;
    const before = this.#lost.get(number);
    const lease = await PartitionLease.acquire(this.#leases, keys.leaseKeys(number), before?.token);
    if (lease === undefined) {
      return;
    }
    const onTrouble = (error: unknown): void => this.#trouble(error);
    const folder = folderName(store.name, keys.prefix);
    try {
      const partition = await Partition.open({
        store,
        keys,
        clock,
        number,
        lease,
        file: new DeliveredFile(join(dir, "delivered", folder), number, clock, onTrouble),
        servers: () => (store.connections === this.#knownConnections ? this.#runIds : undefined),
        damagedDir: join(dir, "damaged", folder),
        gapWaitMs,
        memory,
        ordinalMin: before?.ordinal ?? 0,
        onDamage,
        onTrouble,
      });
      this.#held.set(number, partition);
    } catch (error) {
      await lease.release().catch(onTrouble);
      throw error;
    }
  }

  #forgetEnded(): void {
    for (const [number, partition] of this.#held) {
      if (partition.finished()) {
        this.#held.delete(number);
        this.#lost.set(number, { ordinal: partition.nextOrdinal, token: partition.token });
      }
    }
  }

  #trouble(error: unknown): void {
    const kind = failureOf(error);
    const now = this.#options.clock.elapsed();
    if (now - (this.#toldAtMs.get(kind) ?? Number.NEGATIVE_INFINITY) >= TELL_AGAIN_MS) {
      this.#toldAtMs.set(kind, now);
      this.#options.onTrouble(error);
    }
  }
}

/** A name for a store that is the same as long as its address is. */
function folderName(store: string, prefix: string): string {
  return createHash("sha256").update(`${store} ${prefix}`).digest("hex").slice(0, 16);
}
