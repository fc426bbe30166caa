/** What tests of the buffer in a store share: shippers that die, or are taken for dead, and writers whose records can be told apart. */
import { join } from "node:path";
import type { TestContext } from "node:test";
import { lineOf, temporaryFolder } from "../../journal/journal.cases.js";
import type { StoredRecord } from "../../record/stored-record.js";
import { ManualClock } from "../../system/manual-clock.cases.js";
import type { BufferDamage, LogBuffer, Source } from "../buffer.js";
import { encodeBlock } from "./encode-block.js";
import { FakeServer } from "./fake-server.cases.js";
import { Keys } from "./keys.js";
import { partitionOf } from "./partition-of.js";
import { RedisBuffer, type RedisBufferOptions } from "./redis-buffer.js";
import type { Store } from "./store.js";

export const LEASE_EXPIRY_MS = 30_000;
export const GAP_WAIT_MS = 30_000;

/** The connection of one process, which may die: then whatever it still tries comes to nothing. */
export interface MortalStore extends Store {
  dead: boolean;
  connections: number;
  readonly pending: number;
}

export interface ShippersOptions {
  readonly clock: ManualClock;
  readonly connect: () => MortalStore;
  readonly partitions?: number;
  readonly keys?: Keys;
}

export class Shippers {
  readonly keys: Keys;
  readonly store: Store;
  readonly damage: BufferDamage[] = [];
  readonly troubles: unknown[] = [];
  readonly #options: ShippersOptions;
  readonly #dir: string;
  readonly #stores = new Map<LogBuffer, MortalStore>();
  readonly #seqs = new Map<string, number>();

  constructor(t: TestContext, options: ShippersOptions) {
    this.#options = options;
    this.keys = options.keys ?? new Keys();
    this.store = options.connect();
    this.#dir = temporaryFolder(t);
    t.after(async () => {
      for (const buffer of this.#stores.keys()) await buffer.close();
    });
  }

  /** Each has a disk of its own unless it is told which one. */
  open(options: Partial<RedisBufferOptions> = {}): RedisBuffer {
    const { clock, connect, partitions = 1 } = this.#options;
    const store = connect();
    const buffer = new RedisBuffer({
      store,
      keys: this.keys,
      dir: join(this.#dir, String(this.#stores.size)),
      clock,
      partitions,
      leaseExpiryMs: LEASE_EXPIRY_MS,
      gapWaitMs: GAP_WAIT_MS,
      onDamage: (damage) => this.damage.push(damage),
      onTrouble: (error) => this.troubles.push(error),
      ...options,
    });
    this.#stores.set(buffer, store);
    return buffer;
  }

  storeOf(buffer: LogBuffer): MortalStore {
    return this.#stores.get(buffer)!;
  }

  /** What it has begun to write is written. */
  async settled(buffer: LogBuffer): Promise<void> {
    const store = this.#stores.get(buffer)!;
    for (let quiet = 0; quiet < 3; quiet = store.pending === 0 ? quiet + 1 : 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** SIGKILL. */
  async kill(buffer: LogBuffer): Promise<void> {
    await this.settled(buffer);
    this.#stores.get(buffer)!.dead = true;
  }

  /** Killed, and time has gone by since. */
  async crash(buffer: LogBuffer): Promise<void> {
    await this.kill(buffer);
    await this.expire(buffer);
  }

  /** The leases of all run out, and it is time to look again. */
  async expire(_buffer: LogBuffer): Promise<void> {
    const { partitions = 1, clock } = this.#options;
    for (let partition = 0; partition < partitions; partition++) {
      await this.store.remove(this.keys.lease(partition));
    }
    clock.advance(1000);
  }

  /** One block; `from` is the seq of its first record, default the next one; `firstSeq` what it says of the one before. */
  async append(
    writer: string,
    payloads: readonly string[],
    from = this.#seqs.get(writer) ?? 0,
    firstSeq = from,
  ): Promise<string> {
    this.#seqs.set(writer, from + payloads.length);
    const records = payloads.map((payload, index) => recordOf(writer, from + index, payload));
    const partition = partitionOf(writer, this.#options.partitions ?? 1);
    return this.store.append(
      this.keys.blocks(partition),
      await encodeBlock(records, `host of ${writer}`, "none", firstSeq),
    );
  }
}

function recordOf(writer: string, seq: number, payload: string): Omit<StoredRecord, "ordinal"> {
  const timestamp = 1000 + seq;
  const bytes = Buffer.from(lineOf(seq, payload, timestamp));
  return { timestamp, writer, seq, service: "svc", type: "INFO", bytes, start: 0, end: bytes.length };
}

export async function readSource(source: Source, bytesMax = 1 << 20): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  for (let chunk = await source.read(bytesMax); !chunk.drained; chunk = await source.read(bytesMax)) {
    records.push(...chunk.records);
  }
  return records;
}

export async function readAll(buffer: LogBuffer): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  for (const source of await buffer.claim()) records.push(...(await readSource(source)));
  return records;
}

export function acknowledgeAll(source: Source, records: readonly StoredRecord[]): void {
  source.acknowledge(records.map(({ ordinal }) => ({ from: ordinal, to: ordinal })));
}

export function namesOf(records: readonly StoredRecord[]): string[] {
  return records.map(({ writer, seq }) => `${writer} ${seq}`);
}

export const TEN = Array.from({ length: 10 }, (_, n) => `${n}`);

export function namesBetween(from: number, to: number, writer = "w"): string[] {
  return Array.from({ length: to - from }, (_, index) => `${writer} ${from + index}`);
}

/** On a store in memory. */
export function openShippers(t: TestContext) {
  const clock = new ManualClock();
  const server = new FakeServer(clock);
  return { clock, server, shippers: new Shippers(t, { clock, connect: () => server.connect() }) };
}
