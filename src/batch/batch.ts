/** What a batch is. How records become batches stands in `batcher.ts`, the limits in `limits.ts`. */
import type { StoredRecord } from "../buffer/buffer.js";

/** Where a batch goes: one log group and one stream in it. */
export interface Destination {
  readonly group: string;
  readonly stream: string;
}

/** One numbered part of a record that is too large for one event. `bytes[start, end)` is the event's text. */
export interface RecordPart {
  readonly record: StoredRecord;
  readonly timestamp: number;
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  /** From 1 to `parts`, which is at least 2. */
  readonly part: number;
  readonly parts: number;
}

/** One event of a batch. Nearly every one is a whole record, which costs no object of its own then. */
export type Item = StoredRecord | RecordPart;

export function isPart(item: Item): item is RecordPart {
  return (item as Partial<RecordPart>).parts !== undefined;
}

export function recordOf(item: Item): StoredRecord {
  return isPart(item) ? item.record : item;
}

/** A record in parts is done with when its last part is: they are sent one after the other. */
export function endsRecord(item: Item): boolean {
  return !isPart(item) || item.part === item.parts;
}

/**
 * The events of one put, in order of (timestamp, writer, seq, part).
 *
 * A destination orders a stream by timestamp and keeps the order of arrival inside one millisecond. So a batch may
 * be in flight beside any other batch, except those which share a writer and a millisecond with it and come before it:
 * these are in `after`, and must have ended before this one is sent. A destination that keeps the order of arrival
 * alone gets one batch after the other.
 */
export interface Batch {
  readonly number: number;
  readonly destination: Destination;
  readonly items: readonly Item[];
  /** Sum of the events' bytes as the destination counts them, overhead included. */
  readonly bytes: number;
  /** Numbers of the earlier batches that must have ended before this one may be sent. */
  readonly after: readonly number[];
}
