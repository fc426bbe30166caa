/**
 * The segments of a writer that keeps no journal: RAM that a worker thread reads where it stands and brings into a store.
 *
 *     free ─► active ─► sealed ──the store has taken all of it──► free again
 *                         └─ memory full, drop-oldest ─► given up
 *
 * Segments are told to the worker one by one, as they begin. What both sides look at all the time stands in `control`:
 *
 *     STORED   the first seq that the store has not taken; below it nothing is needed here any more
 *     HELD     the lowest number of a segment that the worker still looks at; those before it may be written anew
 *     END      the seq behind the last record, once nothing more will be written; -1 before
 *
 * The worker writes the first two, the writer the last. A worker that dies is started again and told of all segments, so that it
 * goes on from STORED. Invariant: what the worker may look at is never written to but behind COMMIT.
 */
import type { WorkerShare } from "../system/background-worker.js";
import { COMMIT_WORD, SEGMENT_HEADER_BYTES, TYPE_COUNT_WORD, TYPE_COUNTS } from "./format.js";
import { Frames } from "./frames.js";
import { Segment, stagingIn } from "./segment.js";
import { JournalCapReached, type SealedSegment, type Segments } from "./segments.js";

export const STORED = 0;
export const HELD = 1;
export const END = 2;
const CONTROL_BYTES = 3 * 8;

/** Free segments that are kept for their warm pages; the others are given back. */
const FREE_MAX = 2;

/** What the worker is told: of a segment that begins, or one that was given up. */
export type SharedNews =
  | {
      readonly writer: string;
      readonly control: SharedArrayBuffer;
      readonly number: number;
      readonly memory: SharedArrayBuffer;
    }
  | { readonly writer: string; readonly givenUp: number };

/** What the worker says: the records `from` to `to` are lost, both included, or as many of them as are counted. */
export interface WorkerLoss {
  readonly writer: string;
  readonly cause: "lost by the store" | "refused";
  readonly from: number;
  readonly to: number;
  readonly countsByType: Int32Array;
}

/** What the worker says at its end: beyond STORED, the store has these, both ends included, rising and apart. */
export interface Acknowledged {
  readonly writer: string;
  readonly acknowledged: readonly { readonly from: number; readonly to: number }[];
}

interface SharedSegmentsOptions {
  readonly writer: string;
  readonly segmentBytes: number;
  readonly journalBytesMax: number;
  readonly tell: (news: SharedNews) => void;
  readonly onLoss: (loss: WorkerLoss) => void;
}

/** Records that are still here, by type. */
type Left = Pick<SealedSegment, "firstSeq" | "countsByType">;

export class SharedSegments implements Segments, WorkerShare {
  readonly sealed: SealedSegment[] = [];
  readonly #options: SharedSegmentsOptions;
  readonly #memory = new SharedArrayBuffer(CONTROL_BYTES);
  readonly #control = new BigInt64Array(this.#memory);
  /** The sealed ones, and the active one behind them. */
  readonly #live: Segment[] = [];
  readonly #free: SharedArrayBuffer[] = [];
  #acknowledged: Acknowledged["acknowledged"] = [];
  #bytes = 0;

