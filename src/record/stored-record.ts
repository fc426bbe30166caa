/** A record as it lies in a buffer: the line's bytes and what is needed to order and route it. */
export interface StoredRecord {
  /** Milliseconds since 1970-01-01 UTC; the timestamp that stands in the line. */
  readonly timestamp: number;
  /** The id of the writer, the part of the record's id before the last hyphen. */
  readonly writer: string;
  /** The record's number within its writer, from 0. */
  readonly seq: number;
  /** The record's place within its source. Rises with every record, not necessarily by one. */
  readonly ordinal: number;
  /** The record's service, decoded. */
  readonly service: string;
  /** The record's type, decoded, such as INFO. */
  readonly type: string;
  /** `bytes[start, end)` is the line: UTF-8 JSON text without a line break. Never written to again. */
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  /** Why the bytes are no line, and are no destination's to have: another program has written them. */
  readonly malformed?: string;
}

/** The record with bytes of its own: those of a buffer may change when more is read from it. */
export function detached(record: StoredRecord): StoredRecord {
  const bytes = Buffer.from(record.bytes.subarray(record.start, record.end));
  return { ...record, bytes, start: 0, end: bytes.length };
}

/** What lies somewhere and was not taken from there yet. */
export interface Waiting {
  readonly records: number;
  readonly bytes: number;
  /** The timestamp of the first of them; undefined when there is none. */
  readonly oldestMs: number | undefined;
}
