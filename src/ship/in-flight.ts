/**
 * The batches on their way: at most so many at once, and none before those that it must come after.
 *
 * A batch that stays in the buffer takes those that come after it along: sent without it they would stand before it.
 */
import type { Batch } from "../batch/batch.js";

export class InFlight {
  readonly #max: number;
  readonly #send: (batch: Batch) => Promise<boolean>;
  readonly #ended: (batch: Batch) => void;
  readonly #results = new Map<number, Promise<boolean>>();
  readonly #waiters: (() => void)[] = [];
  /** True when a batch was left in the buffer. */
  leftBehind = false;

  /** `send` says whether the batch is done with; it must not reject. */
  constructor(max: number, send: (batch: Batch) => Promise<boolean>, ended: (batch: Batch) => void) {
    this.#max = max;
    this.#send = send;
    this.#ended = ended;
  }

  get size(): number {
    return this.#results.size;
  }

  /** Puts the batch on its way; resolves as soon as there is a place for it. */
  async add(batch: Batch): Promise<void> {
    while (this.#results.size >= this.#max) {
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
    const before = batch.after.flatMap((number) => this.#results.get(number) ?? []);
    this.#results.set(batch.number, this.#run(batch, before));
  }

  /** Resolves when nothing is on its way. */
  async landed(): Promise<void> {
    await Promise.all(this.#results.values());
  }

  async #run(batch: Batch, before: readonly Promise<boolean>[]): Promise<boolean> {
    const allowed = (await Promise.all(before)).every(Boolean);
    const done = allowed && (await this.#send(batch));
    this.leftBehind ||= !done;
    this.#results.delete(batch.number);
    this.#ended(batch);
    this.#waiters.shift()?.();
    return done;
  }
}
