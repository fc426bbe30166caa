/** What runs beside each other, and does nothing. */

/** Of the shipper that the question is about. */
export const WRITERS = 10;
/** For what one more of them takes. */
export const MANY = 40;
/** Until caches are filled, and V8 has collected what the start left behind, which it does some ten seconds later. */
export const SETTLE_MS = 20_000;

export const CONTENDERS = {
  node: "Node.js alone",
  pino: "with pino",
  logger: "with a logger",
  "pino-many": `with ${MANY} of pino`,
  "logger-many": `with ${MANY} loggers`,
  shipper: `dragonlog ship, ${WRITERS} quiet writers in processes of their own`,
  "shipper-none": "dragonlog ship, no journals",
  "shipper-many": `dragonlog ship, ${MANY} quiet journals of one process`,
} as const;

export type ContenderName = keyof typeof CONTENDERS;
