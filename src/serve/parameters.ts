/** Parameters of a request, strictly: what is unknown, repeated or out of range is refused by name. */
import { OPTIONS } from "../config/options.js";
import { sinceMs } from "../config/places.js";
import type { LiveRequest } from "../live/query.js";
import { invalid } from "./answers.js";

const PER_SECOND_MAX = 100_000;
const LINE_BYTES_MAX = 64 << 20;
const WHERE_MAX = 32;

const RECORDS = [
  "service",
  "type",
  "request_id",
  "grep",
  "where",
  "last",
  "since",
  "follow",
  "per_second_max",
  "line_bytes_max",
] as const;

/** Throws with the name of the first parameter that is not as it should be. */
export function liveRequestOf(url: URL, nowMs: number): LiveRequest {
  const parameters = new Parameters(url, RECORDS, ["where"]);
  const where = parameters.all("where");
  if (where.length > WHERE_MAX) {
    throw invalid(`where is given ${where.length} times`, `At most ${WHERE_MAX} times.`);
  }
  return {
    service: parameters.text("service"),
    type: parameters.text("type"),
    requestId: parameters.text("request_id"),
    grep: parameters.text("grep"),
    where: where.length === 0 ? undefined : where,
    last: parameters.integer("last", 0, OPTIONS.last.max),
    sinceMs: parameters.since("since", nowMs),
    follow: parameters.onOff("follow", true),
    perSecondMax: parameters.integer("per_second_max", 1, PER_SECOND_MAX),
    lineBytesMax: parameters.integer("line_bytes_max", 1, LINE_BYTES_MAX),
  };
}

export class Parameters {
  readonly #values: URLSearchParams;

  constructor(url: URL, known: readonly string[], repeatable: readonly string[] = []) {
    this.#values = url.searchParams;
    for (const name of new Set(this.#values.keys())) {
      if (!known.includes(name)) {
        const takes = known.length === 0 ? "no parameter" : known.join(", ");
        throw invalid(`there is no parameter ${JSON.stringify(name)} here`, `It takes ${takes}.`);
      }
      if (!repeatable.includes(name) && this.all(name).length > 1) {
        throw invalid(`${name} is given more than once`, "Give it once.");
      }
    }
  }

  all(name: string): string[] {
    return this.#values.getAll(name);
  }

  /** Undefined when it is not given; an empty one is as good as none. */
  text(name: string): string | undefined {
    return this.#values.get(name) || undefined;
  }

  integer(name: string, min: number, max: number): number | undefined {
    const text = this.#values.get(name);
    if (text === null) {
      return undefined;
    }
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) {
      throw unfit(name, text, `a whole number from ${min} to ${max}`);
    }
    return value;
  }

  onOff(name: string, otherwise: boolean): boolean {
    const text = this.#values.get(name);
    if (text !== null && text !== "0" && text !== "1") {
      throw unfit(name, text, "0 or 1");
    }
    return text === null ? otherwise : text === "1";
  }

  /** In ms since 1970-01-01 UTC. */
  since(name: string, nowMs: number): number | undefined {
    const text = this.text(name);
    const since = text === undefined ? undefined : sinceMs(text, nowMs);
    if (text !== undefined && since === undefined) {
      throw unfit(name, text, "a duration such as 5m, or a time such as 2026-11-24T08:00:00Z");
    }
    return since;
  }
}

function unfit(name: string, value: string, expected: string) {
  return invalid(`${name} cannot be ${JSON.stringify(value.slice(0, 100))}`, `It takes ${expected}.`);
}
