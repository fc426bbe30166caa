/** What a shipper measures of itself besides its counts, for status, metrics and the page. */

/** Upper bounds of the buckets of put latency, in ms; a last one takes the rest. */
export const LATENCY_BUCKETS_MS = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000] as const;

/** How long puts took that were answered, whatever the answer. */
export interface Latency {
  /** For each of `LATENCY_BUCKETS_MS` and the rest: puts that took no longer than it and longer than the one before. */
  readonly buckets: readonly number[];
  readonly count: number;
  readonly sumMs: number;
}

/** One destination stream. The busiest are told apart, the others summed up as `(others)`. */
export interface DestinationVitals {
  readonly group: string;
  readonly stream: string;
  readonly records: number;
  readonly bytes: number;
  readonly batches: number;
  /** Failed tries. */
  readonly failures: number;
  /** Over about the last ten seconds; undefined in the first ones. */
  readonly recordsPerSecond: number | undefined;
  /** In ms since 1970-01-01 UTC; undefined before the first. */
  readonly deliveredAtMs: number | undefined;
  /** Undefined when the last try went through, or what it was for became dead letters. */
  readonly lastError: string | undefined;
}

/** What passed in one step of a shipper's last hour. */
export interface Step {
  /** The end of the step, in ms since 1970-01-01 UTC. */
  readonly atMs: number;
  readonly stepMs: number;
  /** Logged in the step, as far as it can be seen: what is delivered plus what waits more than before. */
  readonly inRecords: number;
  readonly outRecords: number;
  readonly outBytes: number;
  readonly waitingRecords: number;
  readonly waitingBytes: number;
  /** Failed tries. */
  readonly failures: number;
  readonly deadLetters: number;
  readonly dropped: number;
  /** Of the puts of this step, in ms; undefined without one. */
  readonly putMsP50: number | undefined;
  readonly putMsP99: number | undefined;
}

/** Logged since the shipper started, as far as it can be seen: what is delivered or a dead letter, and what waits more than then. */
export interface Logged {
  readonly records: number;
  readonly bytes: number;
}

/** Records and bytes per second. */
export interface Rates {
  /** Over how long they were taken, in ms. */
  readonly overMs: number;
  readonly inRecords: number;
  readonly outRecords: number;
  readonly outBytes: number;
}
