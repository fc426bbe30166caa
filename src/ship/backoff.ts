const BASE_MS = 200;
const CAP_MS = 60_000;

/**
 * How long to wait after the given failed attempt (from 1): exponential, with full jitter, so that many shippers do not
 * come back at once. https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs(attempt: number, random: () => number): number {
  return random() * Math.min(CAP_MS, BASE_MS * 2 ** Math.min(attempt, 30));
}
