/** The shape of the load, the same in every round. */

export const WRITERS = 4;
/**
 * How the records that wait came to be: records of one writer in one millisecond. A destination keeps the order of
 * arrival inside one millisecond only, so this matters to a shipper. The timestamps are given and not taken from the
 * clock, so that every machine and every round has the same backlog to ship.
 */
export const RECORDS_PER_MS = {
  /** Services under load: 20,000 a second each. */
  paced: 20,
  /** A loop that does nothing but log, such as the end of a batch job. */
  burst: 700,
} as const;

export type Backlog = keyof typeof RECORDS_PER_MS;

/** What people put into one call when they write the loop by hand. */
export const LOOP_BATCH_RECORDS = 1000;
/** The loop's name as a writer in the lines, as long as that of any other. */
export const LOOP_WRITER = "plainsdkloop";
export const LATENCIES_MS = [0, 300] as const;
export type LatencyMs = (typeof LATENCIES_MS)[number];
/** The loop's rate does not depend on their number, and with latency it takes a third of a second per thousand. */
export const LOOP_SHARES: Readonly<Record<LatencyMs, number>> = { 0: 0.1, 300: 0.02 };
/** Of the records, so many go to the strict stand-in once. */
export const STRICT_SHARE = 0.1;

export const GROUP = "bench";
export const REGION = "us-east-1";
/** The stand-in takes any. */
export const CREDENTIALS = { accessKeyId: "AKIABENCHBENCHBENCH0", secretAccessKey: "bench" };
