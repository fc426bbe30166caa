/**
 * A set of sequence numbers that are mostly without holes: one bit each, in pages that exist only where numbers are.
 */
const pageBits = 65_536;

export class SeqSet {
  readonly #pages = new Map<number, Uint8Array>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** True when the number was not in the set before. */
  add(seq: number): boolean {
    const index = Math.floor(seq / pageBits);
    let page = this.#pages.get(index);
    if (page === undefined) {
      page = new Uint8Array(pageBits / 8);
      this.#pages.set(index, page);
    }
    const bit = seq % pageBits;
    const mask = 1 << (bit & 7);
    if ((page[bit >> 3]! & mask) !== 0) return false;
    page[bit >> 3]! |= mask;
    this.#size += 1;
    return true;
  }

  has(seq: number): boolean {
    const page = this.#pages.get(Math.floor(seq / pageBits));
    const bit = seq % pageBits;
    return page !== undefined && (page[bit >> 3]! & (1 << (bit & 7))) !== 0;
  }

  /** The lowest numbers below `end` that are not in the set, at most `countMax`. */
  missing(end: number, countMax: number): number[] {
    const found: number[] = [];
    for (let seq = 0; seq < end && found.length < countMax; seq++) {
      if (!this.has(seq)) found.push(seq);
    }
    return found;
  }
}
