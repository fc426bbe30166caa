/**
 * What was delivered lately and what a follower brings become one series: without doubles, and each writer's by seq.
 *
 *     delivered lately   1 2 3 4 5 6         merged by time, until the follower brings the writer itself
 *     follower                 4 5 6 7 8     from there on the writer is the follower's
 *     series             1 2 3 4 5 6 7 8
 */
import type { StoredRecord } from "../record/stored-record.js";
import { type RecentRecord, storedRecent } from "./recent.js";

/** Writers whose place is remembered; of more, the one that came first is forgotten. */
const WRITERS_MAX = 10_000;

/** How far each writer was read: all up to this seq. */
export type Places = ReadonlyMap<string, number>;

interface Dated {
  readonly record: RecentRecord;
  /** Never before that of the writer's record before it, as its own timestamp may be where the caller gave it. */
  readonly atMs: number;
}

export class InSeries {
  /** Records that came when later ones of their writer had been passed on, since the last look. */
  #passed = 0;
  readonly #after: Places;
  readonly #last = new Map<string, number>();
  readonly #byFollower = new Set<string>();
  /** By time; those before `#next` are done with. */
  #recent: readonly Dated[] = [];
  #next = 0;
  /** Of those delivered lately that were passed on, to know them again. */
  readonly #shown = new Set<string>();

  /** Nothing up to these places is passed on. */
  constructor(after: Places = new Map()) {
    this.#after = after;
    for (const [writer, seq] of after) this.#last.set(writer, seq);
  }

  /** To be called before the first records of a follower are merged. */
  begin(recent: readonly RecentRecord[]): void {
    const atMs = new Map<string, number>();
    this.#recent = [...recent]
      .sort((a, b) => a.seq - b.seq)
      .map((record) => {
        const ms = Math.max(record.timestamp, atMs.get(record.writer) ?? Number.NEGATIVE_INFINITY);
        atMs.set(record.writer, ms);
        return { record, atMs: ms };
      })
      .sort((a, b) => a.atMs - b.atMs);
  }

  /** What is to be passed on next, with the next records of the follower. */
  merge(records: readonly StoredRecord[]): StoredRecord[] {
    const series: StoredRecord[] = [];
    for (const record of records) {
      this.#passOn(series, ({ atMs }) => atMs < record.timestamp);
      if (!this.#byFollower.has(record.writer)) this.#handOver(series, record);
      this.#push(series, record);
    }
    return series;
  }

  /** What was delivered lately and is left: there is nothing further in the buffer that would come before it. */
  rest(): StoredRecord[] {
    const series: StoredRecord[] = [];
    this.#passOn(series, () => true);
    this.#recent = [];
    this.#next = 0;
    return series;
  }

  takePassed(): number {
    const passed = this.#passed;
    this.#passed = 0;
    return passed;
  }

  #passOn(series: StoredRecord[], isDue: (dated: Dated) => boolean): void {
    for (; this.#next < this.#recent.length; this.#next++) {
      const dated = this.#recent[this.#next]!;
      if (!isDue(dated)) return;
      if (!this.#byFollower.has(dated.record.writer)) this.#pushRecent(series, dated.record);
    }
  }

  /** The follower has come to this writer, and brings all that follows of it. */
  #handOver(series: StoredRecord[], first: StoredRecord): void {
    for (const { record } of this.#recent.slice(this.#next)) {
      if (record.writer === first.writer && record.seq < first.seq) this.#pushRecent(series, record);
    }
    forgetFirst(this.#byFollower);
    this.#byFollower.add(first.writer);
  }

  #pushRecent(series: StoredRecord[], record: RecentRecord): void {
    if (record.seq <= (this.#last.get(record.writer) ?? -1)) return;
    this.#shown.add(idOf(record));
    this.#push(series, storedRecent(record));
  }

  #push(series: StoredRecord[], record: StoredRecord): void {
    const { writer, seq } = record;
    const last = this.#last.get(writer);
    if (last !== undefined && seq <= last) {
      const isKnown = seq <= (this.#after.get(writer) ?? -1) || this.#shown.delete(idOf(record));
      this.#passed += isKnown ? 0 : 1;
      return;
    }
    if (last === undefined) forgetFirst(this.#last);
    this.#last.set(writer, seq);
    series.push(record);
  }
}

function idOf({ writer, seq }: { readonly writer: string; readonly seq: number }): string {
  return `${writer}-${seq}`;
}

function forgetFirst(writers: Map<string, unknown> | Set<string>): void {
  if (writers.size < WRITERS_MAX) return;
  for (const first of writers.keys()) {
    writers.delete(first);
    return;
  }
}
