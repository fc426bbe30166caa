/** Reads once what is there of a query, from a time on. */
import type { LiveEvent, Query } from "../../src/live/query.js";
import type { ApiError } from "../../src/serve/api.js";
import { ask, Refused } from "../system/api.js";
import { queryParameters } from "../system/route.js";
import { readServerEvents } from "./server-events.js";

export interface History {
  readonly query: Query;
  readonly sinceMs: number;
  /** Without it all of them, unsampled. */
  readonly perSecondMax?: number;
  readonly lineBytesMax: number;
}

/**
 * Resolves when all is read, or `onEvent` has answered that it has enough. Rejects with what is refused, and when the signal
 * is aborted.
 */
export async function readHistory(
  { query, sinceMs, perSecondMax, lineBytesMax }: History,
  signal: AbortSignal,
  onEvent: (event: LiveEvent) => "more" | "enough",
): Promise<void> {
  const parameters = new URLSearchParams(queryParameters(query));
  parameters.set("since", new Date(sinceMs).toISOString());
  parameters.set("follow", "0");
  parameters.set("line_bytes_max", String(lineBytesMax));
  if (perSecondMax !== undefined) parameters.set("per_second_max", String(perSecondMax));
  const enough = new AbortController();
  const both = AbortSignal.any([signal, enough.signal]);
  const response = await ask(`/api/records?${parameters}`, {
    headers: { accept: "text/event-stream" },
    signal: both,
  });
  try {
    await readServerEvents(response.body!, (name, data) => {
      if (both.aborted) return;
      if (name === "end") throw new Refused(400, JSON.parse(data) as ApiError);
      if (onEvent(JSON.parse(data) as LiveEvent) === "enough") enough.abort();
    });
  } catch (error) {
    if (!enough.signal.aborted) throw error;
  }
}
