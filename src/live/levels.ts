/** How many records of which type there were in which second: what a histogram over time is drawn from. */
import type { LiveEvent } from "./query.js";

/** Types are texts of others; beyond so many in one step they count together. */
const TYPES_MAX = 100;
const OTHER = "(others)";
const SECOND_MS = 1000;

export class Levels {
  readonly #seconds = new Map<number, Map<string, number>>();
  readonly #types = new Set<string>();

  add(timestamp: number, type: string): void {
    const secondMs = Math.floor(timestamp / SECOND_MS) * SECOND_MS;
    let second = this.#seconds.get(secondMs);
    if (second === undefined) {
      second = new Map();
      this.#seconds.set(secondMs, second);
    }
    if (this.#types.size < TYPES_MAX) this.#types.add(type);
    const name = this.#types.has(type) ? type : OTHER;
    second.set(name, (second.get(name) ?? 0) + 1);
  }

  take(): LiveEvent["levels"] {
    const taken = [...this.#seconds]
      .sort(([a], [b]) => a - b)
      .map(([secondMs, byType]): LiveEvent["levels"][number] => [secondMs, Object.fromEntries(byType)]);
    this.#seconds.clear();
    this.#types.clear();
    return taken;
  }
}
