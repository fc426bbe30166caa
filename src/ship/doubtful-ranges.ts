/** Which ordinals of one source are in doubt, and since when: ranges in order that do not overlap. */
export interface DoubtfulRange {
  readonly from: number;
  readonly to: number;
  readonly sinceMs: number;
}

export class DoubtfulRanges {
  #ranges: DoubtfulRange[] = [];

  get ranges(): readonly DoubtfulRange[] {
    return this.#ranges;
  }

  /** Since when the ordinal is in doubt; undefined when it is not. */
  since(ordinal: number): number | undefined {
    const range = this.#ranges[this.#firstEndingAtOrAfter(ordinal)];
    return range !== undefined && range.from <= ordinal ? range.sinceMs : undefined;
  }

  /** In doubt from now on, whatever was known of them before. */
  add(range: DoubtfulRange): void {
    this.remove(range.from, range.to);
    this.#ranges.splice(this.#firstEndingAtOrAfter(range.from), 0, range);
  }

  /** Not in doubt any more. */
  remove(from: number, to: number): void {
    const first = this.#firstEndingAtOrAfter(from);
    let end = first;
    const kept: DoubtfulRange[] = [];
    for (; end < this.#ranges.length && this.#ranges[end]!.from <= to; end++) {
      const range = this.#ranges[end]!;
      if (range.from < from) {
        kept.push({ ...range, to: from - 1 });
      }
      if (range.to > to) {
        kept.push({ ...range, from: to + 1 });
      }
    }
    this.#ranges.splice(first, end - first, ...kept);
  }

  #firstEndingAtOrAfter(ordinal: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ranges[middle]!.to < ordinal) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
