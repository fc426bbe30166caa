/**
 * Holds records back that are too many, and says how many: `limit` lets so many through in a second, of each service and type,
 * `sample` a share of them. What is held back is counted, and reported in the stream: soon where a limit was reached, and
 * seldom where only a share was asked for.
 *
 *     nothing held back ──held back──► waiting (a timer) ──report written──► nothing held back
 *                                         └──no room for it──► waiting again
 */
import type { Clock } from "../system/clock.js";
import { Bucket, type Counts } from "./bucket.js";
import { type HeldBack, heldBackOf, OTHERS } from "./held-back.js";
import { ALL_TYPES, byType, type Rates } from "./rates.js";

/** Pairs of service and type that are told apart; what comes later shares a bucket, so that hostile names cannot grow the memory. */
const BUCKETS_MAX = 1000;
const NAME_CHARS_MAX = 64;
const LIMIT_REPORT_MS = 10_000;
const SAMPLE_REPORT_MS = 60_000;

export interface LimiterOptions {
  readonly limit: Rates;
  readonly sample: Rates;
  readonly clock: Clock;
  /** A random number from 0 up to 1. */
  readonly chance: () => number;
  /** Writes a report into the stream; false where there is no room. */
  readonly report: (report: Suppressed) => boolean;
}

/** What was held back of one service since the last report. */
export interface Suppressed {
  /** Undefined for services that are not told apart. */
  readonly service: string | undefined;
  readonly total: number;
  readonly byType: Readonly<Record<string, number>>;
  readonly byCause: { readonly limit?: number; readonly sample?: number };
  readonly sinceMs: number;
  readonly untilMs: number;
}

export class Limiter {
  /** How many records were held back so far, by cause. */
  readonly totals: Counts = { limit: 0, sample: 0 };
  readonly #options: LimiterOptions;
  readonly #limits: ReadonlyMap<string, number>;
  readonly #shares: ReadonlyMap<string, number>;
  /** By service, then by type; null where no rule is for a type. */
  readonly #buckets = new Map<string, Map<string, Bucket | null>>();
  /** All of them, and those that held something back since their last report. */
  readonly #limited: Bucket[] = [];
  readonly #counted = new Set<Bucket>();
  #known = 0;
  #closed = false;
  #sinceMs = 0;
  #dueMs = 0;
  #cancel: (() => void) | undefined;

  constructor(options: LimiterOptions) {
    this.#options = options;
    this.#limits = byType(options.limit);
    this.#shares = byType(options.sample);
  }

  /** False for a record that is held back. Once closed, none is: nobody would say so. */
  admits(service: string, type: string): boolean {
    if (this.#closed) return true;
    let bucket = this.#buckets.get(service)?.get(type);
    if (bucket === undefined) bucket = this.#newBucket(service, type);
    if (bucket === null) return true;
    const now = this.#options.clock.now();
    const cause = bucket.holdsBack(now, this.#options.chance);
    if (cause === undefined) return true;
    this.totals[cause]++;
    if (this.#counted.size === 0) this.#sinceMs = now;
    this.#counted.add(bucket);
    this.#reportIn(cause === "limit" ? LIMIT_REPORT_MS : SAMPLE_REPORT_MS);
    return false;
  }

  /** Writes the reports that are due, and all that wait where they are asked for. */
  reportNow(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const { report, clock } = this.#options;
    const byService = new Map<string, Bucket[]>();
    for (const bucket of this.#counted) {
      const { service } = bucket.options;
      byService.set(service, [...(byService.get(service) ?? []), bucket]);
    }
    for (const [service, buckets] of byService) {
      const counts = buckets.map((bucket): Said => ({ bucket, ...bucket.unreported }));
      const untilMs = clock.now();
      if (!report(sumOf(service === OTHERS ? undefined : service, counts, this.#sinceMs, untilMs))) continue;
      for (const { bucket, limit, sample } of counts) {
        bucket.reported.limit += limit;
        bucket.reported.sample += sample;
        // What is held back while the report is written is in the next one.
        const { unreported } = bucket;
        if (unreported.limit + unreported.sample === 0) this.#counted.delete(bucket);
      }
    }
    if (this.#counted.size > 0 && !this.#closed) this.#reportIn(LIMIT_REPORT_MS);
  }

  /** All that was held back so far, by service, level and cause. */
  heldBack(): HeldBack[] {
    const counts: HeldBack[] = [];
    for (const bucket of this.#limited) {
      const { service, type } = bucket.options;
      counts.push({ service, type, cause: "limit", records: bucket.held.limit });
      counts.push({ service, type, cause: "sample", records: bucket.held.sample });
    }
    return heldBackOf(counts);
  }

  /** Nothing is reported any more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.reportNow();
  }

  /** The earlier of this and what is due already. */
  #reportIn(ms: number): void {
    const dueMs = this.#options.clock.elapsed() + ms;
    if (this.#cancel !== undefined && this.#dueMs <= dueMs) return;
    this.#cancel?.();
    this.#dueMs = dueMs;
    this.#cancel = this.#options.clock.after(ms, () => this.reportNow());
  }

  #newBucket(service: string, type: string): Bucket | null {
    const perSecond = this.#limits.get(type) ?? this.#limits.get(ALL_TYPES);
    const share = this.#shares.get(type) ?? this.#shares.get(ALL_TYPES) ?? 1;
    if (perSecond === undefined && share === 1) return this.#keep(service, type, null);
    const isKnown =
      this.#known < BUCKETS_MAX && service.length <= NAME_CHARS_MAX && type.length <= NAME_CHARS_MAX;
    if (isKnown) return this.#keep(service, type, new Bucket({ service, type, perSecond, share }));
    const rule = this.#limits.has(type) || this.#shares.has(type) ? type : OTHERS;
    const shared = this.#buckets.get(OTHERS)?.get(rule);
    return shared ?? this.#put(OTHERS, rule, new Bucket({ service: OTHERS, type: rule, perSecond, share }));
  }

  #keep(service: string, type: string, bucket: Bucket | null): Bucket | null {
    if (this.#known >= BUCKETS_MAX) return bucket;
    this.#known++;
    return this.#put(service, type, bucket);
  }

  #put(service: string, type: string, bucket: Bucket | null): Bucket | null {
    let types = this.#buckets.get(service);
    if (types === undefined) {
      types = new Map();
      this.#buckets.set(service, types);
    }
    types.set(type, bucket);
    if (bucket !== null) this.#limited.push(bucket);
    return bucket;
  }
}

/** What a report says of a bucket. */
interface Said extends Counts {
  readonly bucket: Bucket;
}

function sumOf(
  service: string | undefined,
  said: readonly Said[],
  sinceMs: number,
  untilMs: number,
): Suppressed {
  const sums = { limit: 0, sample: 0 };
  const counts: [type: string, records: number][] = [];
  for (const { bucket, limit, sample } of said) {
    sums.limit += limit;
    sums.sample += sample;
    counts.push([bucket.options.type, limit + sample]);
  }
  const byCause = {
    ...(sums.limit > 0 && { limit: sums.limit }),
    ...(sums.sample > 0 && { sample: sums.sample }),
  };
  // As own members, whatever their names.
  return {
    service,
    total: sums.limit + sums.sample,
    byType: Object.fromEntries(counts),
    byCause,
    sinceMs,
    untilMs,
  };
}
