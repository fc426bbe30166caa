/**
 * What of one writer was given to the shipper, and what of that is delivered.
 *
 *     seq   0 ······ delivered ······ given ······ top: the next one that is expected
 *
 * A forwarder appends the blocks of a writer in order, one at a time, and sends again from the first record that is not
 * delivered when an answer was lost or the store has lost something. So in a stream
 *
 *   - a record may stand twice: the later one is left out if the first was given;
 *   - blocks may begin again lower: what of them was not given is given;
 *   - a block may begin above `top`, where the store has lost what was before it. The forwarder will notice and send all of
 *     it again, so such a block is held back, for in front of the others it would stand out of order. What is never sent,
 *     because its machine is gone with it, is waited for only so long.
 *
 * A block's first seq says up to where the one before it came, even if that record is none of its own: what is missing
 * between there and its records, and between these, was dropped by the writer, which has told so, and is not waited for. Of a
 * writer without a journal, which has nothing to send again, the first block after a loss has the seq up to where it knows its
 * records to be delivered: what there still is in front of that block counts (tracked-blocks.ts), and is not held back any more.
 *
 * Invariant: `given` holds all that `delivered` does; after `forget` it is the same.
 */
import type { AcknowledgedRanges } from "../ranges.js";
import { Delivered } from "./delivered.js";

export class Series {
  readonly delivered: Delivered;
  #given: AcknowledgedRanges;
  host = "";

  constructor(delivered = new Delivered()) {
    this.delivered = delivered;
    this.#given = delivered.copy();
  }

  /** The seq behind the highest that was given. */
  get top(): number {
    const { beyond, contiguous } = this.#given;
    return beyond.length === 0 ? contiguous : beyond.at(-1)!.to + 1;
  }

  wasGiven(seq: number): boolean {
    return this.#given.has(seq);
  }

  give(from: number, to: number): void {
    this.#given.add({ from, to });
  }

  deliver(from: number, to: number, nowMs: number): void {
    this.delivered.add({ from, to });
    this.delivered.atMs = nowMs;
    this.#given.add({ from, to });
  }

  /** Takes in what others know to be delivered. */
  learn(delivered: Delivered): void {
    this.delivered.union(delivered);
    this.give(0, delivered.contiguous - 1);
    for (const { from, to } of delivered.beyond) {
      this.give(from, to);
    }
  }

  /** What was given and is not delivered will be given again. */
  forget(): void {
    this.#given = this.delivered.copy();
  }

  /** Nothing that was given is still to be delivered. */
  get settled(): boolean {
    return sizeOf(this.#given) === sizeOf(this.delivered);
  }
}

/** Whether all of `from` to `to` is among the ranges. */
export function covers({ contiguous, beyond }: AcknowledgedRanges, from: number, to: number): boolean {
  return to < contiguous || beyond.some((range) => range.from <= from && to <= range.to);
}

function sizeOf({ contiguous, beyond }: AcknowledgedRanges): number {
  return beyond.reduce((sum, { from, to }) => sum + to - from + 1, contiguous);
}
