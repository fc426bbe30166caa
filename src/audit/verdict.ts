/**
 * What follows for one writer from what was found of it and what is known of the rest.
 *
 * The holes are taken apart in this order: what still waits in a journal, what is a dead letter, what the writer itself
 * says that it had to drop. What is left is missing.
 */
import type { DropReport } from "./drop-report.js";
import { type SeqRange, type SeqSet, without } from "./seq-set.js";
import type { WriterTally } from "./writer-tally.js";

/** What is known of one writer beside what was found in the destination. */
export interface Known {
  /** Records before the first one that was found lie outside what was looked at. */
  readonly beganBefore: boolean;
  readonly waiting: readonly SeqRange[];
  readonly dead: SeqSet | undefined;
  readonly drops: readonly DropReport[];
}

export const NOTHING_KNOWN: Known = { beganBefore: false, waiting: [], dead: undefined, drops: [] };

/** Numbers of records, where nothing else is said. */
export interface WriterVerdict {
  readonly writer: string;
  /** Seqs. */
  readonly first: number;
  readonly last: number;
  readonly found: number;
  readonly missing: number;
  /** The first of the missing, as ranges of seqs with both ends. */
  readonly missingFirst: readonly (readonly [from: number, to: number])[];
  /** Those of which only some parts were found. */
  readonly incomplete: number;
  /** Events. */
  readonly doubled: number;
  readonly outOfOrder: number;
  /** Found at the second look only. */
  readonly foundLater: number;
  /** Before the first one that was found, and before what was looked at. */
  readonly before: number;
  readonly waiting: number;
  readonly dead: number;
  /** Among the holes, by the writer's own report. */
  readonly dropped: number;
  /** All that the writer reports in what was looked at; most of these never had a seq. */
  readonly dropsReported: number;
}

const MISSING_SHOWN_MAX = 10;

export function verdictOn(writer: string, tally: WriterTally, known: Known): WriterVerdict {
  const counts = { missing: 0, waiting: 0, dead: 0, dropped: 0 };
  const missingFirst: (readonly [number, number])[] = [];
  for (const { from, to } of unexplained(holesOf(tally, known), known, counts)) {
    counts.missing += to - from + 1;
    if (missingFirst.length < MISSING_SHOWN_MAX) missingFirst.push([from, to]);
  }
  const { first, last, found, incomplete, doubled, outOfOrder, foundLater } = tally;
  return {
    writer,
    first,
    last,
    found: found.size,
    missingFirst,
    incomplete,
    doubled,
    outOfOrder,
    foundLater,
    before: known.beganBefore ? first : 0,
    dropsReported: known.drops.reduce((sum, { records }) => sum + records, 0),
    ...counts,
  };
}

/** The seqs of which no whole record was found. */
export function holesOf(
  { found, first, last }: WriterTally,
  { beganBefore }: Pick<Known, "beganBefore">,
): Iterable<SeqRange> {
  return found.holes(beganBefore ? first : 0, last);
}

function unexplained(
  holes: Iterable<SeqRange>,
  { waiting, dead, drops }: Known,
  counts: { waiting: number; dead: number; dropped: number },
): Iterable<SeqRange> {
  const dropped = drops.flatMap(({ seqs }) => seqs ?? []).sort((a, b) => a.from - b.from);
  let left = without(holes, waiting, (seqs) => {
    counts.waiting += seqs;
  });
  left = without(left, dead?.ranges() ?? [], (seqs) => {
    counts.dead += seqs;
  });
  return without(left, dropped, (seqs) => {
    counts.dropped += seqs;
  });
}
