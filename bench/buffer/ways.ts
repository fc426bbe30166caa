/** The ways in which records get into a store, and how each is shown. */
export const WAYS = {
  packed: "dragonlog's forwarder",
  plain: "dragonlog's forwarder, not packed",
  single: "RPUSH of one record, pipelined",
  variadic: "RPUSH of 400 records at once",
  stream: "XADD of one record, pipelined",
} as const;

export type Way = keyof typeof WAYS;

/** Those that take their records from a journal. */
export const CODECS = { packed: "auto", plain: "none" } as const;

/** The others are compared with it. */
export const BASE: Way = "single";

/** Put into the store before anything is measured, so that the code is compiled: what logs and forwards runs for days. */
export const WARM_UP_RECORDS = 100_000;
export const VARIADIC_RECORDS = 400;
/** Commands on their way at once; enough that the connection never waits. */
export const PIPELINED = 1000;

/** What goes from end to end: the lines of `lines.ts`, and those of bench/ship. */
export const LINES = { hard: "lines of 940 bytes, hard to pack", shipped: "lines of 657 bytes" } as const;

export type Lines = keyof typeof LINES;
