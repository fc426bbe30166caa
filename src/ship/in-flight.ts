/**
 * The batches on their way: at most so many at once, and none before those that it must come after.
 *
 * A batch that stays in the buffer takes all later ones of its destination along: sent without it, those that must come
 * after it would stand before it, and the others would meet what it met.
 */
import type { Batch } from "../batch/batch.js";

export class InFlight {
  readonly #max: number;
  readonly #send: (batch: Batch) => Promise<boolean>;
  readonly #ended: (batch: Batch) => void;
  readonly #results = new Map<number, Promise<boolean>>();
  readonly #waiters: (() => void)[] = [];
  /** Destinations of which a batch was left in the buffer. */
  readonly #leftBehind = new Set<string>();

  /** `send` says whether the batch is done with; it must not reject. */
  constructor(max: number, send: (batch: Batch) => Promise<boolean>, ended: (batch: Batch) => void) {
    this.#max = max;
    this.#send = send;
    this.#ended = ended;
  }

  /** True when a batch was left in the buffer. */
  get leftBehind(): boolean {
    return this.#leftBehind.size > 0;
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
    await Promise.all(before);
    const { group, stream } = batch.destination;
    const name = `${group}:${stream}`;
    const done = !this.#leftBehind.has(name) && (await this.#send(batch));
    if (!done) {
      this.#leftBehind.add(name);
    }
    this.#results.delete(batch.number);
    this.#ended(batch);
    this.#waiters.shift()?.();
    return done;
  }
}
