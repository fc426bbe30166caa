/** Work in turns: however much there is to do, the other events of a thread wait no longer than one turn. */
import type { Clock } from "../system/clock.js";

const TURN_MS = 8;

export class Turns {
  readonly #clock: Clock;
  readonly #onTurn: (runs: boolean) => void;

  /** `onTurn` is told when a turn begins and when it ends. */
  constructor(clock: Clock, onTurn: (runs: boolean) => void) {
    this.#clock = clock;
    this.#onTurn = onTurn;
  }

  /** Acts on each item in order, in as many turns as it takes; ends early when the signal is aborted. */
  async each<T>(items: readonly T[], signal: AbortSignal, act: (item: T) => void): Promise<void> {
    for (let next = 0; next < items.length && !signal.aborted; ) {
      next = this.#turn(items, next, act);
      if (next < items.length) await this.#clock.eventsHandled();
    }
  }

  #turn<T>(items: readonly T[], first: number, act: (item: T) => void): number {
    this.#onTurn(true);
    try {
      const beganMs = performance.now();
      let next = first;
      do {
        act(items[next]!);
        next++;
      } while (next < items.length && performance.now() - beganMs < TURN_MS);
      return next;
    } finally {
      this.#onTurn(false);
    }
  }
}
