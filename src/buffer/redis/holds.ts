/**
 * Blocks that are held back because the store has lost what was before them (series.ts): of each writer the first, from where
 * on all of it is read again when what is missing has come, or was waited for long enough.
 */
import type { Clock } from "../../system/clock.js";
import { compareIds, FIRST } from "./entry-id.js";
import type { Series } from "./series.js";
import type { Place, TrackedBlock } from "./tracked-blocks.js";

interface Hold {
  readonly place: Place;
  readonly firstSeq: number;
  /** By `elapsed`. */
  readonly sinceMs: number;
}

/** Seqs of a writer that the store does not have. */
export interface Gap {
  readonly writer: string;
  readonly from: number;
  readonly to: number;
}

export class Holds {
  readonly #clock: Clock;
  readonly #waitMs: number;
  readonly #seriesOf: (writer: string) => Series;
  readonly #holds = new Map<string, Hold>();
  /** Up to which entry the blocks of a writer are not held back any more. */
  readonly #heldEnough = new Map<string, string>();

  constructor(clock: Clock, waitMs: number, seriesOf: (writer: string) => Series) {
    this.#clock = clock;
    this.#waitMs = waitMs;
    this.#seriesOf = seriesOf;
  }

  /** Whether the block comes too early; that is noted. */
  holdBack({ writer, firstSeq, id, place }: TrackedBlock): boolean {
    const enough = compareIds(id, this.#heldEnough.get(writer) ?? FIRST) <= 0;
    if (enough || firstSeq <= this.#seriesOf(writer).top) {
      return false;
    }
    if (!this.#holds.has(writer)) {
      this.#holds.set(writer, { place, firstSeq, sinceMs: this.#clock.elapsed() });
    }
    return true;
  }

  /**
   * Where to read again what is held back in vain: its writer says, by a block further on, that nothing is sent before that one's
   * records any more. `before`: the entry in front of it.
   */
  overtaken(writer: string, firstSeq: number, seq: number, before: string): Place | undefined {
    const hold = this.#holds.get(writer);
    if (hold === undefined || firstSeq > this.#seriesOf(writer).top || seq < hold.firstSeq) {
      return undefined;
    }
    this.#holds.delete(writer);
    this.#heldEnough.set(writer, before);
    return hold.place;
  }

  /** Where to read again what need not be held back any more; `readTo`: the last entry that was read. */
  release(readTo: string): Place | undefined {
    for (const [writer, { place, firstSeq, sinceMs }] of this.#holds) {
      const filled = firstSeq <= this.#seriesOf(writer).top;
      if (filled || this.#clock.elapsed() - sinceMs >= this.#waitMs) {
        this.#holds.delete(writer);
        if (!filled) {
          this.#heldEnough.set(writer, readTo);
        }
        return place;
      }
    }
    return undefined;
  }

  get gap(): Gap | undefined {
    for (const [writer, { firstSeq }] of this.#holds) {
      return { writer, from: this.#seriesOf(writer).top, to: firstSeq - 1 };
    }
    return undefined;
  }

  /** Everything is read again. */
  startAgain(): void {
    this.#holds.clear();
  }

  /** The entries up to this one are deleted. */
  forgetUpTo(id: string): void {
    for (const [writer, upTo] of this.#heldEnough) {
      if (compareIds(upTo, id) <= 0) {
        this.#heldEnough.delete(writer);
      }
    }
  }
}
