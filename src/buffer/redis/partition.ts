/**
 * One partition of a store under this shipper's lease: many writers' blocks in one stream.
 *
 *     read ──► in the shipper's hands ──► delivered ──► written down ──► deleted, from the front
 *                                                        └─ in the store, and on the shipper's disk
 *
 *     held ──the key is another's──► ended: it reads and acknowledges nothing any more
 *       └──leaving: gives no more records, and is given back when those that it gave are delivered
 *
 * Invariant: an entry is deleted only when each of its records is delivered, and when that stands in the store or, where that
 * takes no more, on the disk.
 *
 * The store may lose what it has, at any time. Then the lease is taken again, and what the store has forgotten of what is
 * delivered is written to it again.
 */
import type { Clock } from "../../system/clock.js";
import { DragonlogError } from "../../system/errors.js";
import type { MemoryPool } from "../../system/memory-pool.js";
import type { BufferDamage, Chunk, OrdinalRange, Source, Waiting } from "../buffer.js";
import type { DeliveredFile } from "./delivered-file.js";
import { DeliveredRecords } from "./delivered-records.js";
import { idBehind } from "./entry-id.js";
import { failureOf } from "./failures.js";
import type { Keys } from "./keys.js";
import { StoredMemo } from "./memo.js";
import type { PartitionLease } from "./partition-lease.js";
import { PartitionReader } from "./partition-reader.js";
import type { Store } from "./store.js";
import { cursorText, type Place, readCursor } from "./tracked-blocks.js";

export interface PartitionOptions {
  readonly store: Store;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly number: number;
  readonly lease: PartitionLease;
  readonly file: DeliveredFile;
  /** Where the bytes of entries go that cannot be read. */
  readonly damagedDir: string;
  /** How long a block is held back for those before it, in ms. */
  readonly gapWaitMs: number;
  /** Ordinals begin here at least: below, they may be those of records that an earlier lease gave. */
  readonly ordinalMin: number;
  /** Run ids of the servers that there are; undefined while another one may answer than those that were asked for it. */
  readonly servers: () => readonly string[] | undefined;
  readonly memory?: MemoryPool | undefined;
  readonly onDamage: (damage: BufferDamage) => void;
  /** Told of trouble that is tried again. */
  readonly onTrouble: (error: unknown) => void;
}

const NOTHING: Waiting = { records: 0, bytes: 0, oldestMs: undefined };

export class Partition implements Source {
  readonly name: string;
  /** Of no writer in particular; see `hostOf`. */
  readonly host = "unknown";
  readonly memo: StoredMemo;
  /** Gives no more records. */
  leaving = false;
  readonly #options: PartitionOptions;
  readonly #delivered: DeliveredRecords;
  readonly #reader: PartitionReader;
  /** The lease is another's, or was given back. */
  #ended = false;
  /** Where everything before is delivered, and not deleted yet. */
  #deletable: Place | undefined;
  /** Fields of the cursor; those of earlier holders are removed once this one has written its own. */
  #cursors: string[];
  /** The lease was gone, and with it perhaps what the store knew to be delivered. */
  #forgotten = false;
  #keeping: Promise<boolean> | undefined;
  #writing: Promise<void> | undefined;

