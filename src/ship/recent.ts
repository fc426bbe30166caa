/**
 * Copies of the records that were delivered last, for whoever looks: they are deleted from the buffer by then.
 *
 *     batch is stored ──within the budget──► its lines are copied into one memory ──► kept until newer ones take its place
 *                     └──a backlog is caught up──► left out as a whole, and counted
 *
 * What is kept of a record here costs a few stores and its share of a copy; the objects that people read are made when
 * somebody asks. Lines that lie one after the other where they were read, as those of one writer do, are copied at once with
 * what lies between them.
 */
import { endsRecord, type Item, isPart, recordOf } from "../batch/batch.js";
import type { RecentRecord } from "../live/recent.js";

const BYTES_MAX = 8 << 20;
const RECORDS_MAX = 20_000;
/** What a second may copy. Nobody could read more, and a shipper that catches up has better things to do. */
const BYTES_PER_SECOND = 4 << 20;
/** What may lie between two lines that are copied at once: the head of a frame, and no record of somebody else's. */
const GAP_BYTES_MAX = 64;
/** What a record takes here beside its line. */
const RECORD_BYTES = 64;

export interface RecentOptions {
  /** As Clock.elapsed. */
  readonly elapsed: () => number;
  readonly bytesMax?: number;
  readonly recordsMax?: number;
  readonly bytesPerSecond?: number;
}

/** The records of one batch, in columns. */
interface Kept {
  readonly records: number;
  readonly bytes: number;
  readonly lines: Buffer;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly seqs: Float64Array;
  readonly timestamps: Float64Array;
  readonly writers: readonly string[];
  readonly services: readonly string[];
  readonly types: readonly string[];
}

export class Recent {
  /** Records that were delivered and never kept here, since the start. */
  leftOut = 0;
  readonly #elapsed: () => number;
  readonly #bytesMax: number;
  readonly #recordsMax: number;
  readonly #bytesPerSecond: number;
  /** By when they were stored, the oldest first. */
  readonly #kept: Kept[] = [];
  #records = 0;
  #bytes = 0;
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

  get bytes(): number {
    return this.#bytes;
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

  /** In the order in which they were stored: that of a writer's seq only within one batch. */
  *all(): IterableIterator<RecentRecord> {
    for (const kept of [...this.#kept]) {
      for (let index = 0; index < kept.records; index++) {
        yield recordAt(kept, index);
      }
    }
  }

  /** Undefined when it is not here, or not any more. */
  find(writer: string, seq: number): RecentRecord | undefined {
    for (const kept of this.#kept) {
      for (let at = kept.seqs.indexOf(seq); at >= 0; at = kept.seqs.indexOf(seq, at + 1)) {
        if (kept.writers[at] === writer) {
          return recordAt(kept, at);
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
    const kept = copyOf(records);
    if (kept.bytes > this.#bytesMax) {
      this.leftOut += kept.records;
      return;
    }
    this.#kept.push(kept);
    this.#records += kept.records;
    this.#bytes += kept.bytes;
    while (this.#records > this.#recordsMax || this.#bytes > this.#bytesMax) {
      const oldest = this.#kept.shift()!;
      this.#records -= oldest.records;
      this.#bytes -= oldest.bytes;
    }
  }
}

type RecordItem = ReturnType<typeof recordOf>;

/** A stretch of memory in which lines lie one after the other, and the lines in it. */
interface Stretch {
  readonly bytes: Buffer;
  readonly start: number;
  end: number;
  /** The index behind its last record. */
  to: number;
}

function copyOf(records: readonly RecordItem[]): Kept {
  const stretches = stretchesOf(records);
  const lineBytes = stretches.reduce((sum, { start, end }) => sum + end - start, 0);
  const count = records.length;
  const kept = {
    records: count,
    bytes: lineBytes + count * RECORD_BYTES,
    lines: Buffer.allocUnsafeSlow(lineBytes),
    starts: new Uint32Array(count),
    ends: new Uint32Array(count),
    seqs: new Float64Array(count),
    timestamps: new Float64Array(count),
    writers: new Array<string>(count),
    services: new Array<string>(count),
    types: new Array<string>(count),
  };
  let at = 0;
  let index = 0;
  for (const { bytes, start, end, to } of stretches) {
    bytes.copy(kept.lines, at, start, end);
    for (; index < to; index++) {
      const record = records[index]!;
      kept.starts[index] = at + record.start - start;
      kept.ends[index] = at + record.end - start;
      kept.seqs[index] = record.seq;
      kept.timestamps[index] = record.timestamp;
      kept.writers[index] = record.writer;
      kept.services[index] = record.service;
      kept.types[index] = record.type;
    }
    at += end - start;
  }
  return kept;
}

function stretchesOf(records: readonly RecordItem[]): Stretch[] {
  const stretches: Stretch[] = [];
  let open: Stretch | undefined;
  for (let index = 0; index < records.length; index++) {
    const { bytes, start, end } = records[index]!;
    if (open?.bytes === bytes && start >= open.end && start - open.end <= GAP_BYTES_MAX) {
      open.end = end;
      open.to = index + 1;
    } else {
      open = { bytes, start, end, to: index + 1 };
      stretches.push(open);
    }
  }
  return stretches;
}

function recordAt(kept: Kept, index: number): RecentRecord {
  return {
    writer: kept.writers[index]!,
    seq: kept.seqs[index]!,
    timestamp: kept.timestamps[index]!,
    service: kept.services[index]!,
    type: kept.types[index]!,
    line: kept.lines.subarray(kept.starts[index]!, kept.ends[index]!),
  };
}
