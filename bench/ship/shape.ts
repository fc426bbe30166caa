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
/** With latency the loop takes a third of a second per thousand records, whatever their number. */
export const LOOP_LATENT_SHARE = 0.1;
export const LATENCIES_MS = [0, 300] as const;

export const GROUP = "bench";
export const REGION = "us-east-1";
/** The stand-in takes any. */
export const CREDENTIALS = { accessKeyId: "AKIABENCHBENCHBENCH0", secretAccessKey: "bench" };
