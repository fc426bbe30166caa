/**
 * One journal on its way into the store.
 *
 *     read ──► block ──append──► confirmed ··· a shipper delivers ··· ──► acknowledged: the journal forgets
 *                └──refused, or no answer──► the same block again
 *
 *     seq   0 ······ acknowledged ······ appended ······ readTo ······
 *            delivered │ in the store     │ ready blocks      │ not read
 *
 * One block of a writer is on its way at a time: a later one could otherwise be taken where the one before it was refused,
 * and would then stand before it. The next one is read and packed meanwhile. A writer that was read up to its end costs one look at its journal's header.
 *
 * Invariants: `acknowledged <= appended <= readTo`; what is below `appended` lies in the store in its present life, or is
 * delivered; the journal is acknowledged only up to what the store says is delivered, and what was read.
 *
 * Where there is no journal, the source is acknowledged as soon as the store has taken a block, and what
 * the store loses is not sent again but told (`onLoss`). The next block then says that nothing comes before it.
 *
 * The memo of the journal says what its forwarder had appended (`Note`), so that the next one goes on from there instead of
 * sending again what still waits in the store.
 */
import type { OrdinalRange, Source, StoredRecord } from "../buffer/buffer.js";
import type { AcknowledgedRanges } from "../buffer/ranges.js";
import { countIn } from "../ship/counts.js";
import { messageOf } from "../system/errors.js";
import { blockEnd, bytesOf, ownCopyOf } from "./block-end.js";
import type { ForwardCounts } from "./counts.js";
import { type Note, noteIn } from "./note.js";
import type { Partition } from "./partition.js";
import { type CountedRange, Undelivered } from "./undelivered.js";

/** Lines after which a memo is written anew with its last. */
const NOTES_MAX = 1000;
/** One on its way, one behind it. */
const READY_MAX = 2;

interface Pending {
  readonly bytes: Buffer;
  readonly records: readonly StoredRecord[];
  readonly lineBytes: number;
  /** The first seq behind the block. */
  readonly next: number;
}

/** A block says by its `firstSeq` how far the one before it came: what is missing between was dropped, or is delivered. */
export type Encode = (records: readonly StoredRecord[], host: string, firstSeq: number) => Promise<Buffer>;

export type OnLoss = (writer: string, lost: CountedRange) => void;

export interface LaneOptions {
  readonly source: Source;
  readonly partition: Partition;
  readonly encode: Encode;
  /** Given the blocks that the store has taken, whose memory nobody looks at any more. */
  readonly release?: ((block: Buffer) => void) | undefined;
  readonly blockBytes: number;
  /** Of the servers that there are. */
  readonly runIds: () => readonly string[];
  /** Whether a block of so many bytes may go into the store now; one that may not comes first the next time. */
  readonly lets: (bytes: number) => boolean;
  readonly counts: ForwardCounts;
  /**
   * Given where there is no journal: the source then lets go of what the store has taken, and this is told of what the store
   * has lost of it.
   */
  readonly onLoss?: OnLoss | undefined;
}

