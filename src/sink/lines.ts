import type { Item } from "../batch/batch.js";

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
