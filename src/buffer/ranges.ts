import type { OrdinalRange } from "./buffer.js";

/**
 * Which ordinals are acknowledged: everything below `contiguous`, and a sorted list of ranges above it that do not
 * touch each other. Batches end in any order, so the list is as long as what is in flight is scattered.
 */
export class AcknowledgedRanges {
  #contiguous: number;
  #beyond: OrdinalRange[];

  constructor(contiguous = 0, beyond: readonly OrdinalRange[] = []) {
    this.#contiguous = contiguous;
    this.#beyond = [];
    for (const range of beyond) {
      this.add(range);
    }
  }

  /** The first ordinal that is not acknowledged. */
  get contiguous(): number {
    return this.#contiguous;
  }

  get beyond(): readonly OrdinalRange[] {
    return this.#beyond;
  }

  has(ordinal: number): boolean {
    if (ordinal < this.#contiguous) {
      return true;
    }
    const range = this.#beyond[this.#firstEndingAtOrAfter(ordinal)];
    return range !== undefined && range.from <= ordinal;
  }

  add({ from, to }: OrdinalRange): void {
    if (to < this.#contiguous || to < from) {
      return;
    }
    // Ranges that overlap or touch the new one become one with it.
    const first = this.#firstEndingAtOrAfter(from - 1);
    let end = first;
    let low = from;
    let high = to;
    for (; end < this.#beyond.length && this.#beyond[end]!.from <= to + 1; end++) {
      low = Math.min(low, this.#beyond[end]!.from);
      high = Math.max(high, this.#beyond[end]!.to);
    }
    if (low <= this.#contiguous) {
      this.#contiguous = high + 1;
      this.#beyond.splice(0, end);
    } else {
      this.#beyond.splice(first, end - first, { from: low, to: high });
    }
  }

  #firstEndingAtOrAfter(ordinal: number): number {
    let low = 0;
    let high = this.#beyond.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#beyond[middle]!.to < ordinal) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
