import type { Clock } from "./clock.js";

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #ms: number;
  #setBackMs = 0;
  readonly #timers = new Set<Timer>();

  constructor(ms = Date.UTC(2026, 0, 1)) {
    this.#ms = ms;
  }

  readonly now = (): number => this.#ms - this.#setBackMs;

  readonly elapsed = (): number => this.#ms;

  /** Timers go on, as those of a machine do. */
  setBack(ms: number): void {
    this.#setBackMs += ms;
  }

  readonly after = (ms: number, callback: () => void): (() => void) => {
    const timer = { atMs: this.#ms + ms, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  };

  readonly eventsHandled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  /** How many timers run. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Moves on, calling back what falls due on the way, in order of time. */
  advance(ms: number): void {
    const end = this.#ms + ms;
    for (let timer = this.#firstBefore(end); timer !== undefined; timer = this.#firstBefore(end)) {
      this.#timers.delete(timer);
      this.#ms = Math.max(this.#ms, timer.atMs);
      timer.callback();
    }
    this.#ms = end;
  }

  #firstBefore(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.atMs <= end && (first === undefined || timer.atMs < first.atMs)) {
        first = timer;
      }
    }
    return first;
  }
}
