/**
 * The plain queue in RAM, for tests and for processes that ship what they log by themselves and have no disk: what is
 * not delivered dies with the process.
 *
 *     append ──► queue, one source ──read──► in the shipper's hands ──acknowledge──► its bytes are free again
 *                  └─► full: refused, and counted
 *
 * Invariant: `#records` holds the records from ordinal `#acknowledged.contiguous` on, without holes; `#next` is the
 * ordinal that is read next. Records that are acknowledged out of order keep their bytes until those before them are.
 */
import { hostname } from "node:os";
import { DragonlogError } from "../system/errors.js";
import type { Chunk, LogBuffer, OrdinalRange, Source, StoredRecord, Waiting } from "./buffer.js";
import { MemoryMemo } from "./memory-memo.js";
import { AcknowledgedRanges } from "./ranges.js";

export interface MemoryBufferOptions {
  /** Bytes of lines that may wait; what exceeds them is refused. */
  readonly bytesMax: number;
  /** Told with `DRAGONLOG_BUFFER_FULL` when the buffer begins to refuse; not again before it has taken a record. */
  readonly onFull?: (error: DragonlogError) => void;
}

/** Records that were refused because the buffer was full. */
export interface Refusals {
  readonly records: number;
  readonly bytes: number;
}

export class MemoryBuffer implements LogBuffer {
  readonly #options: MemoryBufferOptions;
  readonly #source: MemorySource;
  #refusals: Refusals = { records: 0, bytes: 0 };
  #refusing = false;
  #flushRequestedAtMs = 0;

  constructor(options: MemoryBufferOptions) {
    this.#options = options;
    this.#source = new MemorySource();
  }

  get refusals(): Refusals {
    return this.#refusals;
  }

  /** Bytes of lines that the buffer holds, those in a shipper's hands among them. */
  get bytes(): number {
    return this.#source.bytes;
  }

  /** Takes a record in, whose bytes must not change afterwards. False when it was refused. */
  append(record: Omit<StoredRecord, "ordinal">): boolean {
    const bytes = record.end - record.start;
    if (this.#source.bytes + bytes > this.#options.bytesMax) {
      this.#refuse(bytes);
      return false;
    }
    this.#refusing = false;
    this.#source.append(record);
    return true;
  }

  /** Nothing will be appended any more: the source goes away once everything is acknowledged. */
  end(): void {
    this.#source.end();
  }

  requestFlush(nowMs: number): void {
    this.#flushRequestedAtMs = nowMs;
  }

  claim(): Source[] {
    return this.#source.finished() ? [] : [this.#source];
  }

  flushRequestedAtMs(): number {
    return this.#flushRequestedAtMs;
  }

  async close(): Promise<void> {
    this.#source.rewind();
  }

  #refuse(bytes: number): void {
    const { bytesMax, onFull } = this.#options;
    this.#refusals = { records: this.#refusals.records + 1, bytes: this.#refusals.bytes + bytes };
    if (!this.#refusing) {
      this.#refusing = true;
      onFull?.(
        new DragonlogError(
          "DRAGONLOG_BUFFER_FULL",
          `The buffer in memory holds ${this.#source.bytes} of ${bytesMax} bytes; records are refused and counted.`,
          "Ship faster, log less, or give it more bytes.",
        ),
      );
    }
  }
}

class MemorySource implements Source {
  readonly name = "memory";
  readonly host = hostname();
  readonly memo = new MemoryMemo();
  bytes = 0;
  readonly #acknowledged = new AcknowledgedRanges();
  #records: StoredRecord[] = [];
  #appended = 0;
  #next = 0;
  #ended = false;

  append(record: Omit<StoredRecord, "ordinal">): void {
    this.#records.push({ ...record, ordinal: this.#appended++ });
    this.bytes += record.end - record.start;
  }

  end(): void {
    this.#ended = true;
  }

  /** Whatever is not acknowledged will be read again. */
  rewind(): void {
    this.#next = this.#acknowledged.contiguous;
  }

  unread(): Waiting {
    const records = this.#from(this.#next);
    return {
      records: records.length,
      bytes: records.reduce((sum, { start, end }) => sum + end - start, 0),
      oldestMs: records[0]?.timestamp,
    };
  }

  read(bytesMax: number): Chunk {
    const records: StoredRecord[] = [];
    let bytes = 0;
    for (const record of this.#from(this.#next)) {
      bytes += record.end - record.start;
      if (records.length > 0 && bytes > bytesMax) {
        break;
      }
      records.push(record);
    }
    this.#next = (records.at(-1)?.ordinal ?? this.#next - 1) + 1;
    return { records, drained: records.length === 0 };
  }

  acknowledge(ranges: readonly OrdinalRange[]): void {
    const before = this.#acknowledged.contiguous;
    for (const range of ranges) {
      this.#acknowledged.add(range);
    }
    for (const { start, end } of this.#records.splice(0, this.#acknowledged.contiguous - before)) {
      this.bytes -= end - start;
    }
    this.#next = Math.max(this.#next, this.#acknowledged.contiguous);
  }

  finished(): boolean {
    return this.#ended && this.#records.length === 0;
  }

  #from(ordinal: number): StoredRecord[] {
    return this.#records
      .slice(ordinal - this.#acknowledged.contiguous)
      .filter((record) => !this.#acknowledged.has(record.ordinal));
  }
}
