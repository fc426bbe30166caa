/**
 * Whether it makes sense to send anything at all.
 *
 *     closed ──`failuresMax` failures in a row, or a verdict──► open ──its pause is over──► half-open: one batch goes
 *       ▲                                                         ▲                              │ │
 *       │                                                         └────────── it fails ──────────┘ │
 *       └─────────────────────────────────── it is answered ───────────────────────────────────────┘
 *
 * Each time it opens without having been closed, the pause doubles, with full jitter. Batches that ask while the one is
 * under way are told when it has ended. What was on its way when the circuit opened neither closes it nor makes the pause
 * longer.
 */
import type { FailureCause } from "../sink/sink.js";
import { type Backoff, backoffMs } from "../system/backoff.js";
import type { Clock } from "../system/clock.js";
import { dueAtMs } from "../system/due.js";

export interface CircuitOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly failuresMax: number;
  readonly backoff: Backoff;
}

/** Why a circuit is not closed, and since when. */
export interface Trouble {
  readonly cause: FailureCause;
  readonly detail: string;
  /** Of the first failure, in ms since 1970-01-01 UTC. */
  readonly sinceMs: number;
}

export class Circuit {
  readonly #options: CircuitOptions;
  #state: "closed" | "open" | "half-open" = "closed";
  #failures = 0;
  /** Openings since it was last closed. */
  #openings = 0;
  /** Openings in all. */
  openings = 0;
  /** When the pause began, by the clock, and how long it is. */
  #pausedAtMs = 0;
  #pauseMs = 0;
  #trouble: Trouble | undefined;
  readonly #asking: ((may: boolean) => void)[] = [];

  constructor(options: CircuitOptions) {
    this.#options = options;
  }

  get state(): "closed" | "open" | "half-open" {
    return this.#state;
  }

  /** When the next try is due, in ms since 1970-01-01 UTC; 0 while it is closed. */
  get retryAtMs(): number {
    return this.#state === "closed" ? 0 : dueAtMs(this.#pausedAtMs, this.#pauseMs, this.#options.clock.now());
  }

  /** Undefined while it is closed. */
  get trouble(): Trouble | undefined {
    return this.#state === "closed" ? undefined : this.#trouble;
  }

  /** True while nothing may be sent, not even one batch to see. */
  get isOpen(): boolean {
    return this.#state === "open" && this.#options.clock.now() < this.retryAtMs;
  }

  /** Whether a batch may be sent. Whoever is told so must report what came of it. */
  async permit(): Promise<boolean> {
    if (this.#state === "closed") {
      return true;
    }
    if (this.#state === "half-open") {
      return new Promise((resolve) => this.#asking.push(resolve));
    }
    if (this.isOpen) {
      return false;
    }
    this.#state = "half-open";
    return true;
  }

  /** The destination has answered. Returns what is over by that, if something is. */
  succeeded(): Trouble | undefined {
    const over = this.#state === "half-open" ? this.#trouble : undefined;
    if (this.#state !== "open") {
      this.#state = "closed";
      this.#failures = 0;
      this.#openings = 0;
      this.#trouble = undefined;
      this.#answer(true);
    }
    return over;
  }

  /** A try has failed. Returns the trouble when the circuit opens by that for the first time. */
  failed(cause: FailureCause, detail: string): Trouble | undefined {
    this.#failures++;
    this.#trouble ??= { cause, detail, sinceMs: this.#options.clock.now() };
    return this.#state === "half-open" || this.#failures >= this.#options.failuresMax
      ? this.open(cause, detail)
      : undefined;
  }

  /** The verdict on a batch is to wait. Returns the trouble when the circuit opens by that for the first time. */
  open(cause: FailureCause, detail: string): Trouble | undefined {
    if (this.#state === "open") {
      return undefined;
    }
    const { clock, random, backoff } = this.#options;
    const isNew = this.#state === "closed";
    const now = clock.now();
    this.#trouble = { cause, detail, sinceMs: this.#trouble?.sinceMs ?? now };
    this.openings++;
    this.#openings++;
    this.#pausedAtMs = now;
    this.#pauseMs = backoffMs(this.#openings, random, backoff);
    this.#state = "open";
    this.#answer(false);
    return isNew ? this.#trouble : undefined;
  }

  /** Whoever was permitted has not tried after all; another one may, at once. */
  yield(): void {
    if (this.#state === "half-open") {
      this.#state = "open";
      this.#pauseMs = 0;
      this.#answer(false);
    }
  }

  /** The next try is due at once. */
  hurry(): void {
    if (this.#state === "open") {
      this.#pauseMs = 0;
    }
  }

  #answer(may: boolean): void {
    for (const resolve of this.#asking.splice(0)) {
      resolve(may);
    }
  }
}
