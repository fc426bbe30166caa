/** What was delivered lately, which a buffer does not hold any more: whoever ships keeps some of it for those who look. */
import type { StoredRecord } from "../record/stored-record.js";

export interface RecentRecord {
  readonly writer: string;
  readonly seq: number;
  /** In ms since 1970-01-01 UTC. */
  readonly timestamp: number;
  readonly service: string;
  readonly type: string;
  /** The line, in bytes that nobody writes to again. */
  readonly line: Buffer;
}

export interface RecentRecords {
  /** In any order. */
  all(): Iterable<RecentRecord>;
  /** Undefined when it is not there, or not any more. */
  find(writer: string, seq: number): RecentRecord | undefined;
}

/** Several of them in one piece, to go to another thread. */
export interface PackedRecent {
  readonly heads: readonly (Omit<RecentRecord, "line"> & { readonly bytes: number })[];
  readonly lines: Uint8Array<ArrayBuffer>;
}

export function packRecent(recent: Iterable<RecentRecord>): PackedRecent {
  const records = [...recent];
  const lines = new Uint8Array(records.reduce((sum, { line }) => sum + line.length, 0));
  let at = 0;
  const heads = records.map(({ line, ...head }) => {
    lines.set(line, at);
    at += line.length;
    return { ...head, bytes: line.length };
  });
  return { heads, lines };
}

export function unpackRecent({ heads, lines }: PackedRecent): RecentRecord[] {
  const all = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength);
  let at = 0;
  return heads.map(({ bytes, ...head }) => {
    const line = all.subarray(at, at + bytes);
    at += bytes;
    return { ...head, line };
  });
}

export function storedRecent({ line, ...head }: RecentRecord): StoredRecord {
  return { ...head, ordinal: head.seq, bytes: line, start: 0, end: line.length };
}
