import type { Item } from "../batch/batch.js";
import type { BatchLimits } from "../batch/limits.js";

const LINES_BYTES_MAX = 256 * 1024 * 1024;

/** What suits files and streams of lines: no record is ever split, and memory stays small while records are. */
export const LINES_LIMITS: BatchLimits = {
  eventsMax: 1000,
  bytesMax: LINES_BYTES_MAX,
  eventOverheadBytes: 1,
  eventBytesMax: LINES_BYTES_MAX - 1,
  spanMsMax: Number.POSITIVE_INFINITY,
};

/** Bytes that the item takes as a line, with its line break. */
export function lineBytes({ start, end }: Item): number {
  return end - start + 1;
}

/** The items' lines in one piece, each with its line break. */
export function joinLines(items: readonly Item[]): Buffer {
  const joined = Buffer.allocUnsafe(items.reduce((sum, item) => sum + lineBytes(item), 0));
  let at = 0;
  for (const { bytes, start, end } of items) {
    at += bytes.copy(joined, at, start, end);
    joined[at++] = 0x0a;
  }
  return joined;
}
