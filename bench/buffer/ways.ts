/** The ways in which records get into a store, and how each is shown. */
export const WAYS = {
  packed: "blocks by dragonlog",
  plain: "blocks by dragonlog, not packed",
  single: "RPUSH of one record, pipelined",
  variadic: "RPUSH of 400 records at once",
  stream: "XADD of one record, pipelined",
} as const;

export type Way = keyof typeof WAYS;

/** The others are compared with it. */
export const BASE: Way = "single";

/** Of lines, in a block. */
export const BLOCK_BYTES = 256 * 1024;
export const VARIADIC_RECORDS = 400;
/** Commands on their way at once; enough that the connection never waits. */
export const PIPELINED = 1000;
