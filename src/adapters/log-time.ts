/** The time that another logger gave its record, in whatever form it writes it. */
import { CLOUDWATCH_WINDOW } from "../batch/limits.js";
import { parseTimestamp } from "../record/time.js";

export interface LogTime {
  /** Milliseconds since 1970; undefined for what is no time of a record. */
  readonly ms: number | undefined;
  /** True where the milliseconds say all that was given. */
  readonly exact: boolean;
}

/** What other loggers write without a zone is the time of the place where they run, and nothing says which. */
const ZONED = /(?:Z|[+-]\d\d:?\d\d)\s*$/i;

const NONE: LogTime = { ms: undefined, exact: false };

/**
 * Milliseconds or seconds since 1970, a Date, or ISO 8601 with its zone, where it is a time that destinations take: an ordinary field
 * may have the name of the time, and a record of 1970 would be refused. Seconds of just now are no time either: they were rounded, and
 * the record's own is closer.
 */
export function logTime(given: unknown): LogTime {
  if (typeof given === "number") {
    const inMs = isTaken(given) ? given : given * 1000;
    if (inMs !== given && Math.abs(inMs - Date.now()) <= 1000) return NONE;
    const ms = takenTime(inMs);
    return { ms, exact: ms === inMs };
  }
  const ms = typeof given === "string" && !ZONED.test(given) ? undefined : takenTime(given);
  if (ms === undefined) return NONE;
  return { ms, exact: given instanceof Date || new Date(ms).toISOString() === given };
}

/** Milliseconds of a time that destinations take; undefined for any other, and for what is none. */
export function takenTime(given: unknown): number | undefined {
  const ms = parseTimestamp(given);
  return ms !== undefined && isTaken(ms) ? ms : undefined;
}

function isTaken(ms: number): boolean {
  const ahead = ms - Date.now();
  return ahead <= CLOUDWATCH_WINDOW.aheadMsMax && ahead >= -CLOUDWATCH_WINDOW.pastMsMax;
}
