/**
 * What went to each destination stream, and what did not. A template may make any number of streams, so only the busiest
 * are told apart: when so many are known and another comes, the quieter half is summed up for good, and one of them that goes on
 * begins at 0. So none comes and goes between those that are told apart and the sum of the others.
 */
import type { Destination } from "../batch/batch.js";
import type { DestinationVitals } from "./vitals.js";

/** Destinations that are told apart at most. */
export const DESTINATIONS_APART_MAX = 100;
/** The stream under which the others stand; a stream of this name cannot exist: it holds what their names may not. */
export const OTHERS = "(others)";
/** A message is for people, and comes from elsewhere. */
const ERROR_CHARACTERS_MAX = 500;

interface Sums {
  readonly group: string;
  readonly stream: string;
  records: number;
  bytes: number;
  batches: number;
  failures: number;
  recordsPerSecond: number | undefined;
  deliveredAtMs: number | undefined;
  lastError: string | undefined;
}

/** A destination, and what it had at the last look. */
interface Known {
  readonly sums: Sums;
  recordsBefore: number;
}

export class Destinations {
  readonly #known = new Map<string, Known>();
  readonly #others: Known = { sums: newSums({ group: "", stream: OTHERS }), recordsBefore: 0 };
  #summedUp = false;
  #lookedAtMs: number | undefined;

  stored(destination: Destination, records: number, bytes: number, atMs: number): void {
    const sums = this.#sumsOf(destination);
    sums.records += records;
    sums.bytes += bytes;
    sums.batches++;
    sums.deliveredAtMs = atMs;
    sums.lastError = undefined;
  }

  failed(destination: Destination, message: string): void {
    const sums = this.#sumsOf(destination);
    sums.failures++;
    sums.lastError = shortened(message);
  }

  /** What the last try was for became dead letters, so nothing is tried again. */
  buried(destination: Destination): void {
    this.#sumsOf(destination).lastError = undefined;
  }

  /** To be called every ten seconds or so, with Clock.elapsed: rates are those since the call before. */
  look(elapsedMs: number): void {
    const ms = elapsedMs - (this.#lookedAtMs ?? elapsedMs);
    for (const known of [...this.#known.values(), this.#others]) {
      const { sums, recordsBefore } = known;
      if (ms > 0) {
        sums.recordsPerSecond = Math.round(((sums.records - recordsBefore) * 10_000) / ms) / 10;
      }
      known.recordsBefore = sums.records;
    }
    this.#lookedAtMs = elapsedMs;
  }

  /** So many apart at most, the busiest first, and after them the sum of the others if there are any. */
  list(apartMax = DESTINATIONS_APART_MAX): DestinationVitals[] {
    const ranked = [...this.#known.values()].map(({ sums }) => sums).sort(busierFirst);
    const apart = ranked.slice(0, apartMax).map((sums) => ({ ...sums }));
    const rest = ranked.slice(apartMax);
    if (rest.length === 0 && !this.#summedUp) {
      return apart;
    }
    const others = { ...this.#others.sums };
    for (const sums of rest) {
      join(others, sums);
    }
    return [...apart, others];
  }

  #sumsOf(destination: Destination): Sums {
    const name = JSON.stringify([destination.group, destination.stream]);
    const known = this.#known.get(name);
    if (known !== undefined) {
      return known.sums;
    }
    if (this.#known.size >= DESTINATIONS_APART_MAX) {
      this.#sumUp();
    }
    const sums = newSums(destination);
    this.#known.set(name, { sums, recordsBefore: 0 });
    return sums;
  }

  #sumUp(): void {
    const ranked = [...this.#known].sort(([, a], [, b]) => busierFirst(a.sums, b.sums));
    for (const [name, { sums, recordsBefore }] of ranked.slice(DESTINATIONS_APART_MAX / 2)) {
      join(this.#others.sums, sums);
      this.#others.recordsBefore += recordsBefore;
      this.#known.delete(name);
    }
    this.#summedUp = true;
  }
}

function newSums({ group, stream }: Destination): Sums {
  const nothing = { records: 0, bytes: 0, batches: 0, failures: 0 };
  const unknown = { recordsPerSecond: undefined, deliveredAtMs: undefined, lastError: undefined };
  return { group, stream, ...nothing, ...unknown };
}

function busierFirst(a: Sums, b: Sums): number {
  return b.records - a.records || b.failures - a.failures;
}

function join(all: Sums, one: Sums): void {
  all.records += one.records;
  all.bytes += one.bytes;
  all.batches += one.batches;
  all.failures += one.failures;
  if (one.recordsPerSecond !== undefined) {
    all.recordsPerSecond = (all.recordsPerSecond ?? 0) + one.recordsPerSecond;
  }
  if (one.deliveredAtMs !== undefined) {
    all.deliveredAtMs = Math.max(all.deliveredAtMs ?? 0, one.deliveredAtMs);
  }
  all.lastError = one.lastError ?? all.lastError;
}

function shortened(message: string): string {
  return message.length > ERROR_CHARACTERS_MAX ? `${message.slice(0, ERROR_CHARACTERS_MAX)}…` : message;
}
