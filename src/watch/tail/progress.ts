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
  readonly #startedMs: number;
  /** All that was logged before the start is dealt with. */
  #hasCaughtUp = false;
  #lastMs: number | undefined;
  readonly #lastSeqs = new Map<string, number>();
  /** By the source before this one. */
  #shownBefore: ReadonlyMap<string, number> = new Map();

  constructor(asked: LiveRequest, startedMs: number) {
    this.#asked = asked;
    this.#startedMs = startedMs;
  }

  /** What the next source is to be asked. */
  nextRequest(nowMs: number): LiveRequest {
    this.#shownBefore = new Map(this.#lastSeqs);
    if (!this.#hasCaughtUp) return this.#asked;
    const { last: _, ...request } = this.#asked;
    // A timestamp that a caller gave may lie in the future.
    const lastMs = Math.min(this.#lastMs ?? this.#startedMs, nowMs);
    // The clock of another machine may stand behind this one's.
    const sinceMs = Math.min(lastMs, Math.max(this.#startedMs, lastMs - OVERLAP_MS));
    return { ...request, sinceMs };
  }

  /** The records of a step that were not shown yet. */
  unseen({ records, caughtUp }: LiveStep): string[] {
    this.#hasCaughtUp ||= caughtUp === true;
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
    this.#lastMs = Math.max(this.#lastMs ?? ms, ms);
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
