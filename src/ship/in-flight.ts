/**
 * The batches on their way: at most so many at once, and none before those that it must come after.
 *
 * More at once hide how long the destination takes to answer, and cost memory. So there are few at first, and one more each
 * time that the process has nothing to do but wait for a place: one that is busy itself gains nothing by more, nor does any beyond twice
 * as many where answers come at once.
 *
 * A batch that stays in the buffer takes all later ones of its destination along, until what stayed is read again: sent
 * without it, those that must come after it would stand before it, and the others would meet what it met.
 */
import type { Batch } from "../batch/batch.js";
import type { Clock } from "../system/clock.js";

/** Enough to keep the destination busy while this process makes the next ones. */
const BATCHES_AT_FIRST = 8;
/** Not much longer than making the batches takes that are on their way at first. */
const NEAR_MS = 50;
/** What grows by a share has to be something. */
const ROUND_TRIP_MS_MIN = 1;
/** How fast it is believed that answers take longer than the quickest did. */
const SLOWER_FACTOR = 1.1;
/** Long enough for a process that is not busy to have come to it. */
const WAIT_MS = 2;

export class InFlight {
  readonly #max: number;
  readonly #clock: Clock;
  readonly #limitAtFirst: number;
  #limit: number;
  #roundTripMs = Number.POSITIVE_INFINITY;
  readonly #send: (batch: Batch) => Promise<boolean>;
  readonly #ended: (batch: Batch, sent: boolean) => void;
  readonly #results = new Map<number, Promise<void>>();
  readonly #waiters = new Set<(isFree: boolean) => void>();
  /** Destinations of which a batch was left in the buffer. */
  readonly #leftBehind = new Set<string>();

  /**
   * `send` says whether the destination may take further batches; it must not reject. `ended` is told whether the batch
   * was sent at all.
   */
  constructor(
    max: number,
    clock: Clock,
    send: (batch: Batch) => Promise<boolean>,
    ended: (batch: Batch, sent: boolean) => void,
  ) {
    this.#max = max;
    this.#limitAtFirst = Math.min(max, BATCHES_AT_FIRST);
    this.#limit = this.#limitAtFirst;
    this.#clock = clock;
    this.#send = send;
    this.#ended = ended;
  }

  /** What stayed in the buffer is read again; nothing may be on its way. */
  startAgain(): void {
    this.#leftBehind.clear();
  }

  /** A batch that has to wait for another one costs time: answers take long, as far as is known. */
  get isFar(): boolean {
    return this.#roundTripMs > NEAR_MS;
  }

  /** As many as keep up with any sender where answers take no longer than `NEAR_MS`. */
  get #most(): number {
    return this.isFar ? this.#max : Math.min(this.#max, 2 * BATCHES_AT_FIRST);
  }

  get size(): number {
    return this.#results.size;
  }

  /** Puts the batch on its way; resolves as soon as there is a place for it. */
  async add(batch: Batch): Promise<void> {
    if (this.#results.size === 0) {
      this.#limit = Math.max(this.#limitAtFirst, this.#limit >> 1);
    }
    while (this.#results.size >= Math.min(this.#limit, this.#most)) {
      const isFree = await this.#place();
      // Answers that have come in meanwhile are looked at first.
      await this.#clock.eventsHandled();
      if (!isFree && this.#results.size >= this.#limit && this.#limit < this.#most) {
        this.#limit++;
      }
    }
    const before = batch.after.flatMap((number) => this.#results.get(number) ?? []);
    this.#results.set(batch.number, this.#run(batch, before));
    // What has come in from the network, and what waits to go out, must not wait until there is no place.
    await this.#clock.eventsHandled();
  }

  /** True when a place is free, false when that has taken long. */
  #place(): Promise<boolean> {
    return new Promise((resolve) => {
      let cancel = (): void => {};
      const end = (isFree: boolean): void => {
        cancel();
        this.#waiters.delete(end);
        resolve(isFree);
      };
      this.#waiters.add(end);
      if (this.#limit < this.#most) {
        cancel = this.#clock.after(WAIT_MS, () => end(false), true);
      }
    });
  }

  /** Resolves when nothing is on its way. */
  async landed(): Promise<void> {
    await Promise.all(this.#results.values());
  }

  async #run(batch: Batch, before: readonly Promise<void>[]): Promise<void> {
    await Promise.all(before);
    const { group, stream } = batch.destination;
    const name = `${group}:${stream}`;
    const sent = !this.#leftBehind.has(name);
    const sentAtMs = this.#clock.elapsed();
    const goesOn = sent && (await this.#send(batch));
    if (goesOn) {
      const ms = Math.max(ROUND_TRIP_MS_MIN, this.#clock.elapsed() - sentAtMs);
      this.#roundTripMs = Math.min(ms, SLOWER_FACTOR * this.#roundTripMs);
    } else {
      // How long that took says nothing: it may never have reached the destination.
      this.#leftBehind.add(name);
    }
    this.#results.delete(batch.number);
    this.#ended(batch, sent);
    const [waiter] = this.#waiters;
    waiter?.(true);
  }
}
