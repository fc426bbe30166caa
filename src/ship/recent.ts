/**
 * Copies of the records that were delivered last, for whoever looks: they are deleted from the buffer by then.
 *
 *     batch is stored ──within the budget──► its lines are copied into a ring of memory, where the oldest give way
 *                     └──a backlog is caught up──► left out as a whole, and counted
 *
 * What is kept of a record here costs a few stores and its share of a copy; the objects that people read, with bytes of their
 * own, are made when somebody asks. Lines that lie one after the other where they were read, as those of one writer do, are
 * copied at once with what lies between them.
 */
import { endsRecord, type Item, isPart, recordOf } from "../batch/batch.js";
import type { RecentRange, RecentRecord } from "../live/recent.js";

const BYTES_MAX = 8 << 20;
const RECORDS_MAX = 20_000;
/** What a second may copy. Nobody could read more, and a shipper that catches up has better things to do. */
const BYTES_PER_SECOND = 2 << 20;
/** What may lie between two lines that are copied at once: the head of a frame, and no record of somebody else's. */
const GAP_BYTES_MAX = 64;
/** Stretches that are looked at for one that a line continues: sources that are read at the same time are few. */
const STRETCHES_OPEN_MAX = 8;

export interface RecentOptions {
  /** As Clock.elapsed. */
  readonly elapsed: () => number;
  readonly bytesMax?: number;
  readonly recordsMax?: number;
  readonly bytesPerSecond?: number;
}

type RecordItem = ReturnType<typeof recordOf>;

/** A piece of memory in which lines lie one after the other. */
interface Stretch {
  readonly bytes: Buffer;
  readonly start: number;
  end: number;
}

/** The records of one batch, in columns. Their lines lie in the ring from `from` to `to`. */
interface Kept {
  /** How many were kept before them. */
  readonly after: number;
  readonly from: number;
  readonly to: number;
  readonly records: number;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly seqs: Float64Array;
  readonly timestamps: Float64Array;
  readonly writers: readonly string[];
  readonly services: readonly string[];
  readonly types: readonly string[];
  /** Its place in the ring is, or may be, that of others now. */
  gone: boolean;
}

export class Recent {
  /** Records that were delivered and never kept here, since the start. */
  leftOut = 0;
  #added = 0;
  readonly #elapsed: () => number;
  readonly #bytesMax: number;
  readonly #recordsMax: number;
  readonly #bytesPerSecond: number;
  /** By when they were stored, the oldest first. */
  readonly #kept: Kept[] = [];
  #records = 0;
  /** Not there before something is kept. */
  #ring: Buffer | undefined;
  #head = 0;
  #budgetBytes: number;
  #budgetAtMs: number;

  constructor({
    elapsed,
    bytesMax = BYTES_MAX,
    recordsMax = RECORDS_MAX,
    bytesPerSecond = BYTES_PER_SECOND,
  }: RecentOptions) {
    this.#elapsed = elapsed;
    this.#bytesMax = bytesMax;
    this.#recordsMax = recordsMax;
    this.#bytesPerSecond = bytesPerSecond;
    this.#budgetBytes = bytesPerSecond;
    this.#budgetAtMs = elapsed();
  }

  get records(): number {
    return this.#records;
  }

  /** How many were kept since the start, those that have given way among them. */
  get added(): number {
    return this.#added;
  }

