import type { LetterPlace } from "./read-letters.js";

/** A letter as a step of a replay sorts it. */
export interface Candidate extends LetterPlace {
  readonly timestamp: number;
  /** Of the record's own id; `writer` is empty for a line without one. */
  readonly writer: string;
  readonly seq: number;
}

/** By (timestamp, writer, seq), as everything is delivered; see `batch/order.ts`. */
function compare(a: Candidate, b: Candidate): number {
  if (a.timestamp !== b.timestamp) return a.timestamp - b.timestamp;
  if (a.writer !== b.writer) return a.writer < b.writer ? -1 : 1;
  return a.seq - b.seq;
}

export function isSameRecord(a: Candidate, b: Candidate | undefined): boolean {
  return b !== undefined && a.writer !== "" && compare(a, b) === 0;
}

/** The earliest of any number of letters, in memory for twice as many as are wanted. */
export class EarliestLetters {
  #candidates: Candidate[] = [];

  constructor(
    readonly lettersMax: number,
    readonly bytesMax: number,
  ) {}

  offer(candidate: Candidate): void {
    this.#candidates.push(candidate);
    // One more than is wanted, to see whether the cut goes through a millisecond.
    if (this.#candidates.length > 2 * this.lettersMax + 1) this.#trim(this.lettersMax + 1);
  }

  /**
   * At most about `bytesMax` bytes, in order. Not cut within a millisecond, so that what a writer logged in one stays
   * together; only where one alone is too much.
   */
  take(): Candidate[] {
    this.#trim(this.lettersMax + 1);
    const all = this.#candidates;
    let end = 0;
    for (let bytes = 0; end < Math.min(all.length, this.lettersMax); end++) {
      bytes += all[end]!.bytes;
      if (end > 0 && bytes > this.bytesMax) break;
    }
    if (end === all.length) return all;
    const whole = all.findIndex(({ timestamp }) => timestamp === all[end]!.timestamp);
    return all.slice(0, whole > 0 ? whole : end);
  }

  #trim(length: number): void {
    this.#candidates.sort(compare);
    this.#candidates = this.#candidates.slice(0, length);
  }
}
