/** By which ways a record comes from its log call to the eyes of somebody, the same in every round. */

export const VARIANTS = {
  file: "pino into a file, tail -F",
  journal: "journal, no shipper",
  "journal-shipper": "journal, a shipper delivers meanwhile",
  store: "store, no shipper",
  "store-shipper": "store, a shipper delivers meanwhile",
} as const;

export type Variant = keyof typeof VARIANTS;

export const PER_SECOND = 200;
/** Between two records, by chance: as with requests that know nothing of each other. Of so many, one comes after a long pause. */
export const PAUSE_SHARE = 1 / 100;
export const PAUSE_MS = { min: 500, max: 1500 } as const;
/** All in one turn of the event loop. */
export const BURST_RECORDS = 4_000;
