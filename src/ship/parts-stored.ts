/**
 * Which parts of large records stand in the destination already, while the record's last part is not stored.
 *
 * A record is acknowledged with its last part. When that has to wait, the whole record is read from the buffer again,
 * and its first parts must not be sent twice. Only this process knows of them: its death doubles them.
 */
import type { Item } from "../batch/batch.js";

/** Of more large records than this the oldest is forgotten, and its parts may be doubled. */
const RECORDS_MAX = 10_000;

export class PartsStored {
  /** The number of parts stored, by record. */
  readonly #stored = new Map<string, number>();

  /** The items that are not among them. */
  without(items: readonly Item[]): readonly Item[] {
    return this.#stored.size === 0
      ? items
      : items.filter(({ record, part }) => part > (this.#stored.get(nameOf(record)) ?? 0));
  }

  /** Parts of a record are stored one after the other. */
  add(items: readonly Item[]): void {
    for (const { record, part, parts } of items) {
      if (parts === 1) {
        continue;
      }
      const name = nameOf(record);
      this.#stored.delete(name);
      if (part < parts) {
        this.#stored.set(name, part);
        if (this.#stored.size > RECORDS_MAX) {
          this.#stored.delete(this.#stored.keys().next().value!);
        }
      }
    }
  }
}

function nameOf({ writer, seq }: { readonly writer: string; readonly seq: number }): string {
  return `${writer}-${seq}`;
}
