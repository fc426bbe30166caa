/**
 * What went to each destination stream, and what did not. A template may make any number of streams, so only the busiest
 * are told apart: when twice as many are known, the quieter half is summed up, and one of them that goes on begins anew.
 */
import type { Destination } from "../batch/batch.js";
import type { DestinationVitals } from "./vitals.js";

/** Destinations that are told apart. */
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
  deliveredAtMs: number | undefined;
  lastError: string | undefined;
}

export class Destinations {
  readonly #known = new Map<string, Sums>();
  readonly #others = newSums({ group: "", stream: OTHERS });
  #summedUp = false;

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

  /** So many apart at most, the busiest first, and after them the sum of the others if there are any. */
  list(apartMax = DESTINATIONS_APART_MAX): DestinationVitals[] {
    const ranked = [...this.#known.values()].sort(busierFirst);
    const apart = ranked.slice(0, apartMax).map((sums) => ({ ...sums }));
    const rest = ranked.slice(apartMax);
    if (rest.length === 0 && !this.#summedUp) {
      return apart;
    }
    const others = { ...this.#others };
    for (const sums of rest) {
      join(others, sums);
    }
    return [...apart, others];
  }

  #sumsOf(destination: Destination): Sums {
    const name = JSON.stringify([destination.group, destination.stream]);
    const known = this.#known.get(name);
    if (known !== undefined) {
      return known;
    }
    if (this.#known.size >= 2 * DESTINATIONS_APART_MAX) {
      this.#sumUp();
    }
    const sums = newSums(destination);
    this.#known.set(name, sums);
    return sums;
  }

  #sumUp(): void {
    const ranked = [...this.#known].sort(([, a], [, b]) => busierFirst(a, b));
    for (const [name, sums] of ranked.slice(DESTINATIONS_APART_MAX)) {
      join(this.#others, sums);
      this.#known.delete(name);
    }
    this.#summedUp = true;
  }
}

function newSums({ group, stream }: Destination): Sums {
  const nothing = { records: 0, bytes: 0, batches: 0, failures: 0 };
  return { group, stream, ...nothing, deliveredAtMs: undefined, lastError: undefined };
}

function busierFirst(a: Sums, b: Sums): number {
  return b.records - a.records || b.failures - a.failures;
}

function join(all: Sums, one: Sums): void {
  all.records += one.records;
  all.bytes += one.bytes;
  all.batches += one.batches;
  all.failures += one.failures;
  if (one.deliveredAtMs !== undefined) {
    all.deliveredAtMs = Math.max(all.deliveredAtMs ?? 0, one.deliveredAtMs);
  }
  all.lastError = one.lastError ?? all.lastError;
}

function shortened(message: string): string {
  return message.length > ERROR_CHARACTERS_MAX ? `${message.slice(0, ERROR_CHARACTERS_MAX)}…` : message;
}
