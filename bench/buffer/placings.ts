/** What becomes of a record that is logged, and how each is shown. */
export const PLACINGS = {
  journal: "into the journal, and left there",
  store: "into the journal, and from there into the store",
  memory: "into memory, and from there into the store (journal: false)",
} as const;

export type Placing = keyof typeof PLACINGS;
