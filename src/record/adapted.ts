/**
 * How adapters of other loggers log: by two methods of `DragonLogger` that are named by symbols, since they ask for more care
 * than a public method may. Symbols of the global registry, because an adapter is a bundle of its own; see ADR 0020.
 */

/**
 * `logger[LOG_AT](record, atMs, span)`: `log()`, at the time that the other logger took from the clock, or undefined for now; with
 * the ids of its span, or null for none, where that may not be the active one.
 */
export const LOG_AT: unique symbol = Symbol.for("dragonlog.logAt") as never;
/** `logger[LOG_JSON](record)`: a record whose parts are JSON. False, and nothing logged, where they have to be values. */
export const LOG_JSON: unique symbol = Symbol.for("dragonlog.logJson") as never;

/** Older than this is a time that was given, not one that was just taken from the clock. */
const JUST_NOW_MS_MAX = 1000;

/**
 * A record in bytes of valid JSON, without line breaks, with numbers that a double holds, and small enough for any journal.
 * Places are where a piece begins and where it ends. All is read before the call returns.
 */
export interface JsonRecord {
  readonly typeCode: number;
  /** The type, where its code is that of no level. */
  readonly typeText: string | undefined;
  readonly bytes: Buffer;
  /** The same memory. */
  readonly view: DataView;
  /** The places of the value of `data`; empty where the members are the data. */
  readonly data: Int32Array;
  /** JSON text of `request_id`; empty for none. */
  readonly request: string;
  /** The places of members, each name once, one or more in a piece: of `metadata`, or of the data. */
  readonly members: Int32Array;
  readonly memberPieces: number;
  /** Milliseconds since 1970, an integer; undefined for now. */
  readonly atMs: number | undefined;
}

/**
 * True for a time that another logger took from the clock for this very record. It is a reading of the writer's clock then, so
 * that a writer's times never run backwards; any other time is kept as it was given.
 */
export function isJustNow(atMs: number, nowMs: number): boolean {
  return atMs <= nowMs && atMs > nowMs - JUST_NOW_MS_MAX;
}
