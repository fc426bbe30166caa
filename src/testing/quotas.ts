/**
 * Requests a second, by operation: a bucket of one second's calls that refills evenly. The server's clock drives it, so
 * that a test with a clock of its own decides when a quota is free again.
 */
interface Bucket {
  tokens: number;
  refilledAt: number;
}

export class Quotas {
  readonly #perSecond: Readonly<Record<string, number>>;
  readonly #buckets = new Map<string, Bucket>();

  constructor(perSecond: Readonly<Record<string, number>>) {
    this.#perSecond = perSecond;
  }

  /** Takes one call out of the quota; false when it is used up. */
  take(operation: string, nowMs: number): boolean {
    const rate = this.#perSecond[operation];
    if (rate === undefined) return true;
    const bucket = this.#buckets.get(operation) ?? { tokens: rate, refilledAt: nowMs };
    this.#buckets.set(operation, bucket);
    const elapsedMs = Math.max(0, nowMs - bucket.refilledAt);
    bucket.tokens = Math.min(rate, bucket.tokens + (elapsedMs * rate) / 1000);
    bucket.refilledAt = nowMs;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  clear(): void {
    this.#buckets.clear();
  }
}
