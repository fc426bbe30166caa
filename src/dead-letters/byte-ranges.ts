import { AcknowledgedRanges } from "../buffer/ranges.js";

/** Bytes of a file, both ends included. */
export type ByteRange = readonly [from: number, to: number];

/** By the name of the file of letters. */
export type ByteRanges = Readonly<Record<string, readonly ByteRange[]>>;

export function rangesFrom(ranges: readonly ByteRange[]): AcknowledgedRanges {
  return new AcknowledgedRanges(
    0,
    ranges.map(([from, to]) => ({ from, to })),
  );
}

export function rangesOf({ contiguous, beyond }: AcknowledgedRanges): ByteRange[] {
  const rest = beyond.map(({ from, to }): ByteRange => [from, to]);
  return contiguous === 0 ? rest : [[0, contiguous - 1], ...rest];
}

export function areRanges(value: unknown): value is ByteRange[] {
  return Array.isArray(value) && value.every(isRange);
}

function isRange(value: unknown): value is ByteRange {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isSafeInteger);
}
