/**
 * Proves from what is stored which records of each writer are there, missing, doubled or out of order.
 *
 * For every writer `distinct + incomplete + lost` is the number of records that are known to have been written: the
 * highest seq seen plus one, or the expected count if that is higher.
 */
import { refuseValue } from "../system/refusal.js";
import { type LineId, lineIdOf } from "./line-id.js";
import type { LogStore } from "./log-store.js";
import { SeqSet } from "./seq-set.js";

/** How many records are there, missing, doubled or out of order. */
export interface Tally {
  /** Records that are stored whole, each counted once. */
  readonly distinct: number;
  /** Events that repeat a record, or a part of one, which is stored already. */
  readonly duplicates: number;
  /**
   * Events that stand behind an event of the same writer with a higher seq (or part) in the stream's reading order.
   * Duplicates are not among them.
   */
  readonly outOfOrder: number;
  /** Records of which nothing is stored. */
  readonly lost: number;
  /** Records of which some parts are stored and others are not. */
  readonly incomplete: number;
}

/** The same of one writer. */
export interface WriterTally extends Tally {
  /** The first lost seqs, at most ten. */
  readonly lostFirst: readonly number[];
}

/** The same of all writers together. */
export interface TallyReport extends Tally {
  /** By the writer's id. */
  readonly writers: Readonly<Record<string, WriterTally>>;
  /** Events that are no dragonlog lines. */
  readonly foreign: number;
}

/** How many records each writer is known to have written. */
export type ExpectedCounts = Readonly<Record<string, number>> | ReadonlyMap<string, number>;

const lostFirstMax = 10;

export function tallyOf(store: LogStore, expected: ExpectedCounts = {}): TallyReport {
  const writers = new Map<string, WriterCount>();
  const countOf = (writer: string) => {
    const known = writers.get(writer) ?? new WriterCount();
    writers.set(writer, known);
    return known;
  };
  for (const [writer, count] of expected instanceof Map ? expected : Object.entries(expected)) {
    if (!Number.isSafeInteger(count) || count < 0)
      throw refuseValue(`The count of ${writer}`, count, "an integer from 0");
    countOf(writer).expect(count);
  }

  let foreign = 0;
  for (const group of store.groups.values()) {
    for (const { events } of group.streams.values()) {
      for (const count of writers.values()) count.startStream();
      for (let rank = 0; rank < events.count; rank++) {
        const id = lineIdOf(events.at(rank).message);
        if (id === undefined) foreign += 1;
        else countOf(id.writer).add(id);
      }
    }
  }

  const reports = [...writers].map(([writer, count]) => [writer, count.report()] as const);
  const sum = (of: keyof Tally) => reports.reduce((total, [, tally]) => total + tally[of], 0);
  return {
    distinct: sum("distinct"),
    duplicates: sum("duplicates"),
    outOfOrder: sum("outOfOrder"),
    lost: sum("lost"),
    incomplete: sum("incomplete"),
    foreign,
    writers: Object.fromEntries(reports),
  };
}

class WriterCount {
  /** Seqs of which at least one event is stored. */
  readonly #seen = new SeqSet();
  /** By seq, the parts that are stored of a record that came in parts, and how many it has. */
  readonly #parts = new Map<number, { readonly stored: Set<number>; readonly parts: number }>();
  #written = 0;
  #duplicates = 0;
  #outOfOrder = 0;
  #lastSeq = -1;
  #lastPart = 0;

  expect(count: number): void {
    this.#written = Math.max(this.#written, count);
  }

  /** Order is a matter of one stream: a writer may write to several. */
  startStream(): void {
    this.#lastSeq = -1;
    this.#lastPart = 0;
  }

  add(id: LineId): void {
    this.expect(id.seq + 1);
    if (!this.#isNew(id)) {
      this.#duplicates += 1;
      return;
    }
    const { seq, part } = id;
    if (seq < this.#lastSeq || (seq === this.#lastSeq && part < this.#lastPart)) {
      this.#outOfOrder += 1;
    } else {
      this.#lastSeq = seq;
      this.#lastPart = part;
    }
  }

  report(): WriterTally {
    let incomplete = 0;
    for (const { stored, parts } of this.#parts.values()) if (stored.size < parts) incomplete += 1;
    return {
      distinct: this.#seen.size - incomplete,
      duplicates: this.#duplicates,
      outOfOrder: this.#outOfOrder,
      lost: this.#written - this.#seen.size,
      incomplete,
      lostFirst: this.#seen.missing(this.#written, lostFirstMax),
    };
  }

  #isNew({ seq, part, parts }: LineId): boolean {
    const first = this.#seen.add(seq);
    if (parts === 1) return first;
    const known = this.#parts.get(seq);
    if (known === undefined) {
      if (first) this.#parts.set(seq, { stored: new Set([part]), parts });
      return first;
    }
    if (known.stored.has(part)) return false;
    known.stored.add(part);
    return true;
  }
}
