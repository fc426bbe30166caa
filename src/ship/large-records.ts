/**
 * What became of the parts of large records of which the last part is not done with.
 *
 * A record is acknowledged with its last part. When that has to wait, the whole record is read from the buffer again, and its
 * first parts must not be sent twice. When one part is refused for good, the record is a dead letter, once and whole, and
 * its further parts are of no use. Only this process knows of them: its death doubles them, or the letter.
 */
import { endsRecord, type Item, isPart, type RecordPart } from "../batch/batch.js";

/** Of more large records than this the oldest is forgotten. */
const RECORDS_MAX = 10_000;

/** All parts of the record are done with: it is a dead letter. */
const BURIED = Number.POSITIVE_INFINITY;

export class LargeRecords {
  /** The number of parts that are done with, by record. */
  readonly #done = new Map<string, number>();

  /** The items that are not done with. */
  pending(items: readonly Item[]): readonly Item[] {
    return this.#done.size === 0
      ? items
      : items.filter((item) => !isPart(item) || item.part > this.#doneOf(item));
  }

  /** Parts of a record are stored one after the other. */
  stored(items: readonly Item[]): void {
    for (const item of items) {
      if (isPart(item)) {
        this.#set(item, item.part);
      }
    }
  }

  /** The records are dead letters; `items` are those of their parts that were at hand. */
  buried(items: readonly Item[]): void {
    for (const item of items) {
      if (isPart(item)) {
        this.#set(item, BURIED);
      }
    }
  }

  /** Those that belong to dead letters. A record whose last part is among them is done with, and forgotten. */
  takeBuried(items: readonly Item[]): readonly Item[] {
    if (this.#done.size === 0) {
      return [];
    }
    const buried = items.filter(isPart).filter((item) => this.#doneOf(item) === BURIED);
    for (const item of buried) {
      if (endsRecord(item)) {
        this.#done.delete(nameOf(item));
      }
    }
    return buried;
  }

  #doneOf(item: RecordPart): number {
    return this.#done.get(nameOf(item)) ?? 0;
  }

  #set(item: RecordPart, done: number): void {
    const name = nameOf(item);
    this.#done.delete(name);
    if (!endsRecord(item)) {
      this.#done.set(name, done);
      if (this.#done.size > RECORDS_MAX) {
        this.#done.delete(this.#done.keys().next().value!);
      }
    }
  }
}

function nameOf({ record: { writer, seq } }: RecordPart): string {
  return `${writer}-${seq}`;
}
