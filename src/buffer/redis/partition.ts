/**
 * One partition of a store under this shipper's lease: many writers' blocks in one stream, read in order.
 *
 *     blocks ──read ahead──► opened ──► given ──► delivered ──► written down ──► deleted, from the front
 *                              ├─ doubled: left out               │
 *                              ├─ too early: held back            └─ in the store, and on the shipper's disk
 *                              └─ damaged: kept in a stream of its own
 *
 *     held ──the key is another's──► ended: it reads and acknowledges nothing any more
 *       └──leaving: gives no more records, and is given back when those that it gave are delivered
 *
 * Invariants: `#place` is behind the last entry that was opened; every entry that was opened and is not deleted is tracked; an
 * entry is deleted only when each of its records is delivered and that stands in the store, or, where that takes no more,
 * on the disk; of a writer, records are given in order of seq (series.ts says when not), each once until a rewind.
 *
 * The store may lose what it has, at any time. A stream that ends before `#place` is another one and is read from its beginning;
 * what was given of the old one can still be acknowledged. What the store has forgotten is written to it again.
 */

import type { Clock } from "../../system/clock.js";
import { DragonlogError } from "../../system/errors.js";
import type { BufferDamage, Chunk, OrdinalRange, Source, StoredRecord, Waiting } from "../buffer.js";
import type { Block } from "./block.js";
import { DamagedEntries } from "./damaged-entries.js";
import type { DeliveredFile } from "./delivered-file.js";
import { DeliveredRecords } from "./delivered-records.js";
import { BlockDamagedError, decodeBlock } from "./encode-block.js";
import { compareIds, FIRST, idBehind } from "./entry-id.js";
import { failureOf } from "./failures.js";
import { Holds } from "./holds.js";
import type { Keys } from "./keys.js";
import { StoredMemo } from "./memo.js";
import type { PartitionLease } from "./partition-lease.js";
import { ReadAhead } from "./read-ahead.js";
import { covers, type Series } from "./series.js";
import type { Entry, Store } from "./store.js";
import {
  behind,
  cursorText,
  lastSeq,
  type Place,
  readCursor,
  type TrackedBlock,
  TrackedBlocks,
  trackedBlock,
} from "./tracked-blocks.js";

export interface PartitionOptions {
  readonly store: Store;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly lease: PartitionLease;
  readonly file: DeliveredFile;
  /** How long a block is held back for those before it, in ms. */
  readonly gapWaitMs: number;
  /** Ordinals begin here at least: below, they may be those of records that an earlier lease gave. */
  readonly ordinalMin: number;
  readonly onDamage: (damage: BufferDamage) => void;
  /** Told of trouble that is tried again. */
  readonly onTrouble: (error: unknown) => void;
}

interface OpenBlock {
  readonly tracked: TrackedBlock;
  readonly series: Series;
  /** What of it was not given yet. */
  readonly records: readonly StoredRecord[];
  next: number;
}

/** Takes the place of an entry that cannot be read. */
const NO_BLOCK = { writer: "", firstSeq: 0, items: [] };

export class Partition implements Source {
  readonly name: string;
  /** Of no writer in particular; see `hostOf`. */
  readonly host = "unknown";
  readonly memo: StoredMemo;
  /** The lease is another's, or was given back. */
  ended = false;
  readonly #options: PartitionOptions;
  readonly #stream: string;
  readonly #delivered: DeliveredRecords;
  readonly #ahead: ReadAhead;
  readonly #blocks = new TrackedBlocks();
  readonly #holds: Holds;
  readonly #damaged: DamagedEntries;
  #place: Place;
  /** Ordinals below this are of blocks that the store has lost. */
  #lostBelow = -1;
  #open: OpenBlock | undefined;
  /** Rises when what comes next is something else than before. */
  #life = 0;
  #leaving = false;
  #inStream = { length: 0, lastId: FIRST };
  /** Where everything before is delivered, and not deleted yet. */
  #deletable: Place | undefined;
  #keeping: Promise<boolean> | undefined;
  #writing: Promise<void> | undefined;

  /** What earlier holders wrote of their place; removed once this one has written its own. */
  #earlierCursors: string[];

