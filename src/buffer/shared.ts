/**
 * The records of this process's loggers that keep no journal, read where they stand in memory that both threads share
 * (`journal/shared-segments.ts`). Each writer is a source; what is acknowledged, and all before it, may be written over by it.
 *
 *     told of a segment ──► read up to COMMIT ──► acknowledged: STORED ──a later segment is there──► let go of: HELD
 *
 * Nothing outlives the process here: neither records nor memos.
 */
import { COMMIT_WORD, COUNT_WORD, FIRST_SEQ_DOUBLE, SEGMENT_HEADER_BYTES } from "../journal/format.js";
import { FrameRecords } from "../journal/frame-records.js";
import { Frames } from "../journal/frames.js";
import { type Acknowledged, END, HELD, type SharedNews, STORED } from "../journal/shared-segments.js";
import { ownIdentity } from "../system/process.js";
import type { Chunk, LogBuffer, OrdinalRange, Source, StoredRecord, Waiting } from "./buffer.js";
import { MemoryMemo } from "./memory-memo.js";
import { AcknowledgedRanges } from "./ranges.js";

export class SharedBuffer implements LogBuffer {
  readonly #sources = new Map<string, SharedSource>();

  take(news: SharedNews): void {
    const { writer } = news;
    let source = this.#sources.get(writer);
    if ("givenUp" in news) {
      source?.giveUp(news.givenUp);
      return;
    }
    if (source === undefined) {
      source = new SharedSource(writer, news.control);
      this.#sources.set(writer, source);
    }
    source.begin(news.number, news.memory);
  }

  claim(): Source[] {
    for (const [writer, source] of this.#sources) {
      if (source.finished()) {
        this.#sources.delete(writer);
      }
    }
    return [...this.#sources.values()];
  }

  /** Of each writer, what is acknowledged, for its count of what is left. */
  acknowledged(): Acknowledged[] {
    return [...this.#sources].map(([writer, source]) => ({
      writer,
      acknowledged: source.acknowledgedBeyond,
    }));
  }

  /** Asked by those outside of the process, who see nothing of it. */
  flushRequestedAtMs(): number {
    return 0;
  }

  async close(): Promise<void> {}
}

/** A segment as it is read. */
class SharedSegment {
  readonly frames: Frames;
  readonly #words: Int32Array;
  readonly firstSeq: number;
  /** Where the next frame begins. */
  position = SEGMENT_HEADER_BYTES;

  constructor(
    readonly number: number,
    memory: SharedArrayBuffer,
  ) {
    this.#words = new Int32Array(memory);
    this.frames = new Frames(memory, memory.byteLength);
    this.firstSeq = new Float64Array(memory)[FIRST_SEQ_DOUBLE]!;
  }

  /** Where the published frames end. */
  get commit(): number {
    return Atomics.load(this.#words, COMMIT_WORD) * 8;
  }

  get endSeq(): number {
    return this.firstSeq + this.#words[COUNT_WORD]!;
  }
}

class SharedSource implements Source {
  readonly host = ownIdentity().host;
  readonly memo = new MemoryMemo();
  readonly #control: BigInt64Array;
  readonly #records: FrameRecords;
  readonly #acknowledged: AcknowledgedRanges;
  /** In order of number; the last one is being written. */
  #segments: SharedSegment[] = [];
  #nextSeq: number;

  constructor(
    readonly name: string,
    control: SharedArrayBuffer,
  ) {
    this.#control = new BigInt64Array(control);
    this.#records = new FrameRecords(name);
    this.#nextSeq = this.#stored;
    this.#acknowledged = new AcknowledgedRanges(this.#nextSeq);
  }

  begin(number: number, memory: SharedArrayBuffer): void {
    this.#segments.push(new SharedSegment(number, memory));
    this.#forgetGivenUp();
  }

  /** Its writer needed the room, and has counted what stood in it. */
  giveUp(number: number): void {
    this.#segments = this.#segments.filter((segment) => segment.number !== number);
    this.#forgetGivenUp();
  }

  /** Beyond STORED. */
  get acknowledgedBeyond(): readonly OrdinalRange[] {
    return this.#acknowledged.beyond;
  }

  unread(): Waiting {
    let records = 0;
    let bytes = 0;
    let oldestMs: number | undefined;
    for (const { commit, position, firstSeq, endSeq, frames } of this.#segments) {
      if (position < commit) {
        records += Math.max(0, endSeq - Math.max(firstSeq, this.#nextSeq));
        bytes += commit - position;
        oldestMs ??= frames.timestampAt(position);
      }
    }
    return { records, bytes, oldestMs };
  }

  read(bytesMax: number): Chunk {
    const records: StoredRecord[] = [];
    let bytes = 0;
    for (const segment of this.#segments) {
      const { frames, commit } = segment;
      while (segment.position < commit) {
        const at = segment.position;
        const seq = frames.seqAt(at);
        if (seq >= this.#nextSeq && !this.#acknowledged.has(seq)) {
          bytes += frames.lineBytesAt(at);
          if (records.length > 0 && bytes > bytesMax) {
            return { records, drained: false };
          }
          records.push(this.#records.at(frames, at));
          this.#nextSeq = seq + 1;
        }
        segment.position += frames.frameBytesAt(at);
      }
    }
    return { records, drained: records.length === 0 };
  }

  rewind(): void {
    this.#nextSeq = this.#stored;
    for (const segment of this.#segments) {
      segment.position = SEGMENT_HEADER_BYTES;
    }
  }

  acknowledge(ranges: readonly OrdinalRange[]): void {
    for (const range of ranges) {
      this.#acknowledged.add(range);
    }
    const next = this.#acknowledged.contiguous;
    if (next > this.#stored) {
      Atomics.store(this.#control, STORED, BigInt(next));
      Atomics.notify(this.#control, STORED);
    }
    this.#letGo();
  }

  finished(): boolean {
    const end = Atomics.load(this.#control, END);
    return end >= 0n && BigInt(this.#stored) >= end;
  }

  get #stored(): number {
    return Number(Atomics.load(this.#control, STORED));
  }

  /** What stood before the first segment that is left never comes. */
  #forgetGivenUp(): void {
    this.acknowledge([{ from: 0, to: this.#segments[0]!.firstSeq - 1 }]);
  }

  /** Of the segments that another one follows, and that the store has taken. */
  #letGo(): void {
    while (this.#segments.length > 1 && this.#segments[1]!.firstSeq <= this.#stored) {
      this.#segments.shift();
    }
    const first = this.#segments[0];
    if (first !== undefined) {
      Atomics.store(this.#control, HELD, BigInt(first.number));
    }
  }
}
