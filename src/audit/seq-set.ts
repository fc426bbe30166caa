/**
 * A set of sequence numbers that come mostly in order and mostly without holes, in memory that does not grow with those.
 *
 * State: `[#runFrom, #runEnd)` is one run of numbers that are all in the set: it begins with the first number that came
 * and grows as long as the next one is in. All other numbers are bits in pages, which exist only where numbers are. So
 * a series without holes takes no memory at all, and one with holes a bit a number behind its first hole.
 */
export interface SeqRange {
  /** Both ends are in the range. */
  readonly from: number;
  readonly to: number;
}

const PAGE_WORDS = 256;
const PAGE_BITS = PAGE_WORDS * 32;
const FULL_WORD = 0xffff_ffff;

export class SeqSet {
  #size = 0;
  #runFrom = 0;
  #runEnd = 0;
  readonly #pages = new Map<number, Uint32Array>();

  get size(): number {
    return this.#size;
  }

  /** How many pages there are: what the set takes, in KiB. */
  get pages(): number {
    return this.#pages.size;
  }

  /** True when the number was not in the set before. */
  add(seq: number): boolean {
    if (this.#size === 0) this.#runFrom = this.#runEnd = seq;
    if (seq === this.#runEnd) {
      this.#size++;
      this.#runEnd++;
      if (this.#pages.size > 0) this.#absorb();
      return true;
    }
    if (this.has(seq)) return false;
    const index = Math.floor(seq / PAGE_BITS);
    let page = this.#pages.get(index);
    if (page === undefined) {
      page = new Uint32Array(PAGE_WORDS);
      this.#pages.set(index, page);
    }
    const bit = seq % PAGE_BITS;
    page[bit >> 5]! |= 1 << (bit & 31);
    this.#size++;
    return true;
  }

  has(seq: number): boolean {
    if (seq >= this.#runFrom && seq < this.#runEnd) return true;
    const page = this.#pages.get(Math.floor(seq / PAGE_BITS));
    return page !== undefined && isSet(page, seq % PAGE_BITS);
  }

  /** The numbers in the set as ranges, by where they begin. Ranges may touch, and lie in one another. */
  *ranges(): Generator<SeqRange> {
    const run = { from: this.#runFrom, to: this.#runEnd - 1 };
    let runIsDue = this.#runEnd > this.#runFrom;
    for (const index of [...this.#pages.keys()].sort((a, b) => a - b)) {
      for (const range of rangesIn(this.#pages.get(index)!, index * PAGE_BITS)) {
        if (runIsDue && range.from > run.from) {
          runIsDue = false;
          yield run;
        }
        yield range;
      }
    }
    if (runIsDue) yield run;
  }

  /** The numbers from `from` to `to`, both included, that are not in the set, as ranges that rise and never touch. */
  *holes(from: number, to: number): Generator<SeqRange> {
    let next = from;
    for (const range of this.ranges()) {
      if (range.from > to) break;
      if (range.from > next) yield { from: next, to: range.from - 1 };
      next = Math.max(next, range.to + 1);
    }
    if (next <= to) yield { from: next, to };
  }

  /** The run goes on over numbers that came before their turn; a page that lies in it is needed no more. */
  #absorb(): void {
    for (; ; this.#runEnd++) {
      const index = Math.floor(this.#runEnd / PAGE_BITS);
      const bit = this.#runEnd % PAGE_BITS;
      if (bit === 0 && this.#runFrom <= (index - 1) * PAGE_BITS) this.#pages.delete(index - 1);
      const page = this.#pages.get(index);
      if (page === undefined || !isSet(page, bit)) return;
    }
  }
}

function isSet(page: Uint32Array, bit: number): boolean {
  return (page[bit >> 5]! & (1 << (bit & 31))) !== 0;
}

function* rangesIn(page: Uint32Array, base: number): Generator<SeqRange> {
  let from = -1;
  for (const [index, word] of page.entries()) {
    if (word === (from < 0 ? 0 : FULL_WORD)) continue;
    for (let bit = index * 32; bit < (index + 1) * 32; bit++) {
      if (isSet(page, bit) === from >= 0) continue;
      if (from >= 0) yield { from: base + from, to: base + bit - 1 };
      from = from < 0 ? bit : -1;
    }
  }
  if (from >= 0) yield { from: base + from, to: base + PAGE_BITS - 1 };
}

/**
 * What of `holes` is not in `known`, both rising by where they begin. `count` is told how many numbers of each hole are
 * known.
 */
export function* without(
  holes: Iterable<SeqRange>,
  known: Iterable<SeqRange>,
  count: (seqs: number) => void,
): Generator<SeqRange> {
  const ranges = known[Symbol.iterator]();
  let range = ranges.next();
  for (const { from, to } of holes) {
    let next = from;
    while (next <= to) {
      while (!range.done && range.value.to < next) range = ranges.next();
      if (range.done || range.value.from > to) {
        yield { from: next, to };
        break;
      }
      const start = Math.max(next, range.value.from);
      const end = Math.min(to, range.value.to);
      if (start > next) yield { from: next, to: start - 1 };
      count(end - start + 1);
      next = end + 1;
    }
  }
}
