/**
 * Which parts of one large record may be stored without anyone having said so. Its memo knows records only, so a shipper
 * that takes over doubts every part, until each has been looked up or sent anew.
 */
export class PartDoubts {
  /** Since when every part is in doubt of which nothing else is known; undefined when none is. */
  readonly #allSinceMs: number | undefined;
  readonly #sinceMs = new Map<number, number>();
  readonly #certain = new Set<number>();

  constructor(allSinceMs: number | undefined) {
    this.#allSinceMs = allSinceMs;
  }

  since(part: number): number | undefined {
    return this.#sinceMs.get(part) ?? (this.#certain.has(part) ? undefined : this.#allSinceMs);
  }

  add(part: number, nowMs: number): void {
    this.#certain.delete(part);
    this.#sinceMs.set(part, nowMs);
  }

  remove(part: number): void {
    this.#sinceMs.delete(part);
    this.#certain.add(part);
  }
}