  private constructor(
    options: PartitionOptions,
    cursor: ReadonlyMap<string, string>,
    delivered: DeliveredRecords,
  ) {
    const { store, keys, lease } = options;
    this.#options = options;
    this.name = `partition ${lease.partition}`;
    this.#stream = keys.blocks(lease.partition);
    this.#ahead = new ReadAhead(store, this.#stream);
    this.#holds = new Holds(options.clock, options.gapWaitMs, (writer) => delivered.of(writer));
    this.#damaged = new DamagedEntries({
      ...options,
      stream: keys.damaged(lease.partition),
      source: this.name,
    });
    this.memo = new StoredMemo(store, keys.memo(lease.partition), () => lease.token);
    this.#delivered = delivered;
    const { after, ordinal } = readCursor(cursor);
    this.#place = { after, ordinal: Math.max(ordinal, options.ordinalMin) };
    this.#earlierCursors = [...cursor.keys()];
  }

  /** From where the holder before came to. */
  static async open(options: PartitionOptions): Promise<Partition> {
    const { store, keys, lease } = options;
    const delivered = new DeliveredRecords({
      ...options,
      key: keys.delivered(lease.partition),
      token: () => lease.token,
    });
    const [cursor] = await Promise.all([store.getFields(keys.cursor(lease.partition)), delivered.load()]);
    return new Partition(options, cursor, delivered);
  }

  get number(): number {
    return this.#options.lease.partition;
  }

  get token(): number {
    return this.#options.lease.token;
  }

  /** Of the first record that comes next. */
  get ordinal(): number {
    return this.#place.ordinal;
  }

  hostOf(writer: string): string {
    return this.#delivered.known(writer)?.host || this.host;
  }

  /** Gives no more records, or goes on to. */
  set leaving(leaving: boolean) {
    this.#leaving = leaving;
  }

  get leaving(): boolean {
    return this.#leaving;
  }

  /** Everything that was given is delivered. */
  get settled(): boolean {
    return this.#delivered.settled;
  }

  unread(): Waiting {
    if (this.ended || this.#leaving) {
      return { records: 0, bytes: 0, oldestMs: undefined };
    }
    const ahead = this.#ahead.waiting();
    const open = this.#open?.records.slice(this.#open.next) ?? [];
    // What was not fetched is taken to be like what was.
    const further = this.#furtherEntries();
    const factor = 1 + further / Math.max(1, this.#ahead.length);
    const records = open.length + Math.max(further, Math.ceil(ahead.records * factor));
    const bytes = open.reduce((sum, { start, end }) => sum + end - start, 0) + ahead.bytes * factor;
    return { records, bytes, oldestMs: records === 0 ? undefined : (open[0]?.timestamp ?? ahead.oldestMs) };
  }

  /** Rejects when the store cannot be read, or when all that is left waits for blocks that the store has lost. */
  async read(bytesMax: number): Promise<Chunk> {
    while (!this.ended && !this.#leaving && (this.#options.lease.current || (await this.keep()))) {
      const records = this.#give(bytesMax);
      if (records.length > 0) {
        return { records, drained: false };
      }
      const held = this.#holds.release(this.#place.after);
      if (held !== undefined) {
        this.#seek(held);
      }
      const life = this.#life;
      await this.#ahead.fill(this.#place.after);
      if (life !== this.#life) {
        continue;
      }
      const entry = this.#ahead.shift();
      if (entry === undefined) {
        this.#refuseToWait();
        break;
      }
      await this.#openEntry(entry);
    }
    return { records: [], drained: true };
  }

  rewind(): void {
    if (this.ended) {
      return;
    }
    this.#delivered.forgetGiven();
    this.#forgetDelivered();
    const { first } = this.#blocks;
    if (first !== undefined) {
      const lost = first.place.ordinal < this.#lostBelow;
      this.#blocks.clear();
      this.#seek(lost ? { after: FIRST, ordinal: this.#lostBelow } : first.place);
    } else {
      this.#seek(this.#place);
    }
    this.#holds.startAgain();
  }

  acknowledge(ranges: readonly OrdinalRange[]): void {
    if (this.ended) {
      return;
    }
    for (const range of ranges) {
      for (const { writer, from, to } of this.#blocks.seqsOf(range)) {
        this.#delivered.deliver(writer, from, to);
      }
    }
    void this.write();
  }

  finished(): boolean {
    return this.ended;
  }

  /** `keep`, when it is time. */
  async renew(): Promise<void> {
    const { lease } = this.#options;
    if (lease.dueForRenewal || (await lease.isGone())) {
      await this.keep();
    }
  }

  /** Renews the lease, or takes it again where the store has lost it; false, for good, when it is another's. */
  keep(): Promise<boolean> {
    this.#keeping ??= this.#keep().finally(() => {
      this.#keeping = undefined;
    });
    return this.#keeping;
  }

  /** Looks at what waits, and finishes what could not be written. Rejects when the store cannot be read. */
  async refresh(): Promise<void> {
    const { store } = this.#options;
    const [length, lastId] = await Promise.all([store.length(this.#stream), store.lastId(this.#stream)]);
    this.#inStream = { length, lastId };
    this.#followStream(lastId);
    if (compareIds(lastId, this.#place.after) > 0) {
      await this.#ahead.fill(this.#place.after);
    }
    if (this.#holds.gap !== undefined) {
      // A forwarder may have said by now that what is missing is delivered.
      await this.#delivered.load();
    }
    await this.#damaged.keep();
    void this.write();
    await this.#delivered.forgetOld();
  }

  /** Writes down what is delivered, and deletes what is no longer needed; trouble is told, and tried again by `refresh`. */
  write(): Promise<void> {
    this.#writing ??= this.#write()
      .catch((error) => this.#options.onTrouble(error))
      .finally(() => {
        this.#writing = undefined;
      });
    return this.#writing;
  }

  /** Gives the lease back; what is not delivered stays. */
  async release(): Promise<void> {
    if (this.ended) {
      return;
    }
    this.#leaving = true;
    await this.#writing;
    await this.write();
    this.#delivered.writeToDisk();
    this.ended = true;
    await this.#options.lease.release();
  }

  #give(bytesMax: number): StoredRecord[] {
    const open = this.#open;
    if (open === undefined) {
      return [];
    }
    const { records, series, next } = open;
    let bytes = 0;
    let end = next;
    for (; end < records.length; end++) {
      bytes += records[end]!.end - records[end]!.start;
      if (end > next && bytes > bytesMax) {
        break;
      }
    }
    const given = records.slice(next, end);
    open.next = end;
    if (end === records.length) {
      this.#open = undefined;
      series.give(open.tracked.firstSeq, lastSeq(open.tracked));
    } else {
      series.give(next === 0 ? given[0]!.seq : records[next - 1]!.seq + 1, given.at(-1)!.seq);
    }
    return given;
  }

  async #openEntry(entry: Entry): Promise<void> {
    const life = this.#life;
    const place = this.#place;
    const block = await this.#decode(entry);
    if (life !== this.#life) {
      return;
    }
    const tracked = trackedBlock(place, entry.id, block ?? NO_BLOCK);
    this.#blocks.add(tracked);
    this.#place = behind(tracked);
    if (block === undefined) {
      return;
    }
    const { writer, host, items } = block;
    const series = this.#delivered.of(writer);
    series.host = host;
    if (this.#holds.holdBack(tracked)) {
      return;
    }
    const records = items
      .map((item, index) => ({ ...item, ordinal: place.ordinal + index }))
      .filter(({ seq }) => !series.wasGiven(seq));
    if (records.length > 0) {
      this.#open = { tracked, series, records, next: 0 };
    } else {
      series.give(tracked.firstSeq, lastSeq(tracked));
      void this.write();
    }
  }

  async #decode(entry: Entry): Promise<Block | undefined> {
    try {
      return await decodeBlock(entry.bytes);
    } catch (error) {
      if (!(error instanceof BlockDamagedError)) {
        this.#seek(this.#place);
        throw error;
      }
      this.#damaged.add(entry, error);
      await this.#damaged.keep().catch((trouble) => this.#options.onTrouble(trouble));
      return undefined;
    }
  }

  /** A drain must not believe that nothing waits. */
  #refuseToWait(): void {
    const { gap } = this.#holds;
    if (gap !== undefined) {
      throw new DragonlogError(
        "DRAGONLOG_STORE_GAP",
        `${this.#options.store.name} has lost records of ${gap.writer}, seq ${gap.from} to ${gap.to}; those behind ` +
          "them wait until they are sent again",
        "Their forwarder sends them again when it sees that. If it is gone for good, the others are delivered without.",
      );
    }
  }

  #seek(place: Place): void {
    this.#life++;
    this.#place = place;
    this.#open = undefined;
    this.#ahead.clear();
  }

  /** A stream that ends before what was read of it is another one. */
  #followStream(lastId: string): boolean {
    if (compareIds(lastId, this.#place.after) >= 0) {
      return false;
    }
    this.#lostBelow = this.#place.ordinal;
    this.#deletable = undefined;
    this.#holds.startAgain();
    this.#seek({ after: FIRST, ordinal: this.#place.ordinal });
    return true;
  }

  /** Entries behind those that were fetched. */
  #furtherEntries(): number {
    const { length, lastId } = this.#inStream;
    const upTo = this.#ahead.lastId ?? this.#place.after;
    return compareIds(lastId, upTo) <= 0 ? 0 : Math.max(0, length - this.#blocks.length - this.#ahead.length);
  }

  async #keep(): Promise<boolean> {
    if (this.ended) {
      return false;
    }
    const { lease } = this.#options;
    const state = await lease.renew();
    if (state === "gone" && (await lease.take())) {
      await this.#delivered.load();
      return true;
    }
    this.ended = state !== "held";
    return !this.ended;
  }

  /** Forgets the blocks at the front that are delivered, and notes that they may be deleted. */
  #forgetDelivered(): void {
    const place = this.#blocks.shift((block) => this.#isDelivered(block));
    if (place !== undefined && place.ordinal > this.#lostBelow) {
      this.#deletable = place;
    }
  }

  #isDelivered(block: TrackedBlock): boolean {
    if (block.records === 0) {
      return this.#damaged.isKept(block.id);
    }
    const { delivered } = this.#delivered.of(block.writer);
    const last = lastSeq(block);
    if (covers(delivered, block.firstSeq, last)) {
      return true;
    }
    // From its end, where what is missing is found first.
    if (
      block.seqs === undefined ||
      !block.seqs.every((_, i, { length }) => delivered.has(block.seqs![length - 1 - i]!))
    ) {
      return false;
    }
    // Between its records there is nothing.
    this.#delivered.deliver(block.writer, block.firstSeq, last);
    return true;
  }

  async #write(): Promise<void> {
    const { store, lease } = this.#options;
    while (!this.ended && lease.current) {
      this.#forgetDelivered();
      const place = this.#deletable;
      if (this.#delivered.written && place === undefined) {
        return;
      }
      const trouble = await this.#writeDown(place);
      if (place !== undefined && !this.#followStream(await store.lastId(this.#stream))) {
        await store.trim(this.#stream, idBehind(place.after));
        this.#deletable = this.#deletable === place ? undefined : this.#deletable;
        this.#damaged.forgetUpTo(place.after);
        this.#holds.forgetUpTo(place.after);
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
  async #writeDown(place: Place | undefined): Promise<unknown> {
    try {
      await this.#delivered.write();
      if (place !== undefined) {
        await this.#writeCursor(place);
      }
      return undefined;
    } catch (error) {
      if (failureOf(error) === "full" && this.#delivered.writeToDisk()) {
        return error;
      }
      throw error;
    }
  }

  async #writeCursor(place: Place): Promise<void> {
    const { store, keys, lease } = this.#options;
    const key = keys.cursor(this.number);
    const own = `${lease.token}`;
    await store.setFields(key, new Map([[own, cursorText(place)]]));
    const earlier = this.#earlierCursors.filter((field) => field !== own);
    this.#earlierCursors = [own];
    if (earlier.length > 0) {
      await store.removeFields(key, earlier);
    }
  }
}
