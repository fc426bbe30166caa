/** What of a logger stands in its `writer.json` beside what the journal knows, and is kept up at the journal's ticks. */
import type { Aside } from "../journal/options.js";
import type { Limiter } from "../limit/limiter.js";
import type { Levels } from "./levels.js";

export class WriterFacts implements Aside {
  readonly #service: string;
  readonly #levels: Levels;
  readonly #limiter: Limiter | undefined;
  #signed = 0;

  constructor(service: string, levels: Levels, limiter: Limiter | undefined) {
    this.#service = service;
    this.#levels = levels;
    this.#limiter = limiter;
  }

  tick(): boolean {
    return this.#levels.look() || this.#suppressed() !== this.#signed;
  }

  facts(): ReturnType<Aside["facts"]> {
    const level = this.#levels.setFor(this.#service);
    this.#signed = this.#suppressed();
    return {
      ...(level !== undefined && { level }),
      ...(this.#limiter !== undefined && { suppressed: this.#limiter.heldBack() }),
    };
  }

  #suppressed(): number {
    const { limit, sample } = this.#limiter?.totals ?? { limit: 0, sample: 0 };
    return limit + sample;
  }
}
