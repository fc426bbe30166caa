import { typeCodeName } from "../record/types.js";
import { TYPE_COUNTS } from "./format.js";

/** Why a record did not get into the journal, or was taken out of it undelivered. */
export type DropCause =
  | "journal full"
  | "disk full"
  | "journal unavailable"
  | "journal deleted"
  | "closed"
  | "defect";

/** What was dropped for one cause since the last report. */
export interface DropReport {
  readonly cause: DropCause;
  readonly total: number;
  readonly byType: Readonly<Record<string, number>>;
  readonly sinceMs: number;
  readonly untilMs: number;
}

interface Pending {
  readonly byType: Int32Array;
  readonly sinceMs: number;
  untilMs: number;
}

/** Counts drops by cause and type: totals for status, and what is still to be reported in the stream itself. */
export class Drops {
  readonly totals: Record<string, number> = {};
  readonly #pending = new Map<DropCause, Pending>();

  get pending(): boolean {
    return this.#pending.size > 0;
  }

  count(cause: DropCause, typeCode: number, records: number, nowMs: number): void {
    if (records === 0) {
      return;
    }
    this.totals[cause] = (this.totals[cause] ?? 0) + records;
    let pending = this.#pending.get(cause);
    if (pending === undefined) {
      pending = { byType: new Int32Array(TYPE_COUNTS), sinceMs: nowMs, untilMs: nowMs };
      this.#pending.set(cause, pending);
    }
    pending.byType[typeCode]! += records;
    pending.untilMs = nowMs;
  }

  /** Hands each report to `write`; one that is written is pending no more. */
  report(write: (report: DropReport) => boolean): void {
    for (const [cause, { byType, sinceMs, untilMs }] of this.#pending) {
      const named: Record<string, number> = {};
      let total = 0;
      byType.forEach((records, code) => {
        if (records > 0) {
          named[typeCodeName(code)] = records;
          total += records;
        }
      });
      if (!write({ cause, total, byType: named, sinceMs, untilMs })) {
        return;
      }
      this.#pending.delete(cause);
    }
  }
}
