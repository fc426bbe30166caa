/** Whether a destination will take a timestamp, judged before it is asked. */
import type { AcceptanceWindow } from "./limits.js";

export type TimeVerdict = "ok" | "too-old" | "too-new";

/**
 * Judges a record's timestamp against the clock `nowMs`. `marginMs` narrows the window at both ends, for the time
 * until the destination looks at its own clock: a record at the very edge would pass here and be skipped there.
 * With a margin of 0 the edges themselves are inside. What is not a number is too old, never ok.
 */
export function judgeTime(
  timestamp: number,
  nowMs: number,
  window: AcceptanceWindow,
  marginMs: number,
): TimeVerdict {
  if (!(timestamp >= nowMs - window.pastMsMax + marginMs)) return "too-old";
  if (timestamp > nowMs + window.aheadMsMax - marginMs) return "too-new";
  return "ok";
}
