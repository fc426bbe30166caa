/**
 * How many elements to fetch at once. A list does not tell how large its elements are before they are here, so it is few, and
 * by the size of those before; 64 of a thousand bytes cost hardly more than 1.
 */
const FETCH_BYTES = 1 << 20;
const COUNT_FIRST = 4;
const COUNT_MAX = 64;

export class FetchSize {
  /** Of one element, as far as is known. */
  elementBytes = 0;
  #count = COUNT_FIRST;

  get count(): number {
    return this.#count;
  }

  /** Of the elements that came. The largest of them says how large the next ones may be. */
  learn(sizes: readonly number[]): void {
    if (sizes.length > 0) {
      this.elementBytes = sizes.reduce((sum, bytes) => sum + bytes, 0) / sizes.length;
      const fitting = Math.floor(FETCH_BYTES / Math.max(1, ...sizes));
      this.#count = Math.max(1, Math.min(COUNT_MAX, 4 * this.#count, fitting));
    }
  }
}
