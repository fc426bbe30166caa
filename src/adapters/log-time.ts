/** The time that another logger gave its record, in whatever form it writes it. */
import { parseTimestamp } from "../record/time.js";

/** Of numbers below this, seconds: it is the year 5138 in them, and the year 1973 in milliseconds. */
const SECONDS_MAX = 1e11;

export interface LogTime {
  /** Milliseconds since 1970; undefined for what is no time. */
  readonly ms: number | undefined;
  /** True where the milliseconds say all that was given. */
  readonly exact: boolean;
}

/** What other loggers write without a zone is the time of the place where they run, and nothing says which. */
const ZONED = /(?:Z|[+-]\d\d:?\d\d)\s*$/i;

const NONE: LogTime = { ms: undefined, exact: false };

/**
 * Milliseconds or seconds since 1970, a Date, or ISO 8601 with its zone. Seconds of just now are no time: they were rounded, and the
 * record's own is closer.
 */
export function logTime(given: unknown): LogTime {
  if (typeof given === "number") {
    const isSeconds = given < SECONDS_MAX && given > -SECONDS_MAX;
    if (isSeconds && Math.abs(given * 1000 - Date.now()) <= 1000) return NONE;
    const ms = parseTimestamp(isSeconds ? given * 1000 : given);
    return { ms, exact: ms !== undefined && ms === (isSeconds ? given * 1000 : given) };
  }
  const ms = typeof given === "string" && !ZONED.test(given) ? undefined : parseTimestamp(given);
  if (ms === undefined) return NONE;
  return { ms, exact: given instanceof Date || new Date(ms).toISOString() === given };
}
