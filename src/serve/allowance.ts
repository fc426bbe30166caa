/** So many at once, and then one after each `everyMs`. */
export class Allowance {
  #left: number;
  #sinceMs: number;

  constructor(
    readonly most: number,
    readonly everyMs: number,
    /** In ms, never set back. */
    readonly elapsed: () => number,
  ) {
    this.#left = most;
    this.#sinceMs = elapsed();
  }

  /** False when there is none left. */
  take(): boolean {
    const come = Math.floor((this.elapsed() - this.#sinceMs) / this.everyMs);
    this.#left = Math.min(this.most, this.#left + come);
    this.#sinceMs += come * this.everyMs;
    if (this.#left === 0) {
      return false;
    }
    this.#left--;
    return true;
  }
}
