/**
 * Reads the blocks of one partition in order, and knows which of them may be deleted.
 *
 *     entry ──read ahead──► opened ──► given, record by record
 *                             ├─ given before: left out
 *                             ├─ too early: held back (holds.ts)
 *                             └─ damaged: kept on the disk, and passed
 *
 * Invariants: `#place` is behind the last entry that was opened; every entry that was opened and is not deleted is tracked; of a
 * writer, records are given in order of seq (series.ts says when not), each once until a rewind.
 *
 * A stream that ends before `#place` is another one, for the store has lost what it had: it is read from its beginning. What
 * was given of the old one can still be acknowledged; its blocks have ordinals below `#lostBelow`. So is every stream of a server
 * that was not there before (`startAgain`): it may have gone on from an earlier state, as a replica does that was behind, and given
 * the ids of before to other blocks.
 */

import type { Clock } from "../../system/clock.js";
import type { MemoryPool } from "../../system/memory-pool.js";
import type { BufferDamage, OrdinalRange, StoredRecord, Waiting } from "../buffer.js";
import type { Block } from "./block.js";
import { DamagedEntries } from "./damaged-entries.js";
import type { DeliveredRecords } from "./delivered-records.js";
import { BlockDamagedError } from "./encode-block.js";
import { compareIds, FIRST } from "./entry-id.js";
import { type Gap, Holds } from "./holds.js";
import { ReadAhead } from "./read-ahead.js";
import { covers, type Series } from "./series.js";
import type { Entry, Store } from "./store.js";
import { behind, lastSeq, type Place, type TrackedBlock, TrackedBlocks } from "./tracked-blocks.js";

export interface PartitionReaderOptions {
  readonly store: Store;
  readonly stream: string;
  readonly number: number;
  /** Where the bytes of entries go that cannot be read. */
  readonly damagedDir: string;
  readonly source: string;
  readonly clock: Clock;
  /** How long a block is held back for those before it, in ms. */
  readonly gapWaitMs: number;
  readonly delivered: DeliveredRecords;
  readonly from: Place;
  /** Where what is unpacked lies; it is given back when it was read. */
  readonly memory?: MemoryPool | undefined;
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

/** Member by member: spreading an object is several times as slow, and there are millions. */
function withOrdinal(item: Omit<StoredRecord, "ordinal">, ordinal: number): StoredRecord {
  const { timestamp, writer, seq, service, type, bytes, start, end } = item;
  return { timestamp, writer, seq, ordinal, service, type, bytes, start, end };
}

export class PartitionReader {
  readonly #options: PartitionReaderOptions;
  readonly #delivered: DeliveredRecords;
  readonly #ahead: ReadAhead;
  readonly #blocks = new TrackedBlocks();
  readonly #holds: Holds;
  readonly #damaged: DamagedEntries;
  #place: Place;
  #lostBelow = -1;
  #open: OpenBlock | undefined;
  /** Of the block whose last records were given. */
  #spent: ArrayBufferLike | undefined;
  /** Rises when what comes next is something else than before. */
  #life = 0;
  #length = 0;
  #lastId = FIRST;

  constructor(options: PartitionReaderOptions) {
    const { store, stream, number, damagedDir, clock, gapWaitMs, delivered } = options;
    this.#options = options;
    this.#delivered = delivered;
    this.#place = options.from;
    this.#ahead = new ReadAhead(store, stream, options.memory);
    this.#holds = new Holds(clock, gapWaitMs, (writer) => delivered.of(writer));
    this.#damaged = new DamagedEntries({ ...options, dir: damagedDir, partition: number });
  }

