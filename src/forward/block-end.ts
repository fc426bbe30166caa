/**
 * Where a block ends. The records of a writer in one millisecond have to arrive at a destination one after another: in two
 * blocks, what a shipper makes of the second would wait for what it made of the first, and so would all that stands beside it.
 */
import type { StoredRecord } from "../buffer/buffer.js";

/** Of what was read, so much at most is left for the next block. */
const KEPT_SHARE_MAX = 1 / 4;

/** Where the last millisecond begins; the end of the records where that takes more than a share of them. */
export function blockEnd(records: readonly StoredRecord[]): number {
  const { timestamp } = records.at(-1)!;
  const end = records.findLastIndex((record) => record.timestamp !== timestamp) + 1;
  return records.length - end <= records.length * KEPT_SHARE_MAX ? end : records.length;
}

export function bytesOf(records: readonly StoredRecord[]): number {
  return records.reduce((sum, { start, end }) => sum + end - start, 0);
}

/** What was read may lie in memory that the next read takes. */
export function ownCopyOf(records: readonly StoredRecord[]): StoredRecord[] {
  return records.map((record) => {
    const bytes = Buffer.from(record.bytes.subarray(record.start, record.end));
    return { ...record, bytes, start: 0, end: bytes.length };
  });
}
