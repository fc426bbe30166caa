/**
 * Events on their way to one who looks: server-sent events, or JSON lines.
 *
 * What he does not take is not asked for either, so a browser that stalls holds up nobody but itself; one that takes nothing
 * for too long is let go.
 */
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { LiveSink } from "../live/live.js";
import type { DragonlogError } from "../system/errors.js";
import { every } from "../system/every.js";

export type Form = "events" | "lines";

const HEARTBEAT_MS = 15_000;
const STALLED_MS = 60_000;
/** After which a browser asks again when a stream has ended. */
const RETRY_MS = 1000;

const TYPES = { events: "text/event-stream; charset=utf-8", lines: "application/x-ndjson; charset=utf-8" };

export function streamHeaders(form: Form): Record<string, string> {
  // The last one is for proxies, which would else keep a stream back until there is enough of it.
  return { "Content-Type": TYPES[form], "Cache-Control": "no-store", "X-Accel-Buffering": "no" };
}

export interface RecordStreamOptions {
  readonly heartbeatMs?: number;
  readonly stalledMs?: number;
}

export class RecordStream implements LiveSink {
  readonly #response: ServerResponse;
  readonly #form: Form;
  readonly #stalledMs: number;
  readonly #stopHeartbeat: () => void;
  /** Something was written since the last heartbeat was due. */
  #busy = true;

  constructor(
    response: ServerResponse,
    form: Form,
    { heartbeatMs = HEARTBEAT_MS, stalledMs = STALLED_MS }: RecordStreamOptions = {},
  ) {
    this.#response = response;
    this.#form = form;
    this.#stalledMs = stalledMs;
    this.#stopHeartbeat = every(heartbeatMs, () => this.#beat());
  }

  /** To be called first. */
  begin(): void {
    this.#response.writeHead(200, streamHeaders(this.#form));
    if (this.#form === "events") {
      this.#response.write(`retry: ${RETRY_MS}\n\n`);
    } else {
      this.#response.flushHeaders();
    }
  }

  send(text: string): boolean | Promise<unknown> {
    const response = this.#response;
    if (response.destroyed || response.writableEnded) {
      return false;
    }
    this.#busy = true;
    return response.write(this.#framed(text)) || this.#drained();
  }

  /** Instead of beginning. */
  cancel(): void {
    this.#stopHeartbeat();
  }

  /** An error is told as trouble; a browser is also told that it is of no use to ask again. */
  end(error?: DragonlogError): void {
    this.#stopHeartbeat();
    const response = this.#response;
    if (response.destroyed || response.writableEnded) {
      return;
    }
    if (error !== undefined) {
      const { code, message, hint } = error;
      const trouble = {
        records: [],
        matched: 0,
        missed: 0,
        levels: [],
        trouble: `${message}. ${hint}`,
        ended: { code, message, hint },
      };
      response.write(this.#framed(JSON.stringify(trouble)));
      if (this.#form === "events") {
        response.write(`event: end\ndata: ${JSON.stringify({ code, message, hint })}\n\n`);
      }
    }
    // Who does not take the rest of it is not waited for either.
    response.setTimeout(this.#stalledMs, () => response.destroy());
    response.end();
  }

  #framed(text: string): string {
    return this.#form === "events" ? `event: live\ndata: ${text}\n\n` : `${text}\n`;
  }

  /** Rejects when that takes too long, and when there is nobody any more. */
  async #drained(): Promise<void> {
    const response = this.#response;
    const over = new AbortController();
    const timer = setTimeout(() => over.abort(), this.#stalledMs);
    const gone = (): void => over.abort();
    response.once("close", gone);
    try {
      await once(response, "drain", { signal: over.signal });
    } catch (error) {
      response.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
      response.off("close", gone);
    }
  }

  #beat(): void {
    const isQuiet = !this.#busy;
    this.#busy = false;
    if (isQuiet && !this.#response.writableNeedDrain && !this.#response.writableEnded) {
      this.#response.write(this.#form === "events" ? ":\n\n" : "\n");
    }
  }
}