  /** Above all that were used. */
  get nextOrdinal(): number {
    return Math.max(this.#place.ordinal, this.#blocks.endOrdinal);
  }

  /** Of records that wait for others. */
  get gap(): Gap | undefined {
    return this.#holds.gap;
  }

  /** As `look` has seen it; what was not fetched is taken to be like what was. */
  waiting(): Waiting {
    const ahead = this.#ahead.waiting();
    const open = this.#open?.records.slice(this.#open.next) ?? [];
    const further = this.#furtherEntries();
    const factor = 1 + further / Math.max(1, this.#ahead.length);
    const records = open.length + Math.max(further, Math.ceil(ahead.records * factor));
    const bytes = open.reduce((sum, { start, end }) => sum + end - start, 0) + ahead.bytes * factor;
    return { records, bytes, oldestMs: records === 0 ? undefined : (open[0]?.timestamp ?? ahead.oldestMs) };
  }

  /** Sees what there is, and fetches the first of it. Rejects when the store cannot be read. */
  async look(): Promise<void> {
    const { store, stream } = this.#options;
    const [length] = await Promise.all([store.length(stream), this.streamIsTheSame()]);
    this.#length = length;
    if (compareIds(this.#lastId, this.#place.after) > 0) {
      await this.#ahead.fill(this.#place.after);
    }
    this.#damaged.keep();
  }

  /** False when it was another one than was read; then that is read. */
  async streamIsTheSame(): Promise<boolean> {
    this.#lastId = await this.#options.store.lastId(this.#options.stream);
    if (compareIds(this.#lastId, this.#place.after) >= 0) {
      return true;
    }
    this.startAgain();
    return false;
  }

  /** Reads the stream from its beginning; what is delivered or on its way is left out. */
  startAgain(): void {
    this.#lostBelow = this.nextOrdinal;
    this.#holds.startAgain();
    this.#seek({ after: FIRST, ordinal: this.#lostBelow });
  }

  /**
   * The next records, of one block, or undefined after a step that brought none; `drained` when there is nothing further.
   * Rejects when the store cannot be read.
   */
  async next(bytesMax: number): Promise<StoredRecord[] | "drained" | undefined> {
    this.#giveBack(this.#spent);
    this.#spent = undefined;
    if (this.#open !== undefined) {
      return this.#give(this.#open, bytesMax);
    }
    const held = this.#holds.release(this.#place.after);
    if (held !== undefined) {
      this.#seek(held);
    }
    const life = this.#life;
    await this.#ahead.fill(this.#place.after);
    if (life !== this.#life) {
      return undefined;
    }
    const ahead = this.#ahead.shift();
    if (ahead === undefined) {
      return "drained";
    }
    await this.#openEntry(ahead.entry, ahead.decoded());
    return undefined;
  }

  /** What was given and is not delivered is given again. */
  rewind(): void {
    this.#delivered.forgetGiven();
    this.forgetDelivered();
    const { first } = this.#blocks;
    const lost = first !== undefined && first.place.ordinal < this.#lostBelow;
    this.#blocks.clear();
    this.#holds.startAgain();
    this.#seek(lost ? { after: FIRST, ordinal: this.#lostBelow } : (first?.place ?? this.#place));
  }

  /** Leaves out what others have delivered of the block that is open. */
  openAgain(): void {
    this.#seek(this.#open?.tracked.place ?? this.#place);
  }

  acknowledge(range: OrdinalRange): void {
    for (const { writer, from, to } of this.#blocks.seqsOf(range)) {
      this.#delivered.deliver(writer, from, to);
    }
  }

  /** Forgets the blocks at the front that are delivered; where they end, if they may be deleted. */
  forgetDelivered(): Place | undefined {
    const place = this.#blocks.shift((block) => this.#isDelivered(block));
    return place !== undefined && place.ordinal > this.#lostBelow ? place : undefined;
  }

  /** The entries before it are deleted. */
  forgetDeleted({ after }: Place): void {
    this.#damaged.forgetUpTo(after);
    this.#holds.forgetUpTo(after);
  }

  #give(open: OpenBlock, bytesMax: number): StoredRecord[] {
    const { records, series, tracked, next } = open;
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
      this.#spent = records[0]!.bytes.buffer;
      series.give(tracked.firstSeq, lastSeq(tracked));
    } else {
      series.give(next === 0 ? given[0]!.seq : records[next - 1]!.seq + 1, given.at(-1)!.seq);
    }
    return given;
  }

  async #openEntry(entry: Entry, decoded: Promise<Block>): Promise<void> {
    const life = this.#life;
    const place = this.#place;
    const block = await this.#decode(entry, decoded);
    const memory = block?.items[0]?.bytes.buffer;
    if (life !== this.#life) {
      this.#giveBack(memory);
      return;
    }
    const tracked = this.#blocks.track(place, entry.id, block ?? NO_BLOCK);
    this.#place = behind(tracked);
    if (block === undefined) {
      return;
    }
    const series = this.#delivered.of(block.writer);
    series.host = block.host;
    const { writer, firstSeq, items } = block;
    const overtaken = this.#holds.overtaken(writer, firstSeq, items[0]!.seq, place.after);
    if (overtaken !== undefined) {
      this.#giveBack(memory);
      this.#seek(overtaken);
      return;
    }
    if (this.#holds.holdBack({ ...tracked, firstSeq })) {
      this.#giveBack(memory);
      return;
    }
    const records = block.items
      .map((item, index) => withOrdinal(item, place.ordinal + index))
      .filter(({ seq }) => !series.wasGiven(seq));
    if (records.length > 0) {
      this.#open = { tracked, series, records, next: 0 };
    } else {
      this.#giveBack(memory);
      series.give(tracked.firstSeq, lastSeq(tracked));
    }
  }

  #giveBack(memory: ArrayBufferLike | undefined): void {
    if (memory !== undefined) this.#options.memory?.release(memory);
  }

