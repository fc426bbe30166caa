import type { Destination } from "../batch/batch.js";
import type { AcceptanceWindow } from "../batch/limits.js";
import { judgeTime } from "../batch/time-window.js";
import type { StoredRecord } from "../buffer/buffer.js";
import type { DeadLetter } from "../dead-letters/dead-letters.js";
import type { Sink } from "../sink/sink.js";

/** A record so near to the edge of what the destination takes could pass it on the way. */
const WINDOW_MARGIN_MS = 60_000;

/** Whether the destination takes a record with this timestamp. */
export function isInTime(timestamp: number, nowMs: number, window: AcceptanceWindow | undefined): boolean {
  return window === undefined || judgeTime(timestamp, nowMs, window, WINDOW_MARGIN_MS) === "ok";
}

/** The letter of a record that is not even sent: the destination would skip it, or it is none. */
export function untriedLetter(
  record: StoredRecord,
  destination: Destination,
  nowMs: number,
  { name, window }: Sink,
): DeadLetter {
  const why =
    record.malformed !== undefined
      ? { reason: "malformed", detail: `It is no record: ${record.malformed}.` }
      : {
          reason: judgeTime(record.timestamp, nowMs, window!, WINDOW_MARGIN_MS),
          detail: `${name} takes no records with this timestamp now.`,
        };
  return {
    record,
    destination,
    ...why,
    cause: undefined,
    attempts: 0,
    firstTriedAtMs: undefined,
    lastTriedAtMs: undefined,
  };
}
