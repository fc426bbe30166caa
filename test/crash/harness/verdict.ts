/**
 * Holds what a stream contains against what had returned in one process. Numbers, ids, contents and times are judged
 * each for itself, so that no one of them has to be trusted.
 */
import type { StoredEvent } from "../../../src/testing/index.js";
import type { ExpectedRecord } from "./records.js";

export interface Verdict {
  readonly writer: string;
  readonly returned: number;
  readonly delivered: number;
  /** Calls that were delivered although they had not returned; at most the one in progress. */
  readonly extra: number;
  /** What is wrong, in sentences; empty when everything that had returned is there, once and in order. */
  readonly faults: readonly string[];
}

const EXAMPLES_MAX = 5;

class Faults {
  readonly #kinds = new Map<string, { examples: unknown[]; count: number }>();

  add(kind: string, example: unknown): void {
    const known = this.#kinds.get(kind) ?? { examples: [], count: 0 };
    this.#kinds.set(kind, known);
    known.count++;
    if (known.examples.length < EXAMPLES_MAX) {
      known.examples.push(example);
    }
  }

  sentences(): string[] {
    return [...this.#kinds].map(([kind, { examples, count }]) => `${count} ${kind}: ${examples.join(", ")}`);
  }
}

/** `events` are those of one writer, in reading order. They may be doubled where an acknowledgement may have been lost. */
export function judge(
  events: readonly StoredEvent[],
  returned: number,
  expected: (n: number) => ExpectedRecord,
  doubles: "none" | "may be doubled" = "none",
): Verdict {
  const faults = new Faults();
  const seen = new Set<number>();
  let writer = "";
  let last = -1;
  for (const { timestamp, message } of events) {
    const line = JSON.parse(message) as { timestamp: string; id: string; metadata: { n: number } };
    const { n } = line.metadata;
    writer ||= line.id.slice(0, line.id.lastIndexOf("-"));
    if (seen.has(n)) {
      if (doubles === "none") {
        faults.add("doubled", n);
      }
      continue;
    }
    seen.add(n);
    if (n < last) {
      faults.add("out of order", `${n} behind ${last}`);
    }
    last = Math.max(last, n);
    if (line.id !== `${writer}-${n}`) {
      faults.add("with another id", `${line.id} on ${n}`);
    }
    if (Date.parse(line.timestamp) !== timestamp) {
      faults.add("with another time", `${line.timestamp} at ${timestamp}`);
    }
    if (!holds(line, expected(n))) {
      faults.add("with another content", `${n} ${message.slice(0, 200)}`);
    }
  }
  for (let n = 0; n < returned; n++) {
    if (!seen.has(n)) {
      faults.add("lost", n);
    }
  }
  const extra = [...seen].filter((n) => n >= returned);
  if (extra.some((n) => n !== returned)) {
    faults.add("never called", extra.join(" "));
  }
  return { writer, returned, delivered: seen.size, extra: extra.length, faults: faults.sentences() };
}

function holds(line: object, expected: ExpectedRecord): boolean {
  const actual = line as Record<string, unknown>;
  return (["data", "type", "request_id", "metadata"] as const).every(
    (name) => JSON.stringify(actual[name]) === JSON.stringify(expected[name]),
  );
}
