import { drawBelow } from "./random.js";

const HOUR_MS = 3_600_000;

/** A clock that runs one millisecond in four calls and now and then stands up to an hour back, or up to a minute ahead. */
export function clockAt(n: number, seed: number): number {
  const jump = drawBelow(20, seed, 2 * n);
  const back = jump === 0 ? drawBelow(HOUR_MS, seed, 2 * n + 1) : 0;
  const ahead = jump === 1 && n % 500 === 0 ? drawBelow(60_000, seed, 2 * n + 1) : 0;
  return Math.floor(n / 4) - back + ahead;
}
