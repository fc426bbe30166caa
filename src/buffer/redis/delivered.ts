/**
 * Which records of each writer are delivered, as it stands in the hash `{p}:delivered`:
 *
 *     <writer>/<token>    [next, [[from, to], …], at]      by the shipper that holds the partition
 *     <writer>            next                             by the writer's forwarder, which reminds a store that forgot
 *
 * Delivered is everything below `next` and each range beyond it, both ends included; `at` is when that was written, in ms.
 *
 * There is no script and no transaction that could compare before it writes, so nothing here has to be compared: a field
 * names the lease (its token) under which it was written, only the holder of that lease writes it, and what it says only
 * grows. What is delivered is the union of all fields of a writer. A holder that comes too late, its lease gone to another,
 * writes its own field, of things that are true: that cannot take anything away from what the other one wrote.
 *
 * Whoever holds the lease now writes the union into its own field, and only then removes the earlier ones.
 */
import { AcknowledgedRanges } from "../ranges.js";

/** What does not fit is not remembered, and may be sent twice. Batches that end in any order make a few ranges, no more. */
const RANGES_MAX = 1000;

export class Delivered extends AcknowledgedRanges {
  /** When something was last added, in ms. */
  atMs = 0;
  /** The fields that it was read from. */
  readonly fields = new Set<string>();

  /** Everything that another one knows. */
  union(other: Delivered): void {
    this.add({ from: 0, to: other.contiguous - 1 });
    for (const range of other.beyond) {
      this.add(range);
    }
    this.atMs = Math.max(this.atMs, other.atMs);
    other.fields.forEach((field) => void this.fields.add(field));
  }

  copy(): AcknowledgedRanges {
    return new AcknowledgedRanges(this.contiguous, this.beyond);
  }

  override toString(): string {
    const ranges = this.beyond.slice(0, RANGES_MAX).map(({ from, to }) => [from, to]);
    return JSON.stringify([this.contiguous, ranges, this.atMs]);
  }

  /** Nothing is delivered where the text is damaged: rather twice than never. */
  static parse(text: string): Delivered {
    const delivered = new Delivered();
    const [next, ranges, atMs] = fieldOf(text);
    delivered.atMs = atMs;
    for (const [from, to] of [[0, next - 1] as const, ...ranges]) {
      delivered.add({ from, to });
    }
    return delivered;
  }
}

type Field = readonly [next: number, ranges: readonly (readonly [number, number])[], atMs: number];

function fieldOf(text: string): Field {
  try {
    const value: unknown = JSON.parse(text);
    const [next, ranges, atMs] = (typeof value === "number" ? [value, [], 0] : value) as Field;
    const whole = [next, atMs, ...ranges.flat()].every((part) => Number.isSafeInteger(part) && part >= 0);
    return whole && ranges.every((range) => range.length === 2) ? [next, ranges, atMs] : [0, [], 0];
  } catch {
    return [0, [], 0];
  }
}

const WITH_TOKEN = /^(.*)\/\d+$/s;

/** By writer, from all fields of the hash. */
export function readDelivered(fields: ReadonlyMap<string, string>): Map<string, Delivered> {
  const all = new Map<string, Delivered>();
  for (const [field, text] of fields) {
    const delivered = Delivered.parse(text);
    delivered.fields.add(field);
    const writer = WITH_TOKEN.exec(field)?.[1] ?? field;
    const known = all.get(writer);
    if (known === undefined) {
      all.set(writer, delivered);
    } else {
      known.union(delivered);
    }
  }
  return all;
}

export function deliveredField(writer: string, token: number): string {
  return `${writer}/${token}`;
}