  /** Undefined for what nobody can read. Rejects for what only others can. */
  async #decode(entry: Entry, decoded: Promise<Block>): Promise<Block | undefined> {
    try {
      return await decoded;
    } catch (error) {
      if (!(error instanceof BlockDamagedError)) {
        this.#seek(this.#place);
        throw error;
      }
      this.#damaged.add(entry, error);
      this.#keepDamaged();
      return undefined;
    }
  }

  /** A disk that takes nothing stops the others only when too much waits for it. */
  #keepDamaged(): void {
    try {
      this.#damaged.keep();
    } catch (error) {
      if (this.#damaged.full) {
        this.#seek(this.#place);
        throw error;
      }
      this.#options.onTrouble(error);
    }
  }

  /** To be asked of the first one only. */
  #isDelivered(block: TrackedBlock): boolean {
    if (block.records === 0) {
      return this.#damaged.isKept(block.id);
    }
    const { delivered } = this.#delivered.of(block.writer);
    const { firstSeq, saidFirstSeq, seqs } = block;
    const last = lastSeq(block);
    if (covers(delivered, saidFirstSeq, last)) {
      return true;
    }
    // From its end, where what is missing is found first.
    const missing = seqs?.findLast((seq) => !delivered.has(seq));
    if (missing !== undefined || (seqs === undefined && !covers(delivered, firstSeq, last))) {
      return false;
    }
    // Between its records there is nothing, and neither in front of them, for the blocks before it are delivered.
    this.#delivered.deliver(block.writer, saidFirstSeq, last);
    return true;
  }

  #seek(place: Place): void {
    this.#life++;
    this.#place = place;
    // What was read last may still be in use, and held by nobody yet.
    for (const memory of [this.#spent, this.#open?.records[0]?.bytes.buffer]) {
      if (memory !== undefined) this.#options.memory?.abandon(memory);
    }
    this.#spent = undefined;
    this.#open = undefined;
    this.#ahead.clear();
  }

  /** Entries behind those that were fetched. */
  #furtherEntries(): number {
    const upTo = this.#ahead.lastId ?? this.#place.after;
    const entries = this.#length - this.#blocks.length - this.#ahead.length;
    return compareIds(this.#lastId, upTo) <= 0 ? 0 : Math.max(1, entries);
  }
}
