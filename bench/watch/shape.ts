/** Who watches while a shipper delivers, the same in every round. */

export const VARIANTS = {
  none: "no page (--listen none)",
  page: "the page, nobody watches",
  tail: "dragonlog tail, which reads everything",
  browser: "a browser, at most 500 records/s",
  stalled: "a browser that has stalled",
  "stalled-many": "8 browsers that have stalled",
} as const;

export type Variant = keyof typeof VARIANTS;

/** What each of them has beside the shipper. */
export const WATCHERS: Readonly<
  Record<
    Variant,
    { readonly page: boolean; readonly tails: number; readonly readers: number; readonly stalled: number }
  >
> = {
  none: { page: false, tails: 0, readers: 0, stalled: 0 },
  page: { page: true, tails: 0, readers: 0, stalled: 0 },
  tail: { page: true, tails: 1, readers: 0, stalled: 0 },
  browser: { page: true, tails: 0, readers: 1, stalled: 0 },
  stalled: { page: true, tails: 0, readers: 0, stalled: 1 },
  "stalled-many": { page: true, tails: 0, readers: 0, stalled: 8 },
};

/** What the page asks for. */
export const BROWSER_QUERY = "per_second_max=500&line_bytes_max=4096";
/** All records in full: the kernel keeps some megabytes for one who does not read, and of a sample those are many seconds. */
export const STALLED_QUERY = "";

/**
 * Logged by a living process before the clock starts, so that all code is compiled, and whoever reads nothing has so much in
 * the way that nothing further can be written to it.
 */
export const WARM = { records: 60_000, perSecond: 20_000 } as const;
