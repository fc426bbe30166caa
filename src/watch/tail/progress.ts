/**
 * What was shown, so that another source can go on where one ended: it is asked for what is a little older than the last record
 * shown, and what was shown already is left out by id.
 */
import type { LiveStep } from "../../live/live-step.js";
import type { LiveRequest } from "../../live/query.js";
import { lineIdOf } from "../../record/line-id.js";

/** Records of several writers do not come exactly by time. */
const OVERLAP_MS = 5000;
/** Writers whose last seq is remembered; of more, the one that was quiet for longest is forgotten. */
const WRITERS_MAX = 10_000;

export class Progress {
  readonly #asked: LiveRequest;
  /** Nothing older is asked for. */
  #floorMs: number | undefined;
  #hasBegun = false;
  #lastMs = Number.NEGATIVE_INFINITY;
  readonly #lastSeqs = new Map<string, number>();
  /** By the source before this one. */
  #shownBefore: ReadonlyMap<string, number> = new Map();

  constructor(asked: LiveRequest, startedMs: number) {
    this.#asked = asked;
    const { last = 0, sinceMs, follow } = asked;
    this.#floorMs = sinceMs ?? (follow && last === 0 ? startedMs : undefined);
  }

  /** What the next source is to be asked. */
  nextRequest(nowMs: number): LiveRequest {
    if (!this.#hasBegun) return this.#asked;
    this.#shownBefore = new Map(this.#lastSeqs);
    const { last: _, ...request } = this.#asked;
    // A timestamp that a caller gave may lie in the future.
    const overlapMs = Math.min(this.#lastMs, nowMs) - OVERLAP_MS;
    const sinceMs = Math.max(this.#floorMs ?? Number.NEGATIVE_INFINITY, overlapMs);
    return Number.isFinite(sinceMs) ? { ...request, sinceMs } : request;
  }

  /** The records of a step that were not shown yet. */
  unseen({ records, caughtUp }: LiveStep): string[] {
    this.#hasBegun ||= caughtUp === true || records.length > 0;
    return records.filter((text) => {
      const id = lineIdOf(text);
      if (id !== undefined && id.seq <= (this.#shownBefore.get(id.writer) ?? -1)) return false;
      if (id !== undefined) this.#remember(id.writer, id.seq);
      this.#see(timestampIn(text));
      return true;
    });
  }

  #see(ms: number): void {
    if (Number.isNaN(ms)) return;
    // Of the newest that match, the first one shown is the oldest that was asked for.
    this.#floorMs ??= ms;
    this.#lastMs = Math.max(this.#lastMs, ms);
  }

  #remember(writer: string, seq: number): void {
    this.#lastSeqs.delete(writer);
    this.#lastSeqs.set(writer, seq);
    for (const first of this.#lastSeqs.keys()) {
      if (this.#lastSeqs.size <= WRITERS_MAX) break;
      this.#lastSeqs.delete(first);
    }
  }
}

const TIMESTAMP = /^\{(?:"preview":true,"id":"(?:[^"\\]|\\.)*",)?"timestamp":"([^"\\]+)"/;

/** In ms since 1970-01-01 UTC; NaN where it does not stand at the beginning, as in every line that dragonlog writes. */
function timestampIn(text: string): number {
  return Date.parse(TIMESTAMP.exec(text)?.[1] ?? "");
}
