/**
 * One query's records, live: connects, and connects again from where it was.
 *
 *     connecting ─► live ─► reconnecting       (the shipper is away)
 *         │          ▲            │
 *         │          └────────────┘
 *         └► refused                           (a filter that the shipper does not understand)
 */
import type { LiveEvent, Query } from "../../src/live/query.js";
import type { ApiError } from "../../src/serve/api.js";
import { ask, Refused } from "../system/api.js";
import { queryParameters } from "../system/route.js";
import { readServerEvents } from "./server-events.js";

export type Connection =
  | { readonly is: "connecting" | "live" }
  | { readonly is: "reconnecting"; readonly sinceMs: number }
  | { readonly is: "refused"; readonly error: Refused };

export interface StreamHandlers {
  connection(connection: Connection): void;
  event(event: LiveEvent): void;
  /** A connection after the first begins: what comes next may have been seen before. */
  again(): void;
}

const PER_SECOND_MAX = 500;
const LINE_BYTES_MAX = 16 * 1024;
/** Records that were logged together may come in steps. */
const OVERLAP_MS = 2000;
const RETRY_MS = 400;
const RETRY_MS_MAX = 5000;
/** The shipper sends a sign of life far more often. */
const SILENCE_MS_MAX = 45_000;

export class Stream {
  readonly #query: Query;
  readonly #last: number;
  readonly #handlers: StreamHandlers;
  readonly #closed = new AbortController();
  /** The latest timestamp seen. */
  #latestMs = 0;

  /** Begins with so many of the newest. */
  constructor(query: Query, last: number, handlers: StreamHandlers) {
    this.#query = query;
    this.#last = last;
    this.#handlers = handlers;
    void this.#run();
  }

  close(): void {
    this.#closed.abort();
  }

  /** To be told of the records that were seen, so that a new connection knows where to go on. */
  seen(timeMs: number): void {
    // A time far ahead, of a clock that is wrong, must not hide what is logged now.
    if (timeMs > this.#latestMs && timeMs < Date.now() + OVERLAP_MS) this.#latestMs = timeMs;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closed;
    let lostAtMs: number | undefined;
    let retryMs = RETRY_MS;
    for (let first = true; !signal.aborted; first = false) {
      try {
        const fromMs = first || this.#latestMs === 0 ? undefined : this.#latestMs - OVERLAP_MS;
        const response = await this.#connect(fromMs);
        retryMs = RETRY_MS;
        lostAtMs = undefined;
        if (!first) this.#handlers.again();
        this.#handlers.connection({ is: "live" });
        await this.#read(response);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Refused && error.status < 500 && error.status !== 429) {
          this.#handlers.connection({ is: "refused", error });
          return;
        }
      }
      if (signal.aborted) return;
      lostAtMs ??= Date.now();
      this.#handlers.connection({ is: "reconnecting", sinceMs: lostAtMs });
      await waited(retryMs * (0.75 + Math.random() / 2), signal);
      retryMs = Math.min(retryMs * 2, RETRY_MS_MAX);
    }
  }

  #connect(fromMs: number | undefined): Promise<Response> {
    const parameters = new URLSearchParams(queryParameters(this.#query));
    if (fromMs !== undefined) parameters.set("since", new Date(fromMs).toISOString());
    else parameters.set("last", String(this.#last));
    parameters.set("per_second_max", String(PER_SECOND_MAX));
    parameters.set("line_bytes_max", String(LINE_BYTES_MAX));
    const headers = { accept: "text/event-stream" };
    return ask(`/api/records?${parameters}`, { headers, signal: this.#closed.signal });
  }

  async #read(response: Response): Promise<void> {
    const { signal } = this.#closed;
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(), SILENCE_MS_MAX);
    const body = response.body!.pipeThrough(new TransformStream(), {
      signal: AbortSignal.any([signal, silence.signal]),
    });
    const onBytes = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS_MAX);
    };
    try {
      await readServerEvents(
        body,
        (name, data) => {
          if (signal.aborted) return;
          // The shipper says that asking again is of no use.
          if (name === "end") throw new Refused(400, JSON.parse(data) as ApiError);
          this.#handlers.event(JSON.parse(data) as LiveEvent);
        },
        onBytes,
      );
    } finally {
      clearTimeout(timer);
    }
  }
}

function waited(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const now = (): void => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener("abort", now, { once: true });
    addEventListener("online", now, { once: true, signal });
  });
}
