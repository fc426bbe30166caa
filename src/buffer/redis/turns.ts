/**
 * One call after another, by key. When one is rejected, those that wait behind it are rejected with the same error and never
 * made, so that nothing can overtake what failed: a block that did not fit would otherwise be followed by a smaller one that
 * did, and in a cluster one that is redirected by one that is not.
 */
export class Turns {
  /** The end of the line of each key that has one. */
  readonly #last = new Map<string, Promise<unknown>>();

  take<T>(key: string, call: () => Promise<T>): Promise<T> {
    const turn = this.#last.get(key)?.then(call) ?? call();
    this.#last.set(key, turn);
    const leave = (): void => {
      if (this.#last.get(key) === turn) {
        this.#last.delete(key);
      }
    };
    turn.then(leave, leave);
    return turn;
  }
}
