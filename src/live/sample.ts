/** Which of many records are shown where not all can be. */

/** Seldom, and what people look for. */
const FIRST_KEPT = new Set(["ERROR", "FATAL"]);

/**
 * The indices of at most `max` of these types, rising: errors first, and of what does not fit an even sample from the first to
 * the last.
 */
export function sampleOf(types: readonly string[], max: number): number[] {
  const all = types.map((_, index) => index);
  if (all.length <= max) return all;
  const isFirst = (index: number): boolean => FIRST_KEPT.has(types[index]!.toUpperCase());
  const first = evenly(all.filter(isFirst), max);
  const others = evenly(
    all.filter((index) => !isFirst(index)),
    max - first.length,
  );
  return [...first, ...others].sort((a, b) => a - b);
}

function evenly(items: readonly number[], max: number): readonly number[] {
  if (items.length <= max) return items;
  return Array.from(
    { length: Math.max(0, max) },
    (_, n) => items[Math.floor(((n + 0.5) * items.length) / max)]!,
  );
}

/** How many may be shown: so many a second, and not in one go what was not used up over hours. */
export class Allowance {
  readonly #perSecondMax: number;
  #left: number;
  #atMs: number;

  constructor(perSecondMax: number, nowMs: number) {
    this.#perSecondMax = perSecondMax;
    this.#left = perSecondMax;
    this.#atMs = nowMs;
  }

  /** `nowMs` is the time elapsed since some moment, and never runs back. */
  take(wanted: number, nowMs: number): number {
    const gained = ((nowMs - this.#atMs) / 1000) * this.#perSecondMax;
    this.#left = Math.min(this.#perSecondMax, this.#left + gained);
    this.#atMs = nowMs;
    const taken = Math.min(wanted, Math.floor(this.#left));
    this.#left -= taken;
    return taken;
  }
}
