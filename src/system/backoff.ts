export interface Backoff {
  /** The longest wait after the first failed attempt; it doubles with every further one. */
  readonly baseMs: number;
  /** The longest wait of all. */
  readonly maxMs: number;
}

/** Beyond these the longest wait is reached whatever the base, and powers of two stay exact. */
const DOUBLINGS_MAX = 50;

/**
 * How long to wait after the given failed attempt (from 1): exponential, with full jitter, so that many who failed
 * together do not come back together. https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs(attempt: number, random: () => number, { baseMs, maxMs }: Backoff): number {
  return random() * Math.min(maxMs, baseMs * 2 ** Math.min(attempt - 1, DOUBLINGS_MAX));
}
