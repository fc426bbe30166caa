/** The time, injectable. */
import { setImmediate as turn } from "node:timers/promises";

export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. Jumps when someone sets the machine's clock. */
  now(): number;
  /**
   * Milliseconds since a moment that is the same for the life of the process: for how long something has lasted. It never runs
   * back, and goes on while the machine sleeps, as far as that shows (`elapsedClock`).
   */
  elapsed(): number;
  /**
   * Calls back after `ms`, or after what a timer can count at most, 24 days; the returned function cancels. Does not keep the
   * process alive unless `keepAlive`.
   */
  after(ms: number, callback: () => void, keepAlive?: boolean): () => void;
  /** Resolves when what has come in meanwhile, from the network or from timers, is handled. */
  eventsHandled(): Promise<void>;
}

/** A difference between the clocks below this is no sleep: the clock of a machine is set right by less. */
const SLEEP_MS_MIN = 500;

/**
 * A clock that cannot be set, and counts the time that the machine slept. Neither of the two it is made of does both: on Linux
 * the monotonic one stands still while a machine is suspended, or a virtual one paused, and the other one is set back now and
 * then. So the more counts of what they say has gone by. A clock that is set forward makes it too late by as much, which ends a
 * wait early; the opposite would let a lease be held that is over.
 */
export function elapsedClock(monotonic: () => number, wall: () => number): () => number {
  let ahead = wall() - monotonic();
  let sleptMs = 0;
  return () => {
    const ms = monotonic();
    const jump = wall() - ms - ahead;
    if (Math.abs(jump) >= SLEEP_MS_MIN) {
      ahead += jump;
      sleptMs += Math.max(0, jump);
    }
    return ms + sleptMs;
  };
}

/** One that is longer would fire at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: Date.now,
  elapsed: elapsedClock(() => performance.now(), Date.now),
  after(ms, callback, keepAlive = false) {
    const timer = setTimeout(callback, Math.min(ms, TIMER_MS_MAX));
    if (!keepAlive) {
      timer.unref();
    }
    return () => clearTimeout(timer);
  },
  eventsHandled: () => turn(),
};
