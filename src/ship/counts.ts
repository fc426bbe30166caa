/** Causes of `ShipCounts.failures` that are writes on this machine, and no puts. */
export const LETTERS_FAILURE = "dead letters";
export const NOTES_FAILURE = "in-flight notes";

/** What a shipper has done, for status and metrics. Every way in which a record can be delayed or diverted has a count. */
export interface ShipCounts {
  deliveredRecords: number;
  deliveredBytes: number;
  deliveredBatches: number;
  /** Failed tries to put a batch, by cause, and to write what stands above. */
  readonly failures: Record<string, number>;
  /** Batches, and parts of batches, that were split because every try of them had failed. */
  splits: number;
  /** Batches, or what was left of them, that went back to wait in the buffer. */
  parks: number;
  /** Times that a destination was looked at for what may have been stored although its answer was lost. */
  lookups: number;
  /** Events that were found there, and not sent again. */
  foundStored: number;
  /** Records that became dead letters, by reason. */
  readonly deadLetters: Record<string, number>;
  /** Records that could not be read any more, by cause; `…Bytes` beside it where bytes are known. */
  readonly damage: Record<string, number>;
  /** Elements of each list of a store that are done with: delivered, or dead letters. */
  readonly lists: Record<string, number>;
  /** Failed reads of a source. */
  readFailures: number;
  /** The last failure, for people; undefined when the last attempt went through. */
  lastError: string | undefined;
  /** Why dead letters cannot be written, whose records stay in the buffer; undefined when the last ones were. */
  lettersError: string | undefined;
}

export function newCounts(): ShipCounts {
  return {
    deliveredRecords: 0,
    deliveredBytes: 0,
    deliveredBatches: 0,
    failures: {},
    splits: 0,
    parks: 0,
    lookups: 0,
    foundStored: 0,
    deadLetters: {},
    damage: {},
    lists: {},
    readFailures: 0,
    lastError: undefined,
    lettersError: undefined,
  };
}

export function countIn(counts: Record<string, number>, key: string, by = 1): void {
  counts[key] = (counts[key] ?? 0) + by;
}
