import { typeCodeName } from "../record/types.js";
import { TYPE_COUNTS } from "./format.js";

/** Why a record did not get into the journal, or was taken out of it undelivered. */
export type DropCause =
  | "journal full"
  | "disk full"
  | "journal unavailable"
  | "journal deleted"
  /** Without a journal: the RAM for what the store, or the destination, has not taken is full. */
  | "memory full"
  /** Without a journal: the writer ended before the store, or the destination, had taken it. Another one may still bring it there. */
  | "not stored"
  /** Without a journal: the store had taken it, and lost it before it was delivered. */
  | "lost by the store"
  /** Without a journal: the destination refused it for good, and its dead letter could not be written. */
  | "refused"
  | "closed"
  | "defect";

/** What was dropped for one cause since the last report. */
export interface DropReport {
  readonly cause: DropCause;
  readonly total: number;
  readonly byType: Readonly<Record<string, number>>;
  readonly sinceMs: number;
  readonly untilMs: number;
  /** The records that had a seq already lie from the first to the second of these; undefined when none had. */
  readonly seqs: readonly [from: number, to: number] | undefined;
}

interface Pending {
  readonly byType: Int32Array;
  sinceMs: number;
  untilMs: number;
  seqs: readonly [from: number, to: number] | undefined;
}

/** A report that stands in the journal. */
interface Written {
  readonly seq: number;
  readonly cause: DropCause;
  readonly said: Pending;
}

/**
 * Counts drops by cause and type: totals for status, and what is still to be reported in the stream itself. A report is
 * a record and may be dropped like one; what it said is then pending again, so that the reports that are delivered add up to
 * no less than what is missing. They add up to more where one was delivered although it counts as dropped: ahead of records
 * that were not, or after it had been read. The reports that are remembered for that are those in the journal's segments.
 */
export class Drops {
  readonly totals: Record<string, number> = {};
  readonly #pending = new Map<DropCause, Pending>();
  /** Rising by seq. */
  readonly #written: Written[] = [];

  get pending(): boolean {
    return this.#pending.size > 0;
  }

  count(cause: DropCause, typeCode: number, records: number, nowMs: number): void {
    if (records === 0) {
      return;
    }
    this.totals[cause] = (this.totals[cause] ?? 0) + records;
    this.#pendingFor(cause, nowMs, nowMs).byType[typeCode]! += records;
  }

  /** Counts the records of a segment, given by type code. Unlike others that are dropped, they have seqs: below `endSeq`. */
  countSegment(
    cause: DropCause,
    { countsByType, firstSeq }: { readonly countsByType: Int32Array; readonly firstSeq: number },
    endSeq: number,
    nowMs: number,
  ): void {
    for (const [typeCode, count] of countsByType.entries()) {
      this.count(cause, typeCode, count, nowMs);
    }
    const pending = this.#pending.get(cause);
    if (pending !== undefined && endSeq > firstSeq) {
      pending.seqs = spanOf(pending.seqs, [firstSeq, endSeq - 1]);
    }
  }

  /** Hands each report to `write`; one that is written, as record `nextSeq()`, is pending no more. */
  report(nextSeq: () => number, write: (report: DropReport) => boolean): void {
    for (const [cause, said] of this.#pending) {
      const { byType, sinceMs, untilMs, seqs } = said;
      const named: Record<string, number> = {};
      let total = 0;
      byType.forEach((records, code) => {
        if (records > 0) {
          named[typeCodeName(code)] = records;
          total += records;
        }
      });
      const seq = nextSeq();
      if (!write({ cause, total, byType: named, sinceMs, untilMs, seqs })) {
        return;
      }
      this.#pending.delete(cause);
      this.#written.push({ seq, cause, said });
    }
  }

  /** The records below `endSeq` were dropped, and what reports among them said is to be reported again. */
  droppedBelow(endSeq: number): void {
    for (const { cause, said } of this.#takeWrittenBelow(endSeq)) {
      const pending = this.#pendingFor(cause, said.sinceMs, said.untilMs);
      said.byType.forEach((records, code) => {
        pending.byType[code]! += records;
      });
      pending.seqs = spanOf(pending.seqs, said.seqs);
    }
  }

  /** The records below `endSeq` are delivered. */
  deliveredBelow(endSeq: number): void {
    this.#takeWrittenBelow(endSeq);
  }

  #takeWrittenBelow(endSeq: number): Written[] {
    const kept = this.#written.findIndex(({ seq }) => seq >= endSeq);
    return this.#written.splice(0, kept < 0 ? this.#written.length : kept);
  }

  #pendingFor(cause: DropCause, sinceMs: number, untilMs: number): Pending {
    let pending = this.#pending.get(cause);
    if (pending === undefined) {
      pending = { byType: new Int32Array(TYPE_COUNTS), sinceMs, untilMs, seqs: undefined };
      this.#pending.set(cause, pending);
    }
    pending.sinceMs = Math.min(pending.sinceMs, sinceMs);
    pending.untilMs = Math.max(pending.untilMs, untilMs);
    return pending;
  }
}

function spanOf(a: DropReport["seqs"], b: DropReport["seqs"]): DropReport["seqs"] {
  if (a === undefined || b === undefined) return a ?? b;
  return [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
}