export class Lane {
  readonly source: Source;
  readonly partition: Partition;
  readonly #options: LaneOptions;
  #acknowledged = 0;
  #appended = 0;
  /** What the next block says of how far the one before it came, in the store's present life. */
  #blockFrom = 0;
  #readTo = 0;
  /** Undefined where the source keeps it. */
  readonly #undelivered: Undelivered | undefined;
  /** What was acknowledged last, as text. */
  #said = "[]";
  #life: number;
  /** The block that is on its way or comes first, and one that was made meanwhile. */
  readonly #ready: Pending[] = [];
  /** Read, and left for the next block: the beginning of a millisecond whose rest was not read. */
  #kept: readonly StoredRecord[] = [];
  /** What was not read when it was asked for last in this turn, less the lines that were read since. */
  #unreadBytes = 0;
  /** Something was read of which no block could be made. */
  #readAgain = false;
  /** Of the last block that was appended and is not noted yet. */
  #noteId: string | undefined;
  #notes = 0;
  #full = false;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.source = options.source;
    this.partition = options.partition;
    this.#life = options.partition.life;
    this.#undelivered = options.onLoss === undefined ? undefined : new Undelivered();
  }

  get writer(): string {
    return this.source.name;
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  get appended(): number {
    return this.#appended;
  }

  /** A block's worth waits to be sent without lingering. */
  get full(): boolean {
    return this.#full;
  }

  /** Records that are in the store and not delivered. */
  get inStore(): number {
    return (
      this.#undelivered?.records ?? Math.max(0, Math.min(this.#appended, this.#readTo) - this.#acknowledged)
    );
  }

  /** The first seq that is not logged yet. To be asked after it was read from. */
  horizon(): number {
    return this.#readTo + this.source.unread().records;
  }

  /** Goes on from where the forwarder before came to, if what it appended is still there. */
  async resume(): Promise<void> {
    this.source.rewind();
    const lines = await this.source.memo.read();
    this.#notes = lines.length;
    const note = noteIn(lines);
    const { partition } = this;
    if (note === undefined || note.partition !== partition.number || note.epoch !== partition.epoch) {
      return;
    }
    const runIds = this.#options.runIds();
    if (runIds.every((runId) => note.runIds.includes(runId))) {
      this.#appended = this.#blockFrom = note.appended;
      partition.expect(note.id);
      await partition.look();
    }
  }

  /** True when it is worth reading: something was logged, or sent back. */
  get waits(): boolean {
    return (
      this.#ready.length + this.#kept.length > 0 ||
      this.#readAgain ||
      this.#life !== this.partition.life ||
      this.source.unread().records > 0
    );
  }

  /**
   * Appends what there is, in at most `blocksMax` blocks; unless in a `hurry`, what does not fill a second one waits for more.
   * Rejects with what the store refuses a block with; that block then comes first the next time. Ends early where the store
   * has lost something.
   */
  async forward(blocksMax: number, hurry: boolean): Promise<void> {
    this.#follow();
    this.#full = false;
    // Files are counted with what stands between the lines, so that what is left of it grows wrong.
    this.#unreadBytes = 0;
    if (this.#ready.length === 0) {
      await this.#prepare();
    }
    if (this.#ready.length > 0) {
      await this.partition.lookAtEpoch();
      try {
        await this.#appendReady(blocksMax, hurry);
      } finally {
        await this.#note();
      }
    }
  }

  async #appendReady(blocksMax: number, hurry: boolean): Promise<void> {
    for (let blocks = 0; blocks < blocksMax; blocks++) {
      const [block] = this.#ready;
      if (block === undefined || this.#life !== this.partition.life) {
        return;
      }
      if (!this.#options.lets(block.bytes.length)) {
        this.#full = false;
        return;
      }
      const appended = this.#append(block);
      this.#full = this.#fillsABlock();
      const prepared = this.#full || hurry ? this.#prepareBehind() : undefined;
      await Promise.allSettled([appended, prepared]);
      await Promise.all([appended, prepared]);
    }
  }

  /** Whether a block's worth is not read yet. Asks only where what it saw before is used up: that looks at every file. */
  #fillsABlock(): boolean {
    const { blockBytes } = this.#options;
    if (this.#unreadBytes < blockBytes) {
      this.#unreadBytes = this.source.unread().bytes;
    }
    return this.#unreadBytes >= blockBytes;
  }

  /** Once the block before it is written out, and while that is on its way. */
  async #prepareBehind(): Promise<void> {
    if (this.#ready.length < READY_MAX) {
      await new Promise(setImmediate);
      await this.#prepare();
    }
  }

  /** The store says that these are delivered. What it says of records that were never read does not count. */
  acknowledge(delivered: AcknowledgedRanges): void {
    if (this.#undelivered !== undefined) {
      this.#undelivered.deliveredBelow(delivered.contiguous);
      this.#advance(delivered.contiguous);
      return;
    }
    const ranges = [{ from: 0, to: delivered.contiguous - 1 }, ...delivered.beyond]
      .map(({ from, to }) => ({ from, to: Math.min(to, this.#readTo - 1) }))
      .filter(({ from, to }) => from <= to);
    const said = JSON.stringify(ranges);
    if (said === this.#said || !this.#acknowledgeAll(ranges)) {
      return;
    }
    this.#said = said;
    this.#advance(delivered.contiguous);
  }

  #advance(delivered: number): void {
    this.#acknowledged = Math.max(this.#acknowledged, Math.min(delivered, this.#readTo));
    this.#appended = Math.max(this.#appended, this.#acknowledged);
    this.#blockFrom = Math.max(this.#blockFrom, this.#acknowledged);
  }

  #acknowledgeAll(ranges: readonly OrdinalRange[]): boolean {
    try {
      this.source.acknowledge(ranges);
      return true;
    } catch (error) {
      this.#failed(error);
      return false;
    }
  }

  /** Where the store has begun a new life, nothing of the old one counts: what is not delivered is sent again, or lost. */
  #follow(): void {
    if (this.#life === this.partition.life) {
      if (this.#readAgain) {
        this.#readFromAppended();
      }
      return;
    }
    this.#life = this.partition.life;
    const { counts, onLoss } = this.#options;
    counts.lostRecords += this.inStore;
    this.#blockFrom = this.#acknowledged;
    if (this.#undelivered === undefined) {
      this.#appended = this.#acknowledged;
    } else {
      const lost = this.#undelivered.lose();
      if (lost !== undefined) onLoss?.(this.writer, lost);
    }
    this.#noteId = undefined;
    this.#readFromAppended();
  }

  #readFromAppended(): void {
    this.#readTo = this.#appended;
    this.#ready.length = 0;
    this.#kept = [];
    this.#unreadBytes = 0;
    this.#readAgain = false;
    this.source.rewind();
  }

  /** Makes a block of what comes next, if anything does. */
  async #prepare(): Promise<void> {
    const { encode, blockBytes } = this.#options;
    for (;;) {
      const read = await this.#read(blockBytes - bytesOf(this.#kept));
      const records = this.#kept.concat(read);
      const last = records.at(-1);
      if (last === undefined) {
        return;
      }
      if (this.#readTo === 0 && this.#undelivered === undefined) {
        // What lies before the first record of all is acknowledged already.
        this.#acknowledged = records[0]!.seq;
      }
      this.#readTo = last.seq + 1;
      this.#unreadBytes -= bytesOf(read);
      const end = this.#fillsABlock() ? blockEnd(records) : records.length;
      this.#kept = ownCopyOf(records.slice(end));
      const next = this.#kept[0]?.seq ?? this.#readTo;
      const before = this.#ready.at(-1)?.next;
      const from = before ?? this.#appended;
      const fresh = records.filter(({ seq }) => seq >= from && seq < next);
      if (fresh.length > 0) {
        // Until it is made, the block that comes next would say of these records that they were dropped.
        this.#readAgain = true;
        const bytes = await encode(fresh, this.source.host, before ?? this.#blockFrom);
        this.#readAgain = false;
        this.#ready.push({ bytes, records: fresh, lineBytes: bytesOf(fresh), next });
        return;
      }
    }
  }

  /** A journal that cannot be read must not hold up the others. */
  async #read(bytesMax: number): Promise<readonly StoredRecord[]> {
    try {
      return (await this.source.read(bytesMax)).records;
    } catch (error) {
      this.#failed(error);
      return [];
    }
  }

  #failed(error: unknown): void {
    const { counts } = this.#options;
    countIn(counts.failures, "journal");
    counts.lastError = messageOf(error);
  }

  async #append(pending: Pending): Promise<void> {
    // The look behind it tells whether the blocks before are still there, so that the next one stands behind them.
    const [id] = await Promise.all([this.partition.append(pending.bytes), this.partition.lookAtEpoch()]);
    if (this.#life !== this.partition.life) {
      return;
    }
    this.#ready.shift();
    this.#noteId = id;
    this.#appended = this.#blockFrom = pending.next;
    if (this.#undelivered !== undefined) {
      this.#undelivered.add(pending.records);
      this.#acknowledgeAll([{ from: 0, to: pending.next - 1 }]);
    }
    const { counts } = this.#options;
    counts.blocks++;
    counts.records += pending.records.length;
    counts.lineBytes += pending.lineBytes;
    counts.blockBytes += pending.bytes.length;
    this.#options.release?.(pending.bytes);
  }

  /** Of what was appended since the note before. */
  async #note(): Promise<void> {
    const { partition } = this;
    const id = this.#noteId;
    if (id === undefined) {
      return;
    }
    this.#noteId = undefined;
    const note: Note = {
      appended: this.#appended,
      partition: partition.number,
      epoch: partition.epoch!,
      id,
      runIds: this.#options.runIds(),
    };
    const line = JSON.stringify({ stored: note });
    try {
      if (++this.#notes <= NOTES_MAX) {
        await this.source.memo.append(line);
      } else {
        await this.source.memo.replace([line]);
        this.#notes = 1;
      }
    } catch (error) {
      // Without it the next forwarder sends again what waits in the store: doubles in there, nothing worse.
      this.#failed(error);
    }
  }
}
