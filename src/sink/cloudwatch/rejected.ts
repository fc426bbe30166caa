/**
 * Which events a put that answered HTTP 200 has skipped all the same.
 *
 * CloudWatch skips events that are older than 14 days, older than the group's retention, or more than 2 hours
 * ahead, and says so by three indexes into the request: [0, tooOldLogEventEndIndex) and [0, expiredLogEventEndIndex)
 * and [tooNewLogEventStartIndex, n) were skipped.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_RejectedLogEventsInfo.html
 *
 * Two mistakes are possible. Calling a skipped event delivered loses it silently, for it is deleted from the buffer.
 * Calling a stored event refused makes a dead letter of it, which a person sees and may replay, as a double at worst.
 * The first must not happen, the second not without need. Hence, for each event:
 *
 * 1. No index at all: everything was stored. An event outside the window by our clock counts for nothing then,
 *    because the service has judged by its own.
 * 2. Every event that an index covers, read as documented, is refused. The service is the one that knows.
 * 3. An index may be given wrongly: moto names the last event that is too old, which leaves that one out, and the
 *    last that is too new, which leaves out all before it. So where the service says that some were too old (or too
 *    new), those whose own timestamp lies outside the window beyond doubt are refused too. "Beyond doubt" is five
 *    minutes: the clock in use is corrected by the service's own Date header, and the SDK tolerates four minutes
 *    before it corrects. Inside these five minutes the index alone decides, so that a stored event is not doubled
 *    over a clock's error.
 *
 * Expired events are known by the index alone: the group's retention is not known here.
 */
import type { Batch } from "../../batch/batch.js";
import { CLOUDWATCH_WINDOW } from "../../batch/limits.js";
import type { RefusedRecord } from "../sink.js";

export interface RejectedInfo {
  readonly tooOldLogEventEndIndex?: number | undefined;
  readonly tooNewLogEventStartIndex?: number | undefined;
  readonly expiredLogEventEndIndex?: number | undefined;
}

const CLOCK_DOUBT_MS = 5 * 60 * 1000;

const DETAIL = {
  "too-old": "CloudWatch Logs takes no event that is older than 14 days",
  expired: "the event is older than the retention of its log group",
  "too-new": "CloudWatch Logs takes no event that is more than 2 hours ahead",
} as const;

/** `nowMs` is the service's time as well as it is known, in milliseconds since 1970-01-01 UTC. */
export function refusedBy(
  info: RejectedInfo | undefined,
  items: Batch["items"],
  nowMs: number,
): RefusedRecord[] {
  if (info === undefined) return [];
  const refused: RefusedRecord[] = [];
  items.forEach(({ timestamp }, index) => {
    const reason = reasonFor(info, index, timestamp - nowMs);
    if (reason !== undefined) refused.push({ index, reason, detail: DETAIL[reason] });
  });
  return refused;
}

function reasonFor(info: RejectedInfo, index: number, aheadMs: number): keyof typeof DETAIL | undefined {
  const { tooOldLogEventEndIndex, expiredLogEventEndIndex, tooNewLogEventStartIndex } = info;
  if (tooOldLogEventEndIndex !== undefined) {
    if (index < tooOldLogEventEndIndex || aheadMs < -CLOUDWATCH_WINDOW.pastMsMax - CLOCK_DOUBT_MS)
      return "too-old";
  }
  if (tooNewLogEventStartIndex !== undefined) {
    if (index >= tooNewLogEventStartIndex || aheadMs > CLOUDWATCH_WINDOW.aheadMsMax + CLOCK_DOUBT_MS)
      return "too-new";
  }
  if (expiredLogEventEndIndex !== undefined && index < expiredLogEventEndIndex) return "expired";
  return undefined;
}
