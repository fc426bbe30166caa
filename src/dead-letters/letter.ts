/**
 * One dead letter as a line of NDJSON:
 *
 *     {"at":"2026-01-31T08:00:00.000Z","reason":"invalid","cause":"data","detail":"…","attempts":3,
 *      "first_tried_at":"…","last_tried_at":"…","destination":{"group":"g","stream":"s"},"request_id":"…","line":"…"}
 *
 * `line` is the record's line as text. One that is not UTF-8, which text cannot hold, stands in `line_base64` instead. Where it
 * is no record of ours, but what another program has written (`malformed`), `id` says what its id would have been.
 * What does not apply is left out.
 */
import { isUtf8 } from "node:buffer";
import type { Destination } from "../batch/batch.js";
import type { StoredRecord } from "../buffer/buffer.js";
import type { FailureCause } from "../sink/sink.js";

/** A record that a destination refused for good. */
export interface DeadLetter {
  readonly record: StoredRecord;
  readonly destination: Destination | undefined;
  readonly reason: string;
  /** A sentence of the sink, for people. */
  readonly detail: string;
  /** Why its last try failed; undefined when it was never sent, or accepted and then skipped. */
  readonly cause: FailureCause | undefined;
  /** Tries that the record was part of. */
  readonly attempts: number;
  /** The first and the last try, in ms since 1970-01-01 UTC; undefined when it was never sent. */
  readonly firstTriedAtMs: number | undefined;
  readonly lastTriedAtMs: number | undefined;
  /** The destination's own name for the last try. */
  readonly requestId?: string | undefined;
}

/** A letter as it is read back: the members of its line, and the record's line byte for byte. */
export interface StoredLetter {
  /** When it became one, ISO 8601. */
  readonly at: string;
  readonly reason: string;
  readonly cause: string | undefined;
  readonly detail: string;
  readonly attempts: number | undefined;
  readonly firstTriedAt: string | undefined;
  readonly lastTriedAt: string | undefined;
  readonly destination: Destination | undefined;
  readonly requestId: string | undefined;
  /** Of what is no record, and has no id in its line. */
  readonly id: string | undefined;
  readonly line: Buffer;
}

export function storedAs(letter: DeadLetter, at: string): StoredLetter {
  const { record, reason, cause, detail, attempts, destination, requestId } = letter;
  return {
    at,
    reason,
    cause,
    detail,
    attempts,
    firstTriedAt: timeText(letter.firstTriedAtMs),
    lastTriedAt: timeText(letter.lastTriedAtMs),
    destination,
    requestId,
    id: record.malformed === undefined ? undefined : `${record.writer}-${record.seq}`,
    line: record.bytes.subarray(record.start, record.end),
  };
}

function timeText(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

/** The letter as JSON; `decodeLetter` reads it back. `more` stands before its own members. */
export function encodeLetter(letter: StoredLetter, more: object = {}): string {
  const { line, firstTriedAt, lastTriedAt, requestId, id, at, reason, cause, detail, attempts, destination } =
    letter;
  return JSON.stringify({
    ...more,
    at,
    reason,
    cause,
    detail,
    attempts,
    first_tried_at: firstTriedAt,
    last_tried_at: lastTriedAt,
    destination,
    request_id: requestId,
    id,
    ...(isUtf8(line) ? { line: line.toString() } : { line_base64: line.toString("base64") }),
  });
}

/** Undefined for what is no letter. Members that only people read may be missing or of another type. */
export function decodeLetter(json: string): StoredLetter | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const members = value as Record<string, unknown>;
  const text = (name: string): string | undefined =>
    typeof members[name] === "string" ? (members[name] as string) : undefined;
  const at = text("at");
  const line = text("line");
  const base64 = text("line_base64");
  const reason = text("reason");
  if (at === undefined || Number.isNaN(Date.parse(at)) || reason === undefined) return undefined;
  if (line === undefined && base64 === undefined) return undefined;
  return {
    at,
    reason,
    cause: text("cause"),
    detail: text("detail") ?? "",
    attempts: typeof members.attempts === "number" ? members.attempts : undefined,
    firstTriedAt: text("first_tried_at"),
    lastTriedAt: text("last_tried_at"),
    destination: destinationOf(members.destination),
    requestId: text("request_id"),
    id: text("id"),
    line: line === undefined ? Buffer.from(base64!, "base64") : Buffer.from(line),
  };
}

function destinationOf(value: unknown): Destination | undefined {
  const { group, stream } = (value ?? {}) as { group?: unknown; stream?: unknown };
  return typeof group === "string" && typeof stream === "string" ? { group, stream } : undefined;
}
