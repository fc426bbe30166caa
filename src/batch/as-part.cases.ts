import { type Item, isPart, type RecordPart } from "./batch.js";

/** A whole record as the only one of its parts, so that tests look at both alike. */
export function asPart(item: Item): RecordPart {
  if (isPart(item)) return item;
  const { timestamp, bytes, start, end } = item;
  return { record: item, timestamp, bytes, start, end, part: 1, parts: 1 };
}
