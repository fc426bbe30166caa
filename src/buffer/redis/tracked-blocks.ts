/**
 * The blocks of a partition that were read and are not deleted, in order of their place in the stream.
 *
 * Each record that lies in a block has an ordinal, whether it is given to the shipper or not: the number of records before it
 * since the stream began. So a record has the same ordinal for every shipper, and what one noted of it by its ordinal (the
 * memo) means the same to the next. For that the place where the next one reads on is written down with its ordinal, in the
 * hash `{p}:cursor`:
 *
 *     <token>    [id of the last entry that is deleted, or may be; ordinal of the first record behind it; run ids of the servers]
 *
 * The highest id counts: a holder that came too late has written a lower one. Another server may have given the same ids to other
 * entries, so there all that is there is read.
 *
 * A block that says by its `firstSeq` that nothing comes before its records says so of what no block before it has: what these
 * have is theirs, and is delivered by them alone. A writer without a journal says it after every loss, not knowing what is left.
 *
 * Invariant: the blocks' ordinals rise and do not overlap.
 */
import type { OrdinalRange } from "../buffer.js";
import type { Block } from "./block.js";
import { compareIds, FIRST } from "./entry-id.js";

/** Between two entries. */
export interface Place {
  /** The entry before it. */
  readonly after: string;
  /** Of the first record behind it. */
  readonly ordinal: number;
}

const START: Place = { after: FIRST, ordinal: 0 };

export interface TrackedBlock {
  /** In front of it. */
  readonly place: Place;
  readonly id: string;
  readonly writer: string;
  /** From here on to its first record there is nothing; see series.ts. */
  readonly firstSeq: number;
  /** As it says itself: lower where blocks before it have some of that. */
  readonly saidFirstSeq: number;
  readonly records: number;
  /** The seq of each record; undefined where they have no holes from `firstSeq` on. */
  readonly seqs: readonly number[] | undefined;
}

type SomeOfBlock = Pick<Block, "writer" | "firstSeq" | "items">;

function trackedBlock(place: Place, id: string, block: SomeOfBlock, firstSeq = block.firstSeq): TrackedBlock {
  const { writer, firstSeq: saidFirstSeq, items } = block;
  const last = items.at(-1)?.seq ?? firstSeq - 1;
  const seqs = last - firstSeq + 1 === items.length ? undefined : items.map(({ seq }) => seq);
  return { place, id, writer, firstSeq, saidFirstSeq, records: items.length, seqs };
}

export function behind({ place, id, records }: TrackedBlock): Place {
  return { after: id, ordinal: place.ordinal + records };
}

/** The seq of the record at `index`, or the one before the block at -1. */
function seqAt({ firstSeq, seqs }: TrackedBlock, index: number): number {
  return index < 0 || seqs === undefined ? firstSeq + index : seqs[index]!;
}

export function lastSeq(block: TrackedBlock): number {
  return seqAt(block, block.records - 1);
}

export class TrackedBlocks {
  #blocks: TrackedBlock[] = [];
  /** By writer: the seq behind its blocks that are here. */
  readonly #ends = new Map<string, number>();

  get length(): number {
    return this.#blocks.length;
  }

  get first(): TrackedBlock | undefined {
    return this.#blocks[0];
  }

  /** Behind the last one; 0 when there is none. */
  get endOrdinal(): number {
    const last = this.#blocks.at(-1);
    return last === undefined ? 0 : last.place.ordinal + last.records;
  }

  /** Adds a block whose place is at or behind the ones before it; one that is here already stays as it is. */
  track(place: Place, id: string, block: SomeOfBlock): TrackedBlock {
    if (this.endOrdinal > place.ordinal) {
      const known = this.#blocks[this.#at(place.ordinal)];
      return known?.id === id ? known : trackedBlock(place, id, block);
    }
    const { writer, items } = block;
    const end = this.#ends.get(writer) ?? 0;
    const firstSeq = Math.max(block.firstSeq, Math.min(items[0]?.seq ?? 0, end));
    const tracked = trackedBlock(place, id, block, firstSeq);
    this.#blocks.push(tracked);
    this.#ends.set(writer, Math.max(end, lastSeq(tracked) + 1));
    return tracked;
  }

  /** Forgets the blocks at the beginning for which `done`; the place behind the last of them. */
  shift(done: (block: TrackedBlock) => boolean): Place | undefined {
    let count = 0;
    while (count < this.#blocks.length && done(this.#blocks[count]!)) {
      count++;
    }
    const shifted = this.#blocks.splice(0, count);
    for (const block of shifted) {
      if (this.#ends.get(block.writer) === lastSeq(block) + 1) {
        this.#ends.delete(block.writer);
      }
    }
    const last = shifted.at(-1);
    return last && behind(last);
  }

  clear(): void {
    this.#blocks = [];
    this.#ends.clear();
  }

  /** The seqs of the records with these ordinals, and of those that do not exist before each; unknown ones are left out. */
  *seqsOf({ from, to }: OrdinalRange): Generator<{ writer: string; from: number; to: number }> {
    for (let at = this.#at(from); at < this.#blocks.length; at++) {
      const block = this.#blocks[at]!;
      const low = Math.max(0, from - block.place.ordinal);
      const high = Math.min(block.records - 1, to - block.place.ordinal);
      if (high < 0) {
        return;
      }
      if (low <= high) {
        yield { writer: block.writer, from: seqAt(block, low - 1) + 1, to: seqAt(block, high) };
      }
    }
  }

  /** Index of the first block that ends behind the ordinal. */
  #at(ordinal: number): number {
    let low = 0;
    let high = this.#blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const { place, records } = this.#blocks[middle]!;
      if (place.ordinal + records <= ordinal) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}

export function cursorText({ after, ordinal }: Place, runIds: readonly string[]): string {
  return JSON.stringify([after, ordinal, runIds]);
}

/** The place that was written last, by any holder. `runIds`: of the servers that there are, if that is known. */
export function readCursor(
  fields: ReadonlyMap<string, string>,
  runIds: readonly string[] | undefined,
): Place {
  let place = START;
  let isSame = false;
  for (const text of fields.values()) {
    try {
      const [after, ordinal, known = []] = JSON.parse(text) as [string, number, string[]];
      if (/^\d+-\d+$/.test(after) && Number.isSafeInteger(ordinal) && compareIds(after, place.after) > 0) {
        place = { after, ordinal };
        isSame = runIds?.every((runId) => known.includes(runId)) ?? false;
      }
    } catch {
      // Somebody else wrote it: then all that is there is read.
    }
  }
  return isSame ? place : { after: FIRST, ordinal: place.ordinal };
}
