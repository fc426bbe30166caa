/**
 * Whether what waits is to be sent now: so many records or bytes, or the oldest has waited for so long, or someone has asked
 * for it. Now and then it is, although nothing waits: then sources whose writers have died are looked through.
 */
import type { LogBuffer, Source } from "../buffer/buffer.js";
import type { Clock } from "../system/clock.js";
import { dueAtMs } from "../system/due.js";

/** How often is asked. */
const LOOK_MS = 200;
/** The same while it is quiet: for so long a first record, a new journal or a request to send everything may go unnoticed. */
const LOOK_QUIET_MS = 1500;
/** How often quiet sources are looked through for writers that died. */
const REAP_MS = 2000;
/** The same while it is quiet: each time, all of them are read. */
const REAP_QUIET_MS = 10_000;
/** Nothing waited for so long: nobody is in a hurry. */
const QUIET_MS = 5000;

export interface UrgencyOptions {
  readonly buffer: LogBuffer;
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly flushRecords: number;
  readonly flushBytes: number;
}

/** Trouble with what is asked is somebody else's matter; the answer is then undefined. */
export interface Asking {
  ask<T>(question: () => T | Promise<T>): Promise<T | undefined>;
  guarded<T>(question: () => T): T | undefined;
}

export class Urgency {
  readonly #options: UrgencyOptions;
  readonly #asking: Asking;
  #flushSeenAtMs = 0;
  /** Since when something waits, by our own clock; undefined while nothing does. */
  #waitingSinceMs: number | undefined;
  #reapedAtMs = 0;
  #busyAtMs: number;

  constructor(options: UrgencyOptions, asking: Asking) {
    this.#options = options;
    this.#asking = asking;
    this.#busyAtMs = options.clock.elapsed();
  }

  /** After which time to ask again. */
  get lookAgainMs(): number {
    return this.#isQuiet && this.#options.buffer.mayRest ? LOOK_QUIET_MS : LOOK_MS;
  }

  get #isQuiet(): boolean {
    return this.#options.clock.elapsed() - this.#busyAtMs >= QUIET_MS;
  }

  /** What waits is being sent. */
  begins(): void {
    this.#waitingSinceMs = undefined;
  }

  async isDue(sources: readonly Source[]): Promise<boolean> {
    const { clock, buffer, flushBytes, flushRecords, intervalMs } = this.#options;
    const now = clock.now();
    const requestedAtMs = (await this.#asking.ask(() => buffer.flushRequestedAtMs())) ?? this.#flushSeenAtMs;
    // Another one, not a later one: the clock may have been set back in between.
    if (requestedAtMs !== this.#flushSeenAtMs) {
      this.#flushSeenAtMs = requestedAtMs;
      this.#busyAtMs = clock.elapsed();
      return true;
    }
    let records = 0;
    let bytes = 0;
    let oldestMs = Number.POSITIVE_INFINITY;
    for (const source of sources) {
      const waiting = this.#asking.guarded(() => source.unread());
      records += waiting?.records ?? 0;
      bytes += waiting?.bytes ?? 0;
      oldestMs = Math.min(oldestMs, waiting?.oldestMs ?? oldestMs);
    }
    if (records === 0) {
      this.#waitingSinceMs = undefined;
      const reapMs = this.#isQuiet ? REAP_QUIET_MS : REAP_MS;
      const reap = now >= dueAtMs(this.#reapedAtMs, reapMs, now);
      this.#reapedAtMs = reap ? now : this.#reapedAtMs;
      return reap;
    }
    this.#busyAtMs = clock.elapsed();
    // A timestamp from the future, which a caller may give, must not hold up its record and all that follow it, and
    // neither must a clock that was set back.
    this.#waitingSinceMs = Math.min(this.#waitingSinceMs ?? now, now);
    const waitedMs = now - Math.min(oldestMs, this.#waitingSinceMs);
    return records >= flushRecords || bytes >= flushBytes || waitedMs >= intervalMs;
  }
}
