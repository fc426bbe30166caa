/**
 * The order in which everything is delivered: by (timestamp, writer, seq, part). A run is what must keep its order
 * of arrival at the destination: the records of one writer in one millisecond.
 */
import type { StoredRecord } from "../buffer/buffer.js";
import { type Item, isPart, recordOf } from "./batch.js";

/** Orders by (timestamp, writer): 0 means that both belong to one run. */
export function compareRuns(a: StoredRecord, b: StoredRecord): number {
  if (a.timestamp !== b.timestamp) return a.timestamp - b.timestamp;
  if (a.writer !== b.writer) return a.writer < b.writer ? -1 : 1;
  return 0;
}

export function compareRecords(a: StoredRecord, b: StoredRecord): number {
  return compareRuns(a, b) || a.seq - b.seq;
}

export function compareItems(a: Item, b: Item): number {
  return compareRecords(recordOf(a), recordOf(b)) || partOf(a) - partOf(b);
}

function partOf(item: Item): number {
  return isPart(item) ? item.part : 1;
}

/**
 * Index, `from` or behind it, of the first of `items`, which are in order, that belongs to the record's run or stands after it.
 * In steps that double, for it is near as often as far.
 */
export function startOfRun(items: readonly Item[], record: StoredRecord, from = 0): number {
  let low = from;
  let step = 1;
  while (low + step <= items.length && isBefore(items[low + step - 1]!, record)) {
    low += step;
    step *= 2;
  }
  let high = Math.min(low + step - 1, items.length);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(items[middle]!, record)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isBefore(item: Item, record: StoredRecord): boolean {
  return compareRuns(recordOf(item), record) < 0;
}

/** Whether `a` and `b`, each in order and not empty, hold items of one run. */
export function shareRun(a: readonly Item[], b: readonly Item[]): boolean {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const order = compareRuns(recordOf(a[i]!), recordOf(b[j]!));
    if (order === 0) return true;
    if (order < 0) i = startOfRun(a, recordOf(b[j]!), i + 1);
    else j = startOfRun(b, recordOf(a[i]!), j + 1);
  }
  return false;
}
