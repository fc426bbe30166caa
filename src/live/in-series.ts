/**
 * What was delivered lately and what a follower brings become one series: without doubles, and each writer's by seq.
 *
 *     delivered lately   1 2 3 4 5 6         merged by time, until the follower brings the writer itself
 *     follower                 4 5 6 7 8     from there on the writer is the follower's
 *     series             1 2 3 4 5 6 7 8
 *
 * Later, what was delivered and deleted between two reads of the follower stands in its place too, by its copies:
 *
 *     follower           9 10          16 17     a burst was in the buffer for less than the time between two reads
 *     copies                  11 … 15        18  asked for after the read: 18 may have others before it in the buffer, and waits
 *     series             9 10 11 … 15  16 17     for the next one
 */
import type { Followed, Hole } from "../follow/follower.js";
import { mergedByTime } from "../follow/merge.js";
import type { StoredRecord } from "../record/stored-record.js";
import { type RecentRange, type RecentRecord, storedRecent } from "./recent.js";

/** Writers whose place is remembered; of more, the one that came first is forgotten. */
const WRITERS_MAX = 10_000;

/** Copies that were passed on and that the follower has not come to yet; of more, the first are forgotten. */
const SHOWN_MAX = 100_000;

/** How far each writer was read: all up to this seq. */
export type Places = ReadonlyMap<string, number>;

export interface Merged {
  readonly series: StoredRecord[];
  /** Of the records that the read had missed, those that are passed on by their copies. */
  readonly filled: number;
}

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
  readonly #lists = new Set<string>();
  /** Copies that wait for a read that has all that may stand before them. */
  #held: readonly RecentRecord[] = [];
  /** Of a writer that nothing is known of, what is older was logged before anybody looked. */
  readonly #sinceMs: number;

  /** Nothing up to these places is passed on, and of other writers no copies from before `sinceMs`. */
  constructor(after: Places = new Map(), sinceMs = Number.NEGATIVE_INFINITY) {
    this.#sinceMs = sinceMs;
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

  /** Whether something may have passed before what a read has brought, or behind it. */
  mayLack({ records, holes = [], drained }: Followed): boolean {
    return drained || holes.length > 0 || records.some(({ writer }) => !this.#last.has(writer));
  }

  /** Whether there is a copy among them that was not passed on and is no older than the view. */
  wants({ writer, to, newestMs }: RecentRange): boolean {
    return this.#isAhead(writer, to, newestMs);
  }

  /**
   * What is to be passed on after a read, and how many of those that it missed were: `copies` are those that were asked for after
   * it. Not before `rest`.
   */
  mergeWith(read: Followed, copies: readonly RecentRecord[]): Merged {
    const { records, holes = [] } = read;
    const given = [...this.#held, ...copies].filter(({ writer, seq, timestamp }) =>
      this.#isAhead(writer, seq, timestamp),
    );
    const series = given.length === 0 ? this.merge(records) : this.#mergeCopies(read, given);
    return { series, filled: holes.reduce((sum, hole) => sum + this.#filledIn(hole), 0) };
  }

  /** These writers are lists: elements have other ids before a shipper numbers them, so a copy may be one that was seen. */
  leaveOutCopiesOf(lists: readonly string[]): void {
    for (const writer of lists) {
      if (this.#lists.has(writer)) continue;
      forgetFirst(this.#lists);
      this.#lists.add(writer);
    }
  }

  /** Bytes of the copies that wait. */
  get heldBytes(): number {
    return this.#held.reduce((sum, { line }) => sum + line.length, 0);
  }

  #mergeCopies(read: Followed, given: readonly RecentRecord[]): StoredRecord[] {
    const ends = this.#endsOf(read);
    const isDue = ({ writer, seq }: RecentRecord): boolean => seq <= (ends.get(writer) ?? -1);
    this.#held = given.filter((copy) => !isDue(copy));
    const lines = new Map(given.filter(isDue).map((copy) => [storedRecent(copy), copy]));
    const byWriter = new Map<string, StoredRecord[]>();
    // The follower's own before its copy.
    for (const record of [...read.records, ...lines.keys()]) {
      const before = byWriter.get(record.writer);
      if (before === undefined) byWriter.set(record.writer, [record]);
      else before.push(record);
    }
    const series: StoredRecord[] = [];
    for (const record of mergedByTime([...byWriter.values()].map((each) => each.sort(bySeq)))) {
      const copy = lines.get(record);
      if (copy === undefined) this.#push(series, record);
      else this.#pushRecent(series, copy);
    }
    return series;
  }

  /** Up to where, of each writer, nothing in the buffer is left unread: what was held since before a read to its end, or was read. */
  #endsOf({ records, drained }: Followed): Map<string, number> {
    const ends = new Map<string, number>();
    for (const { writer, seq } of drained ? [...records, ...this.#held] : records) {
      ends.set(writer, Math.max(seq, ends.get(writer) ?? -1));
    }
    return ends;
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
    forgetFirst(this.#shown, SHOWN_MAX);
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
    this.#setLast(writer, seq);
    series.push(record);
  }

  #setLast(writer: string, seq: number): void {
    if (!this.#last.has(writer)) forgetFirst(this.#last);
    this.#last.set(writer, seq);
  }

  #isAhead(writer: string, seq: number, timestamp: number): boolean {
    const last = this.#last.get(writer);
    const isAhead = last === undefined ? timestamp >= this.#sinceMs : seq > last;
    return isAhead && !this.#lists.has(writer);
  }

  /** How many of them were passed on by their copies, which are forgotten by that. */
  #filledIn({ writer, from, to }: Hole): number {
    let filled = 0;
    for (let seq = from; seq <= to && this.#shown.size > 0; seq++) {
      if (this.#shown.delete(idOf({ writer, seq }))) filled++;
    }
    return filled;
  }
}

function bySeq(a: Pick<StoredRecord, "seq">, b: Pick<StoredRecord, "seq">): number {
  return a.seq - b.seq;
}

function idOf({ writer, seq }: { readonly writer: string; readonly seq: number }): string {
  return `${writer}-${seq}`;
}

function forgetFirst(known: Map<string, unknown> | Set<string>, max = WRITERS_MAX): void {
  if (known.size < max) return;
  for (const first of known.keys()) {
    known.delete(first);
    return;
  }
}
