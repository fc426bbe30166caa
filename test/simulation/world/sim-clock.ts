/**
 * Virtual time: a queue of events that a schedule runs one after the other. Nothing here waits for the machine's clock.
 *
 * Invariant: time moves to the moment of the next event and never runs back; events of one moment run in the order in
 * which they were set. Timers that are cancelled stay in the queue and do nothing.
 */
import type { Clock } from "../../../src/system/clock.js";

interface Event {
  readonly atMs: number;
  readonly order: number;
  callback: (() => void) | undefined;
}

export interface SimClockOptions {
  readonly startMs: number;
  /** No timer is shorter: a slow machine, on which weeks take few turns. */
  readonly timerMinMs?: number;
}

export class SimClock implements Clock {
  /** A binary heap, the next event first. */
  readonly #heap: Event[] = [];
  readonly #timerMinMs: number;
  #nowMs: number;
  #order = 0;

  constructor({ startMs, timerMinMs = 0 }: SimClockOptions) {
    this.#nowMs = startMs;
    this.#timerMinMs = timerMinMs;
  }

  readonly now = (): number => this.#nowMs;

  readonly elapsed = (): number => this.#nowMs;

  readonly after = (ms: number, callback: () => void): (() => void) => {
    const event: Event = {
      atMs: this.#nowMs + Math.max(ms, this.#timerMinMs),
      order: this.#order++,
      callback,
    };
    this.#siftUp(event);
    return () => {
      event.callback = undefined;
    };
  };

  /** All events come from the queue, one by one. */
  readonly eventsHandled = async (): Promise<void> => {};

  /** Runs the next event, and then all that waits for no timer. False when there is none. */
  async turn(): Promise<boolean> {
    for (let event = this.#pop(); event !== undefined; event = this.#pop()) {
      const { callback, atMs } = event;
      if (callback !== undefined) {
        event.callback = undefined;
        this.#nowMs = atMs;
        callback();
        await promisesSettled();
        return true;
      }
    }
    return false;
  }

  #siftUp(event: Event): void {
    const heap = this.#heap;
    let at = heap.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (isBefore(heap[parent]!, event)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): Event | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || last === top) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (isBefore(last, heap[child]!)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/**
 * Resolves when no promise has anything left to do. Node runs a `nextTick` that a promise's job has set only when the queue
 * of jobs is empty, so this costs no turn of the event loop.
 * https://nodejs.org/api/process.html#when-to-use-queuemicrotask-vs-processnexttick
 */
export function promisesSettled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
