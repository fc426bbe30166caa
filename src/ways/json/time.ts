/** The time that a line of a JSON logger names. */
import { parseTimestamp } from "../../record/time.js";

export interface LineTime {
  readonly ms: number;
  /** True where the milliseconds say all that was written: no microseconds, no zone but UTC. */
  readonly isExact: boolean;
}

const DECIMAL = /^(\d{9,19})(?:\.(\d{1,12}))?$/;
/** A text without a zone may mean the time of any place, so it is no time here. */
const ZONED = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,](\d{1,12}))? ?(Z|[+-]\d\d:?\d\d)$/i;

/** Of a number, digits since 1970 by which unit a time between 1973 and 5138 has so many. */
const NANOSECONDS_MIN = 1e17;
const MICROSECONDS_MIN = 1e14;
const MILLISECONDS_MIN = 1e11;
const SECONDS_MIN = 1e8;

/**
 * Seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by their size, as a number or its digits; ISO 8601
 * with a zone; or an object with one of these in `$date`. Undefined for anything else.
 */
export function readTime(given: unknown): LineTime | undefined {
  if (typeof given === "number") {
    const isPlain = Number.isInteger(given) && given >= MILLISECONDS_MIN && given < MICROSECONDS_MIN;
    return isPlain ? { ms: given, isExact: true } : decimalTime(String(given));
  }
  if (typeof given === "string") return decimalTime(given) ?? isoTime(given);
  if (typeof given !== "object" || given === null) return undefined;
  const { $date } = given as { $date?: unknown };
  return typeof $date === "string" ? isoTime($date) : undefined;
}

function isoTime(text: string): LineTime | undefined {
  const [, fraction = "", zone] = ZONED.exec(text) ?? [];
  if (zone === undefined) return undefined;
  const ms = parseTimestamp(text);
  return ms === undefined ? undefined : { ms, isExact: fraction.length <= 3 && /^Z$/i.test(zone) };
}

/** Read from the digits: a product of a double would be off by a millisecond now and then. */
function decimalTime(text: string): LineTime | undefined {
  const [, whole, fraction = ""] = DECIMAL.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const size = Number(whole);
  const [ms, isExact] =
    size >= NANOSECONDS_MIN
      ? [Number(whole.slice(0, -6)), /0{6}$/.test(whole) && fraction === ""]
      : size >= MICROSECONDS_MIN
        ? [Number(whole.slice(0, -3)), /0{3}$/.test(whole) && fraction === ""]
        : size >= MILLISECONDS_MIN
          ? [size, fraction === ""]
          : size >= SECONDS_MIN
            ? [size * 1000 + Number(fraction.slice(0, 3).padEnd(3, "0")), fraction.length <= 3]
            : [Number.NaN, false];
  return parseTimestamp(ms) === undefined ? undefined : { ms, isExact };
}
