/**
 * Which streams are known to stand, so that the first batch of a stream goes alone: beside it, every other one would be
 * uploaded in vain when the stream is missing, and once more after it was created.
 */
import type { Destination } from "../../batch/batch.js";
import { systemClock } from "../../system/clock.js";
import type { Answer } from "../sink.js";

/** Streams beyond this many are forgotten all at once; each then costs one more round trip. */
const STREAMS_MAX = 10_000;

export class KnownStreams {
  readonly #known = new Set<string>();
  readonly #first = new Map<string, Promise<Answer>>();
  #turns: Promise<void> = Promise.resolve();

  /** Sends at once to a stream that is known; otherwise after the one that is finding out has been answered. */
  async afterFirst({ group, stream }: Destination, send: () => Promise<Answer>): Promise<Answer> {
    const name = `${group}:${stream}`;
    if (this.#known.has(name)) return send();
    const first = this.#first.get(name);
    if (first !== undefined) {
      await first;
      await this.#ownTurn();
      return send();
    }
    const answer = send();
    this.#first.set(name, answer);
    try {
      if ((await answer).verdict === "delivered") this.#add(name);
      return await answer;
    } finally {
      this.#first.delete(name);
    }
  }

  /** Those that have waited start one after the other, so that one is written out before the next one takes memory. */
  #ownTurn(): Promise<void> {
    this.#turns = this.#turns.then(systemClock.eventsHandled);
    return this.#turns;
  }

  #add(name: string): void {
    if (this.#known.size >= STREAMS_MAX) this.#known.clear();
    this.#known.add(name);
  }
}
