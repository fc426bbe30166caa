/**
 * A writer's time: milliseconds that never run backwards, and their ISO text, made once a millisecond.
 *
 * When the machine's clock is set back, the last value is held until the clock has overtaken it, and that is counted.
 */

const STAMP_PREFIX = '{"timestamp":"';
const STAMP_SUFFIX = '","service';
const ISO_BYTES = 24;
/** 0000-01-01 to 9999-12-31, where the ISO text has 24 characters. */
const TIMESTAMP_MIN = -62_167_219_200_000;
const TIMESTAMP_MAX = 253_402_300_799_999;

/** The first 48 bytes of a line, as words: `{"timestamp":"2026-01-01T00:00:00.000Z","service`. */
export const STAMP_WORDS = 12;

export class Stamp {
  readonly words = new Int32Array(STAMP_WORDS);
  readonly #bytes = Buffer.from(this.words.buffer);
  #minute = Number.NaN;

  constructor() {
    this.#bytes.write(`${STAMP_PREFIX}${"0".repeat(ISO_BYTES)}${STAMP_SUFFIX}`, "latin1");
  }

  /** Writes the ISO text of `ms`, an integer between the years 0 and 9999. */
  set(ms: number): void {
    const minute = Math.floor(ms / 60_000);
    const bytes = this.#bytes;
    const at = STAMP_PREFIX.length;
    if (minute !== this.#minute) {
      this.#minute = minute;
      bytes.write(new Date(ms).toISOString(), at, "latin1");
      return;
    }
    const inMinute = ms - minute * 60_000;
    const seconds = Math.floor(inMinute / 1000);
    const millis = inMinute - seconds * 1000;
    bytes[at + 17] = 48 + Math.floor(seconds / 10);
    bytes[at + 18] = 48 + (seconds % 10);
    bytes[at + 20] = 48 + Math.floor(millis / 100);
    bytes[at + 21] = 48 + (Math.floor(millis / 10) % 10);
    bytes[at + 22] = 48 + (millis % 10);
  }
}

export class WriterTime {
  readonly stamp = new Stamp();
  #ms = Number.NEGATIVE_INFINITY;
  /** How often the clock stood behind the last value, once a record. */
  heldBack = 0;

  get ms(): number {
    return this.#ms;
  }

  /** Moves on to `clockMs`; true when the millisecond changed. */
  advance(clockMs: number): boolean {
    if (clockMs === this.#ms) {
      return false;
    }
    if (clockMs < this.#ms) {
      this.heldBack++;
      return false;
    }
    this.#ms = clockMs;
    this.stamp.set(clockMs);
    return true;
  }
}

/** Milliseconds of a timestamp that a caller gives (a Date, ms, or ISO 8601 text), or undefined when it is none. */
export function parseTimestamp(given: unknown): number | undefined {
  const ms =
    given instanceof Date
      ? given.getTime()
      : typeof given === "number"
        ? Math.floor(given)
        : typeof given === "string"
          ? parseText(given)
          : Number.NaN;
  return ms >= TIMESTAMP_MIN && ms <= TIMESTAMP_MAX ? ms : undefined;
}

const ISO = /^\s*(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d+))? ?(Z|[+-]\d\d:?\d\d)?)?\s*$/i;

/**
 * A text without a zone is UTC, as every timestamp here. Only what is spelled as ISO 8601 is read: `Date` guesses at the
 * rest, by the time zone of the machine, and finds a month in "12".
 */
function parseText(text: string): number {
  const [, day, time = "00:00:00", fraction = "", zone = "Z"] = ISO.exec(text) ?? [];
  if (day === undefined || !isDay(day)) {
    return Number.NaN;
  }
  const seconds = time.length === 5 ? `${time}:00` : time;
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
  return Date.parse(`${day}T${seconds}.${fraction.padEnd(3, "0").slice(0, 3)}${offset}`);
}

/** `Date` takes the 30th of February for the 2nd of March. */
function isDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
