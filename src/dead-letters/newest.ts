/** The newest of any number of letters, in memory for ten times as many as are wanted. */
export class Newest<Letter extends { readonly at: string }> {
  #letters: Letter[] = [];

  constructor(readonly lettersMax: number) {}

  add(letter: Letter): void {
    this.#letters.push(letter);
    if (this.#letters.length >= 10 * this.lettersMax) this.#letters = this.take();
  }

  /** The newest first; of one moment, those that were added last. */
  take(): Letter[] {
    const newestFirst = [...this.#letters].reverse();
    return newestFirst.sort((a, b) => (a.at === b.at ? 0 : a.at < b.at ? 1 : -1)).slice(0, this.lettersMax);
  }
}
