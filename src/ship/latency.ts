/** How long puts took, counted by bucket: what is kept does not grow with their number. */
import { LATENCY_BUCKETS_MS, type Latency } from "./vitals.js";

export class LatencyHistogram {
  readonly #buckets = new Array<number>(LATENCY_BUCKETS_MS.length + 1).fill(0);
  #count = 0;
  #sumMs = 0;

  add(ms: number): void {
    const found = LATENCY_BUCKETS_MS.findIndex((boundMs) => ms <= boundMs);
    this.#buckets[found < 0 ? LATENCY_BUCKETS_MS.length : found]!++;
    this.#count++;
    this.#sumMs += ms;
  }

  /** As it is now; what is added later does not change it. */
  get taken(): Latency {
    return { buckets: [...this.#buckets], count: this.#count, sumMs: Math.round(this.#sumMs) };
  }
}

/** What was added since `before`. */
export function latencySince(now: Latency, before: Latency): Latency {
  return {
    buckets: now.buckets.map((puts, index) => puts - before.buckets[index]!),
    count: now.count - before.count,
    sumMs: now.sumMs - before.sumMs,
  };
}

/**
 * The time, in ms, that so large a share of the puts took at most, estimated evenly within its bucket; undefined without
 * a put. Beyond the last bound it is that bound: it was more.
 */
export function latencyQuantile({ buckets, count }: Latency, share: number): number | undefined {
  if (count === 0) {
    return undefined;
  }
  const rank = share * count;
  let below = 0;
  for (const [index, boundMs] of LATENCY_BUCKETS_MS.entries()) {
    const puts = buckets[index]!;
    if (puts > 0 && below + puts >= rank) {
      const fromMs = LATENCY_BUCKETS_MS[index - 1] ?? 0;
      return Math.round(fromMs + ((boundMs - fromMs) * (rank - below)) / puts);
    }
    below += puts;
  }
  return LATENCY_BUCKETS_MS.at(-1);
}