  private constructor(
    options: PartitionOptions,
    cursor: ReadonlyMap<string, string>,
    delivered: DeliveredRecords,
  ) {
    const { store, keys, number, lease, ordinalMin, servers } = options;
    const { after, ordinal } = readCursor(cursor, servers());
    this.#options = options;
    this.name = `partition ${number}`;
    this.memo = new StoredMemo(
      store,
      keys.memo(number),
      () => lease.token,
      async () => this.#writing,
    );
    this.#cursors = [...cursor.keys()];
    this.#delivered = delivered;
    this.#reader = new PartitionReader({
      ...options,
      stream: keys.blocks(number),
      source: this.name,
      delivered,
      from: { after, ordinal: Math.max(ordinal, ordinalMin) },
    });
  }

  /** From where the holder before came to. */
  static async open(options: PartitionOptions): Promise<Partition> {
    const { store, keys, number, lease } = options;
    const delivered = new DeliveredRecords({
      ...options,
      key: keys.delivered(number),
      token: () => lease.token,
    });
    const [cursor] = await Promise.all([store.getFields(keys.cursor(number)), delivered.load()]);
    return new Partition(options, cursor, delivered);
  }

  get number(): number {
    return this.#options.number;
  }

  get token(): number {
    return this.#options.lease.token;
  }

  get nextOrdinal(): number {
    return this.#reader.nextOrdinal;
  }

  /** Everything that was given is delivered. */
  get settled(): boolean {
    return this.#delivered.settled;
  }

  hostOf(writer: string): string {
    return this.#delivered.known(writer)?.host || this.host;
  }

  isHeld(): boolean {
    return !this.#ended && this.#options.lease.current;
  }

  isSettled(writer: string): boolean {
    return this.#delivered.known(writer)?.settled ?? true;
  }

  unread(): Waiting {
    return this.#ended || this.leaving ? NOTHING : this.#reader.waiting();
  }

  /** Rejects when the store cannot be read, or when all that is left waits for blocks that the store has lost. */
  async read(bytesMax: number): Promise<Chunk> {
    while (await this.#mayRead()) {
      const records = await this.#reader.next(bytesMax);
      if (records === "drained") {
        this.#refuseToWait();
        break;
      }
      if (records !== undefined) {
        return { records, drained: false };
      }
    }
    return { records: [], drained: true };
  }

  rewind(): void {
    if (!this.#ended) {
      this.#reader.rewind();
    }
  }

  acknowledge(ranges: readonly OrdinalRange[]): void {
    if (!this.#ended) {
      for (const range of ranges) {
        this.#reader.acknowledge(range);
      }
      void this.#writeSoon();
    }
  }

  finished(): boolean {
    return this.#ended;
  }

  /** Another server answers than before. */
  startAgain(): void {
    this.#deletable = undefined;
    this.#reader.startAgain();
  }

  /** Renews the lease when that is due or someone has changed it. Rejects when the store cannot be asked. */
  async renew(): Promise<void> {
    const { lease } = this.#options;
    if (lease.dueForRenewal || !(await lease.isOwn())) {
      await this.#keep();
    }
  }

  /** Looks at what waits, and finishes what could not be written. Rejects when the store cannot be read. */
  async look(): Promise<void> {
    await this.#reader.look();
    if (this.#reader.gap !== undefined) {
      // A forwarder may have said by now that what is missing is delivered.
      await this.#delivered.load();
    }
    void this.#writeSoon();
    await this.#delivered.forgetOld();
  }

  /** Gives the lease back; what is not delivered stays. */
  async release(): Promise<void> {
    if (this.#ended) {
      return;
    }
    this.leaving = true;
    await this.#writing;
    await this.#writeSoon();
    this.#delivered.writeToDisk();
    this.#ended = true;
    await this.#options.lease.release();
  }

  async #mayRead(): Promise<boolean> {
    return !this.#ended && !this.leaving && (this.#options.lease.current || (await this.#keep()));
  }

  /** A drain must not believe that nothing waits. */
  #refuseToWait(): void {
    const { gap } = this.#reader;
    if (gap !== undefined) {
      throw new DragonlogError(
        "DRAGONLOG_STORE_GAP",
        `${this.#options.store.name} has lost records of ${gap.writer}, seq ${gap.from} to ${gap.to}; those behind ` +
          "them wait until they are sent again",
        "Their forwarder sends them again when it sees that. If it is gone for good, the others are delivered without.",
      );
    }
  }

  /** Renews the lease, or takes it again where the store has lost it; false, for good, when it is another's. */
  #keep(): Promise<boolean> {
    this.#keeping ??= this.#renewOrTake().finally(() => {
      this.#keeping = undefined;
    });
    return this.#keeping;
  }

  async #renewOrTake(): Promise<boolean> {
    if (this.#ended) {
      return false;
    }
    const { lease } = this.#options;
    const state = await lease.renew();
    this.#forgotten ||= state === "gone";
    if (state === "lost" || (state === "gone" && !(await lease.take()))) {
      this.#ended = true;
      return false;
    }
    if (this.#forgotten) {
      await this.#delivered.load();
      this.#forgotten = false;
      this.#reader.openAgain();
    }
    return true;
  }

  /** Trouble is told, and tried again by `look`. */
  #writeSoon(): Promise<void> {
    this.#writing ??= this.#write()
      .catch((error) => this.#options.onTrouble(error))
      .finally(() => {
        this.#writing = undefined;
      });
    return this.#writing;
  }

  /** Writes down what is delivered, and deletes what is no longer needed, until there is nothing of either. */
  async #write(): Promise<void> {
    const { store, keys, lease, servers } = this.#options;
    for (let runIds = servers(); !this.#ended && lease.current && runIds !== undefined; runIds = servers()) {
      this.#deletable = this.#reader.forgetDelivered() ?? this.#deletable;
      const place = this.#deletable;
      if (this.#delivered.written && place === undefined) {
        return;
      }
      const trouble = await this.#writeDown(place, runIds);
      if (place !== undefined) {
        const isSame = await this.#reader.streamIsTheSame();
        if (servers() === undefined) {
          return;
        }
        if (isSame && place === this.#deletable) {
          await store.trim(keys.blocks(this.number), idBehind(place.after));
          this.#reader.forgetDeleted(place);
          await lease.settle();
        }
        this.#deletable = undefined;
      }
      if (trouble !== undefined) {
        throw trouble;
      }
    }
  }

  /**
   * A full store takes nothing, but lets blocks be deleted, after which it takes something again: then the disk has to do.
   * Resolves with that trouble; rejects with any other.
   */
  async #writeDown(place: Place | undefined, runIds: readonly string[]): Promise<unknown> {
    try {
      await this.#delivered.write();
      if (place !== undefined) {
        await this.#writeCursor(place, runIds);
      }
      return undefined;
    } catch (error) {
      if (failureOf(error) === "full" && this.#delivered.writeToDisk()) {
        return error;
      }
      throw error;
    }
  }

  async #writeCursor(place: Place, runIds: readonly string[]): Promise<void> {
    const { store, keys, lease } = this.#options;
    const key = keys.cursor(this.number);
    const own = `${lease.token}`;
    await store.setFields(key, new Map([[own, cursorText(place, runIds)]]));
    const earlier = this.#cursors.filter((field) => field !== own);
    this.#cursors = [own];
    if (earlier.length > 0) {
      await store.removeFields(key, earlier);
    }
  }
}
