/** Several series become one, by time, as far as they are there. */
import type { StoredRecord } from "../record/stored-record.js";

/** What was read of one series and not taken yet. */
export class Queue {
  #records: readonly StoredRecord[] = [];
  #next = 0;

  get head(): StoredRecord | undefined {
    return this.#records[this.#next];
  }

  /** Only when it is empty. */
  fill(records: readonly StoredRecord[]): void {
    this.#records = records;
    this.#next = 0;
  }

  take(): StoredRecord {
    const record = this.#records[this.#next++]!;
    if (this.#next === this.#records.length) {
      this.fill([]);
    }
    return record;
  }
}

/**
 * Takes from the queues by (timestamp, writer), each in its own order, until one of them is empty or `into` has about
 * `bytesMax` bytes of lines; returns how many bytes it has. None of the queues may be empty.
 */
export function takeByTime(
  queues: readonly Queue[],
  into: StoredRecord[],
  bytes: number,
  bytesMax: number,
): number {
  let taken = bytes;
  for (;;) {
    const { first, second } = firstTwo(queues);
    // One keeps its turn as long as it stands first: mostly many records come from one writer.
    while (first !== undefined && (second?.head === undefined || isBefore(first.head!, second.head))) {
      const { head } = first;
      if (into.length > 0 && taken + head!.end - head!.start > bytesMax) {
        return taken;
      }
      taken += head!.end - head!.start;
      into.push(first.take());
      if (first.head === undefined) {
        return taken;
      }
    }
    if (first === undefined) {
      return taken;
    }
  }
}

function firstTwo(queues: readonly Queue[]): { first: Queue | undefined; second: Queue | undefined } {
  let first: Queue | undefined;
  let second: Queue | undefined;
  for (const queue of queues) {
    if (first === undefined || !isBefore(first.head!, queue.head!)) {
      second = first;
      first = queue;
    } else if (second === undefined || !isBefore(second.head!, queue.head!)) {
      second = queue;
    }
  }
  return { first, second };
}

/** Also where they are alike, so that one of two always goes. */
function isBefore(a: StoredRecord, b: StoredRecord): boolean {
  return a.timestamp === b.timestamp ? a.writer <= b.writer : a.timestamp < b.timestamp;
}

/** Several series, each in its own order, as one by time. */
export function mergedByTime(series: readonly (readonly StoredRecord[])[]): readonly StoredRecord[] {
  const [only = [], ...others] = series;
  if (others.length === 0) {
    return only;
  }
  const merged: StoredRecord[] = [];
  const queues = series.map((records) => {
    const queue = new Queue();
    queue.fill(records);
    return queue;
  });
  for (let left = queues; left.length > 0; ) {
    left = left.filter(({ head }) => head !== undefined);
    takeByTime(left, merged, 0, Number.POSITIVE_INFINITY);
  }
  return merged;
}
