/**
 * Which source the records of each writer came from: delivered ones are acknowledged there, and where some stay, that
 * source has to be read again.
 *
 *     read: note ──► delivered: acknowledge
 *                └─► stays ──► rewind: the source is read again from its first record that is not acknowledged
 *
 * Writers come and go: one is forgotten when its source is gone, or has nothing of it on its way.
 *
 * Trouble with one source must not stop the others: it is told to `onFailure`, and the source is tried again.
 */
import type { OrdinalRange, Source, StoredRecord } from "../buffer/buffer.js";

export class Ledger {
  readonly #onFailure: (error: unknown) => void;
  readonly #sourceOf = new Map<string, Source>();
  readonly #staying = new Set<Source>();

  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  /** True when something that was read stays in the buffer. */
  get somethingStays(): boolean {
    return this.#staying.size > 0;
  }

  note(source: Source, records: readonly StoredRecord[]): void {
    for (let i = 0; i < records.length; i++) {
      // A source holds few writers, one after the other for the most part.
      const { writer } = records[i]!;
      if (i === 0 || writer !== records[i - 1]!.writer) {
        this.#sourceOf.set(writer, source);
      }
    }
  }

  sourceOf(writer: string): Source | undefined {
    return this.#sourceOf.get(writer);
  }

  /** The machine of a writer whose records were noted. */
  hostOf(writer: string): string {
    const source = this.#sourceOf.get(writer)!;
    return source.hostOf?.(writer) ?? source.host;
  }

  /** False when another shipper may have a source of these by now, or has it: then it is known here no more. */
  isHeld(records: readonly StoredRecord[]): boolean {
    const sources = new Set(records.map(({ writer }) => this.#sourceOf.get(writer)));
    return [...sources].every((source) => source !== undefined && (source.isHeld?.() ?? true));
  }

  /** Writers of which something is on its way, or was at the last `keepOnly`. */
  get writers(): number {
    return this.#sourceOf.size;
  }

  /** Forgets the sources that are gone, and the writers that are settled. To be called when all that was read is on its way. */
  keepOnly(open: readonly Source[]): void {
    const sources = new Set(open);
    for (const source of this.#staying) {
      if (!sources.has(source)) {
        this.#staying.delete(source);
      }
    }
    for (const [writer, source] of this.#sourceOf) {
      if (!sources.has(source) || source.isSettled?.(writer) === true) {
        this.#sourceOf.delete(writer);
      }
    }
  }

  acknowledge(records: readonly StoredRecord[]): void {
    const ranges = new Map<Source, { from: number; to: number }[]>();
    let lastWriter: string | undefined;
    let list: { from: number; to: number }[] | undefined;
    for (const { writer, ordinal } of records) {
      if (writer !== lastWriter) {
        lastWriter = writer;
        list = this.#listOf(writer, ranges);
      }
      if (list === undefined) {
        continue;
      }
      const last = list.at(-1);
      if (last !== undefined && last.to + 1 === ordinal) {
        last.to = ordinal;
      } else {
        list.push({ from: ordinal, to: ordinal });
      }
    }
    for (const [source, list] of ranges) {
      this.guarded(() => source.acknowledge(list satisfies OrdinalRange[]));
    }
  }

  #listOf<Range>(writer: string, ranges: Map<Source, Range[]>): Range[] | undefined {
    const source = this.#sourceOf.get(writer);
    const known = source && ranges.get(source);
    if (source === undefined || known !== undefined) {
      return known;
    }
    const list: Range[] = [];
    ranges.set(source, list);
    return list;
  }

  stays(records: readonly StoredRecord[]): void {
    for (const { writer } of records) {
      const source = this.#sourceOf.get(writer);
      if (source !== undefined) {
        this.#staying.add(source);
      }
    }
  }

  allStays(sources: readonly Source[]): void {
    for (const source of sources) {
      this.#staying.add(source);
    }
  }

  /** Nothing that was read may be on its way: it would be read, and sent, twice. */
  rewind(): void {
    for (const source of this.#staying) {
      this.guarded(() => source.rewind());
    }
    this.#staying.clear();
  }

  guarded<T>(call: () => T): T | undefined {
    try {
      return call();
    } catch (error) {
      this.#onFailure(error);
      return undefined;
    }
  }
}
