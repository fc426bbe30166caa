/** What a forwarder has done, for its report. */
export interface ForwardCounts {
  /** Taken by the store, those that were sent again among them. */
  blocks: number;
  records: number;
  lineBytes: number;
  /** The same as it lies in the store. */
  blockBytes: number;
  /** How often the store had lost what it took. */
  losses: number;
  /** Records that were in the store then and not delivered; they were sent again. */
  lostRecords: number;
  /** What the store, or a journal, was in the way with, by cause. */
  failures: Record<string, number>;
  lastError: string | undefined;
}

export function newForwardCounts(): ForwardCounts {
  return {
    blocks: 0,
    records: 0,
    lineBytes: 0,
    blockBytes: 0,
    losses: 0,
    lostRecords: 0,
    failures: {},
    lastError: undefined,
  };
}
