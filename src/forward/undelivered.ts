/**
 * What lies in the store and is not delivered, of a writer that keeps no journal: should the store lose it, nobody else could say
 * how many records there were. Neighbours are counted together where there are many blocks.
 */
import type { StoredRecord } from "../record/stored-record.js";
import { OTHER_TYPE, typeCodeOf } from "../record/types.js";

const ENTRIES_MAX = 1024;

/** Records of consecutive seqs, `from` to `to`, both included, but for those that never came to be. */
export interface CountedRange {
  readonly from: number;
  readonly to: number;
  readonly countsByType: Int32Array;
}

export class Undelivered {
  #entries: CountedRange[] = [];

  get records(): number {
    return this.#entries.reduce((sum, { countsByType }) => sum + totalOf(countsByType), 0);
  }

  add(records: readonly StoredRecord[]): void {
    const countsByType = new Int32Array(OTHER_TYPE + 1);
    for (const { type } of records) {
      countsByType[typeCodeOf(type)]!++;
    }
    this.#entries.push({ from: records[0]!.seq, to: records.at(-1)!.seq, countsByType });
    if (this.#entries.length > ENTRIES_MAX) {
      this.#entries = this.#entries.flatMap((_, at) =>
        at % 2 === 1 ? [] : (merged(this.#entries.slice(at, at + 2)) ?? []),
      );
    }
  }

  /** Everything below `seq` is delivered. */
  deliveredBelow(seq: number): void {
    const kept = this.#entries.findIndex(({ to }) => to >= seq);
    this.#entries.splice(0, kept < 0 ? this.#entries.length : kept);
  }

  /** All of it is gone. Undefined where there was nothing. */
  lose(): CountedRange | undefined {
    return merged(this.#entries.splice(0));
  }
}

function totalOf(countsByType: Int32Array): number {
  return countsByType.reduce((sum, count) => sum + count, 0);
}

function merged(entries: readonly CountedRange[]): CountedRange | undefined {
  const [first] = entries;
  if (first === undefined) {
    return undefined;
  }
  const countsByType = new Int32Array(OTHER_TYPE + 1);
  for (const entry of entries) {
    entry.countsByType.forEach((count, code) => {
      countsByType[code]! += count;
    });
  }
  return { from: first.from, to: entries.at(-1)!.to, countsByType };
}
