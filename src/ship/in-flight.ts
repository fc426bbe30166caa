/**
 * The batches on their way: at most so many at once, and none before those that it must come after.
 *
 * A batch that stays in the buffer takes all later ones of its destination along, until what stayed is read again: sent
 * without it, those that must come after it would stand before it, and the others would meet what it met.
 */
import type { Batch } from "../batch/batch.js";

export class InFlight {
  readonly #max: number;
  readonly #send: (batch: Batch) => Promise<boolean>;
  readonly #ended: (batch: Batch, sent: boolean) => void;
  readonly #results = new Map<number, Promise<void>>();
  readonly #waiters: (() => void)[] = [];
  /** Destinations of which a batch was left in the buffer. */
  readonly #leftBehind = new Set<string>();

  /**
   * `send` says whether the destination may take further batches; it must not reject. `ended` is told whether the batch
   * was sent at all.
   */
  constructor(
    max: number,
    send: (batch: Batch) => Promise<boolean>,
    ended: (batch: Batch, sent: boolean) => void,
  ) {
    this.#max = max;
    this.#send = send;
    this.#ended = ended;
  }

  /** What stayed in the buffer is read again; nothing may be on its way. */
  startAgain(): void {
    this.#leftBehind.clear();
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

  async #run(batch: Batch, before: readonly Promise<void>[]): Promise<void> {
    await Promise.all(before);
    const { group, stream } = batch.destination;
    const name = `${group}:${stream}`;
    const sent = !this.#leftBehind.has(name);
    const goesOn = sent && (await this.#send(batch));
    if (!goesOn) {
      this.#leftBehind.add(name);
    }
    this.#results.delete(batch.number);
    this.#ended(batch, sent);
    this.#waiters.shift()?.();
  }
}
