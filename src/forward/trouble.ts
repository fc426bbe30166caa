/**
 * Why nothing goes into the store, since when, and when it is tried again.
 *
 *     fine ──a call failed──► backing off, longer each time ──a turn went well──► fine
 *       └────the budget is reached──► held ──room, or nothing waits any more──► fine
 *
 * Held is no failure: nothing was asked of the store that it could not do, so it is not left alone.
 */
import type { StoreFailure } from "../buffer/redis/failures.js";
import { countIn } from "../ship/counts.js";
import { type Backoff, backoffMs } from "../system/backoff.js";
import type { Clock } from "../system/clock.js";
import { DragonlogError, messageOf } from "../system/errors.js";
import type { ForwardCounts } from "./counts.js";

const BACKOFF: Backoff = { baseMs: 200, maxMs: 15_000 };

/** `evicts`: it would delete what it is given. `budget`: it has as much as it may have. */
type TroubleCause = StoreFailure | "evicts" | "budget";

export interface ForwardTrouble {
  readonly cause: TroubleCause;
  readonly detail: string;
  readonly sinceMs: number;
}

interface TroublesOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly backoff?: Backoff;
  readonly failureOf: (error: unknown) => StoreFailure;
  readonly counts: ForwardCounts;
  /** Where records are that the store has not taken. */
  readonly waitIn: string;
  readonly onTrouble: (error: DragonlogError) => void;
}

export class Troubles {
  /** Undefined while records go. */
  now: ForwardTrouble | undefined;
  /** Nothing is tried before. */
  retryAtMs = 0;
  readonly #options: TroublesOptions;
  #failures = 0;

  constructor(options: TroublesOptions) {
    this.#options = options;
  }

  failed(error: unknown): void {
    const { clock, random, backoff = BACKOFF, failureOf, waitIn, onTrouble } = this.#options;
    const evicts = error instanceof DragonlogError && error.code === "DRAGONLOG_STORE_EVICTS";
    const detail = messageOf(error);
    this.#failures++;
    this.retryAtMs = clock.now() + backoffMs(this.#failures, random, backoff);
    this.#meets(evicts ? "evicts" : failureOf(error), detail);
    onTrouble(
      evicts
        ? error
        : new DragonlogError(
            "DRAGONLOG_FORWARDER_FAILED",
            `Records cannot be put into the store: ${detail}`,
            `They wait in ${waitIn}; it is tried again.`,
            error,
          ),
    );
  }

  /** Told and counted once until `over`, however often it is met. */
  held(store: string, detail: string): void {
    this.#failures = 0;
    if (this.now?.cause === "budget") {
      this.now = { ...this.now, detail };
      return;
    }
    this.#meets("budget", detail);
    this.#options.onTrouble(
      new DragonlogError(
        "DRAGONLOG_FORWARDER_FAILED",
        `${store} has all the memory that records may take there`,
        `They wait in ${this.#options.waitIn} and go on by themselves when shippers have made room (${detail}).`,
      ),
    );
  }

  over(): void {
    this.#failures = 0;
    this.now = undefined;
  }

  #meets(cause: TroubleCause, detail: string): void {
    const { clock, counts } = this.#options;
    countIn(counts.failures, cause);
    counts.lastError = detail;
    this.now = { cause, detail, sinceMs: this.now?.sinceMs ?? clock.now() };
  }
}