  constructor(options: SharedSegmentsOptions) {
    this.#options = options;
    Atomics.store(this.#control, END, -1n);
  }

  get bytes(): number {
    return this.#bytes;
  }

  next(number: number, firstSeq: number, nowMs: number, bytesMin: number): Segment {
    const { segmentBytes } = this.#options;
    const pages = Math.ceil(Math.max(bytesMin, segmentBytes) / SEGMENT_HEADER_BYTES);
    const segment = new Segment("shared", stagingIn(this.#take(pages * SEGMENT_HEADER_BYTES)), -1, "");
    segment.begin(number, firstSeq, nowMs);
    this.#live.push(segment);
    this.#options.tell(this.#newsOf(segment));
    return segment;
  }

  /** A free segment costs nothing to take. */
  prepareSoon(): void {}

  seal({ number, firstSeq, bytes, words }: Segment): void {
    const countsByType = words.slice(TYPE_COUNT_WORD, TYPE_COUNT_WORD + TYPE_COUNTS);
    this.sealed.push({ number, firstSeq, bytes: bytes.length, countsByType });
  }

  async synced(): Promise<void> {}

  deleteOldest(): SealedSegment | undefined {
    this.#takeBack();
    const oldest = this.sealed.shift();
    if (oldest === undefined) {
      return undefined;
    }
    const segment = this.#live.shift()!;
    this.#bytes -= oldest.bytes;
    // First: a worker that has heard of it moves STORED behind it.
    const left = countFrom(segment, this.#stored);
    this.#options.tell({ writer: this.#options.writer, givenUp: oldest.number });
    return { ...oldest, ...left };
  }

  /** There are no files that someone could delete. */
  discard(): void {}

  forget(): SealedSegment[] {
    return [];
  }

  close(active: Segment): void {
    Atomics.store(this.#control, END, BigInt(active.firstSeq + active.records));
  }

  /** What the store has not taken. */
  left(): Left {
    const countsByType = new Int32Array(TYPE_COUNTS);
    for (const segment of this.#live) {
      countFrom(segment, this.#stored, this.#acknowledged).countsByType.forEach((records, code) => {
        countsByType[code]! += records;
      });
    }
    return { firstSeq: Math.max(this.#stored, this.#live[0]?.firstSeq ?? 0), countsByType };
  }

  news(): SharedNews[] {
    return this.#live.map((segment) => this.#newsOf(segment));
  }

  hear(said: unknown): void {
    const mine = said as WorkerLoss | Acknowledged;
    if (mine.writer !== this.#options.writer) {
      return;
    }
    if ("acknowledged" in mine) {
      this.#acknowledged = mine.acknowledged;
    } else {
      this.#options.onLoss(mine);
    }
  }

  waitAtExit(ms: number): void {
    const last = this.#live.at(-1);
    const end = BigInt(last === undefined ? 0 : last.firstSeq + last.records);
    const deadline = performance.now() + ms;
    for (;;) {
      const stored = Atomics.load(this.#control, STORED);
      const leftMs = deadline - performance.now();
      if (stored >= end || leftMs <= 0) {
        return;
      }
      Atomics.wait(this.#control, STORED, stored, leftMs);
    }
  }

  get #stored(): number {
    return Number(Atomics.load(this.#control, STORED));
  }

  #newsOf({ number, bytes }: Segment): SharedNews {
    const { writer } = this.#options;
    return { writer, control: this.#memory, number, memory: bytes.buffer as unknown as SharedArrayBuffer };
  }

  #take(bytes: number): SharedArrayBuffer {
    const { segmentBytes, journalBytesMax } = this.#options;
    this.#takeBack();
    if (bytes === segmentBytes && this.#free.length > 0) {
      return this.#free.pop()!;
    }
    if (this.#bytes + bytes > journalBytesMax) {
      this.#bytes -= this.#free.splice(0).length * segmentBytes;
      if (this.#bytes + bytes > journalBytesMax) {
        throw new JournalCapReached("memory full");
      }
    }
    try {
      const memory = new SharedArrayBuffer(bytes);
      this.#bytes += bytes;
      return memory;
    } catch {
      // The machine has no more, before the cap is reached.
      throw new JournalCapReached("memory full");
    }
  }

  /** The store has taken these, and the worker looks at others. */
  #takeBack(): void {
    const held = Atomics.load(this.#control, HELD);
    while (this.sealed.length > 0 && BigInt(this.sealed[0]!.number) < held) {
      const { bytes } = this.sealed.shift()!;
      const segment = this.#live.shift()!;
      if (bytes === this.#options.segmentBytes && this.#free.length < FREE_MAX) {
        this.#free.push(segment.bytes.buffer as unknown as SharedArrayBuffer);
      } else {
        this.#bytes -= bytes;
      }
    }
  }
}

/** The records of a segment from `first` on, without those that are `acknowledged`. */
function countFrom(
  { firstSeq, words, bytes, records }: Segment,
  first: number,
  acknowledged: Acknowledged["acknowledged"] = [],
): Left {
  const countsByType = new Int32Array(TYPE_COUNTS);
  const frames = new Frames(bytes.buffer, words[COMMIT_WORD]! * 8);
  const from = Math.min(Math.max(first, firstSeq), firstSeq + records);
  let range = 0;
  for (let at = SEGMENT_HEADER_BYTES; at < frames.length; at += frames.frameBytesAt(at)) {
    const seq = frames.seqAt(at);
    while (range < acknowledged.length && acknowledged[range]!.to < seq) {
      range++;
    }
    if (seq >= from && seq < (acknowledged[range]?.from ?? Number.POSITIVE_INFINITY)) {
      countsByType[frames.typeCodeAt(at)]!++;
    }
  }
  return { firstSeq: from, countsByType };
}