  /** These are stored now, `records` in number: one in parts counts with its last part. `bytes`: about what they take. */
  add(items: readonly Item[], records: number, bytes: number): void {
    if (!this.#mayTake(bytes)) {
      this.leftOut += records;
      return;
    }
    const whole = items.some(isPart) ? items.filter(endsRecord).map(recordOf) : (items as RecordItem[]);
    const newest = whole.slice(-this.#recordsMax);
    this.leftOut += whole.length - newest.length;
    if (newest.length > 0) {
      this.#keep(newest);
    }
  }

  /**
   * In the order in which they were stored: that of a writer's seq only within one batch. Those that give way while they are
   * gone through are left out, and so are those of batches that were kept before `after` records were, and what is not wanted.
   */
  *all(
    after = 0,
    isWanted: (writer: string, seq: number) => boolean = () => true,
  ): IterableIterator<RecentRecord> {
    for (const kept of this.#kept.filter((each) => each.after + each.records > after)) {
      for (let index = 0; index < kept.records && !kept.gone; index++) {
        if (isWanted(kept.writers[index]!, kept.seqs[index]!)) yield this.#recordAt(kept, index);
      }
    }
  }

  /** Which those are that were kept after so many, and are here still. */
  ranges(after: number): RecentRange[] {
    const ranges: RecentRange[] = [];
    for (const kept of this.#kept) {
      for (let index = Math.max(0, after - kept.after); index < kept.records; index++) {
        addTo(ranges, kept.writers[index]!, kept.seqs[index]!, kept.timestamps[index]!);
      }
    }
    return ranges;
  }

  /** Undefined when it is not here, or not any more. */
  find(writer: string, seq: number): RecentRecord | undefined {
    for (const kept of this.#kept) {
      for (let at = kept.seqs.indexOf(seq); at >= 0; at = kept.seqs.indexOf(seq, at + 1)) {
        if (kept.writers[at] === writer) {
          return this.#recordAt(kept, at);
        }
      }
    }
    return undefined;
  }

  #mayTake(bytes: number): boolean {
    const now = this.#elapsed();
    const earned = ((now - this.#budgetAtMs) / 1000) * this.#bytesPerSecond;
    this.#budgetAtMs = now;
    this.#budgetBytes = Math.min(this.#bytesPerSecond, this.#budgetBytes + earned);
    // A batch that is larger than a second's share goes through after a quiet second, and is paid for later.
    if (bytes > this.#bytesMax || this.#budgetBytes < Math.min(bytes, this.#bytesPerSecond)) {
      return false;
    }
    this.#budgetBytes -= bytes;
    return true;
  }

  #keep(records: readonly RecordItem[]): void {
    const { stretches, stretchOf } = stretchesOf(records);
    const bytes = stretches.reduce((sum, { start, end }) => sum + end - start, 0);
    if (bytes > this.#bytesMax) {
      this.leftOut += records.length;
      return;
    }
    this.#ring ??= Buffer.allocUnsafeSlow(this.#bytesMax);
    const from = this.#roomFor(bytes, records.length);
    const shifts: number[] = [];
    let at = from;
    for (const { bytes: source, start, end } of stretches) {
      source.copy(this.#ring, at, start, end);
      shifts.push(at - start);
      at += end - start;
    }
    this.#kept.push({ after: this.#added, ...columnsOf(records, stretchOf, shifts, from, at) });
    this.#records += records.length;
    this.#added += records.length;
    this.#head = at;
  }

  /** Where so many bytes go next; the oldest that lie there, or are too many, are gone. */
  #roomFor(bytes: number, records: number): number {
    const wraps = this.#head + bytes > this.#bytesMax;
    const from = wraps ? 0 : this.#head;
    for (let oldest = this.#kept[0]; oldest !== undefined; oldest = this.#kept[0]) {
      // After the head lie the oldest, up to the end; those that are not reached by a turn are given up with it.
      const isBehindHead = wraps && oldest.from >= this.#head;
      const overlaps = oldest.from < from + bytes && oldest.to > from;
      if (!isBehindHead && !overlaps && this.#records + records <= this.#recordsMax) {
        break;
      }
      this.#kept.shift();
      oldest.gone = true;
      this.#records -= oldest.records;
    }
    return from;
  }

  #recordAt(kept: Kept, index: number): RecentRecord {
    return {
      writer: kept.writers[index]!,
      seq: kept.seqs[index]!,
      timestamp: kept.timestamps[index]!,
      service: kept.services[index]!,
      type: kept.types[index]!,
      // What is in the ring is overwritten.
      line: Buffer.from(this.#ring!.subarray(kept.starts[index]!, kept.ends[index]!)),
    };
  }
}

/** The stretches that hold the lines, and for each record which. */
function stretchesOf(records: readonly RecordItem[]): {
  readonly stretches: readonly Stretch[];
  readonly stretchOf: Uint32Array;
} {
  const stretches: Stretch[] = [];
  const stretchOf = new Uint32Array(records.length);
  let last = 0;
  for (let index = 0; index < records.length; index++) {
    const { bytes, start, end } = records[index]!;
    if (!continues(stretches[last], bytes, start)) {
      last = stretches.length - 1;
      const least = Math.max(0, stretches.length - STRETCHES_OPEN_MAX);
      while (last >= least && !continues(stretches[last], bytes, start)) {
        last--;
      }
      if (last < least) {
        last = stretches.length;
        stretches.push({ bytes, start, end });
      }
    }
    stretches[last]!.end = end;
    stretchOf[index] = last;
  }
  return { stretches, stretchOf };
}

function continues(stretch: Stretch | undefined, bytes: Buffer, start: number): boolean {
  return (
    stretch !== undefined &&
    stretch.bytes === bytes &&
    start >= stretch.end &&
    start - stretch.end <= GAP_BYTES_MAX
  );
}

/** `shifts`: by how much the lines of each stretch are moved. */
function columnsOf(
  records: readonly RecordItem[],
  stretchOf: Uint32Array,
  shifts: readonly number[],
  from: number,
  to: number,
): Omit<Kept, "after"> {
  const count = records.length;
  const starts = new Uint32Array(count);
  const ends = new Uint32Array(count);
  const seqs = new Float64Array(count);
  const timestamps = new Float64Array(count);
  const writers = new Array<string>(count);
  const services = new Array<string>(count);
  const types = new Array<string>(count);
  for (let index = 0; index < count; index++) {
    const record = records[index]!;
    const shift = shifts[stretchOf[index]!]!;
    starts[index] = record.start + shift;
    ends[index] = record.end + shift;
    seqs[index] = record.seq;
    timestamps[index] = record.timestamp;
    writers[index] = record.writer;
    services[index] = record.service;
    types[index] = record.type;
  }
  return { from, to, records: count, starts, ends, seqs, timestamps, writers, services, types, gone: false };
}

/** Mostly many records of one writer follow each other. */
function addTo(ranges: RecentRange[], writer: string, seq: number, timestamp: number): void {
  const last = ranges.at(-1);
  if (last?.writer === writer && last.to + 1 === seq) {
    last.to = seq;
    last.newestMs = Math.max(last.newestMs, timestamp);
  } else {
    ranges.push({ writer, from: seq, to: seq, newestMs: timestamp });
  }
}
