/**
 * PutLogEvents: every rule of https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
 *
 * A batch that breaks a rule fails whole, with HTTP 400. Events outside the time window are skipped, with HTTP 200 and
 * `rejectedLogEventsInfo`. Since a batch is chronological, the too old and the expired ones are its head and the too
 * new ones its tail, and three indexes tell them all.
 */
import { invalidParameter } from "../aws-error.js";
import {
  dayMs,
  eventAgeMsMax,
  eventBytesMax,
  eventLeadMsMax,
  eventOverheadBytes,
  putBytesMax,
  putEventsMax,
  putSpanMsMax,
} from "../limits.js";
import { lineOf, trustedLineIdOf } from "../line-id.js";
import type { LogGroup } from "../log-store.js";
import { Members, type Request, wrongType } from "../members.js";
import type { Context } from "./context.js";
import { groupName, streamName } from "./names.js";

interface Batch {
  readonly timestamps: number[];
  readonly messages: string[];
  readonly lengths: number[];
}

/** How many leading events are too old or expired, and from which index on they are too new. */
interface Rejected {
  readonly tooOldEnd: number;
  readonly expiredEnd: number;
  readonly tooNewStart: number;
}

export interface PutOutcome {
  readonly answer: Record<string, unknown>;
  readonly events: number;
  readonly stored: number;
  /** Bytes of the stored messages, without overhead. */
  readonly storedBytes: number;
}

export function putLogEvents(request: Request, context: Context): PutOutcome {
  const members = new Members(request);
  const group = groupName(members);
  const stream = streamName(members);
  const batch = readBatch(members);
  members.check();
  checkSizes(batch);
  checkOrder(batch.timestamps);

  const { store, now } = context;
  const logGroup = store.group(group);
  const { events } = store.stream(logGroup, stream);
  const rejected = rejects(batch.timestamps, logGroup, context);
  const start = Math.max(rejected.tooOldEnd, rejected.expiredEnd);
  const end = Math.max(start, rejected.tooNewStart);
  const timestamps = batch.timestamps.slice(start, end);
  checkSpan(timestamps);

  const putSeq = store.nextPutSeq();
  let storedBytes = 0;
  if (timestamps.length > 0) {
    const { bytes, lengths } = encode(batch, start, end, context.keep);
    storedBytes = bytes.length;
    events.append({ seq: putSeq, ingestionTime: now, bytes }, timestamps, lengths);
    logGroup.storedBytes += storedBytes;
  }
  const info = rejectedInfo(rejected, batch.timestamps.length);
  const answer = { nextSequenceToken: String(putSeq).padStart(56, "0"), ...info };
  return { answer, events: batch.timestamps.length, stored: timestamps.length, storedBytes };
}

function readBatch(members: Members): Batch {
  const list = members.list("logEvents", { min: 1, max: putEventsMax });
  if (list === undefined) members.violate(null, "logEvents", "not be null");
  const batch: Batch = { timestamps: [], messages: [], lengths: [] };
  for (const [index, event] of (list ?? []).entries()) {
    if (typeof event !== "object" || event === null)
      throw wrongType(`logEvents.${index + 1}.member`, "InputLogEvent");
    const { timestamp, message } = event as { timestamp?: unknown; message?: unknown };
    if (
      Number.isSafeInteger(timestamp) &&
      (timestamp as number) >= 0 &&
      typeof message === "string" &&
      message
    ) {
      batch.timestamps.push(timestamp as number);
      batch.messages.push(message);
      batch.lengths.push(Buffer.byteLength(message));
    } else {
      // The path costs more to write than a good event costs to read, so only bad ones pay for it.
      const path = `logEvents.${index + 1}.member`;
      const member = new Members(event as Request);
      const number = member.integer("timestamp");
      const text = member.string("message");
      if (number === undefined) members.violate(null, `${path}.timestamp`, "not be null");
      else if (number < 0)
        members.violate(number, `${path}.timestamp`, "have value greater than or equal to 0");
      if (text === undefined) members.violate(null, `${path}.message`, "not be null");
      else if (text === "") members.violate("", `${path}.message`, "have length greater than or equal to 1");
    }
  }
  return batch;
}

function checkSizes({ lengths }: Batch): void {
  let total = 0;
  for (const length of lengths) {
    const bytes = length + eventOverheadBytes;
    if (bytes > eventBytesMax) {
      throw invalidParameter(`Log event too large: ${bytes} bytes exceeds limit of ${eventBytesMax}`);
    }
    total += bytes;
  }
  if (total > putBytesMax) {
    throw invalidParameter(`Upload too large: ${total} bytes exceeds limit of ${putBytesMax}`);
  }
}

function checkOrder(timestamps: readonly number[]): void {
  for (let i = 1; i < timestamps.length; i++) {
    if (timestamps[i]! < timestamps[i - 1]!) {
      throw invalidParameter("Log events in a single PutLogEvents request must be in chronological order.");
    }
  }
}

/** Looks at the valid events only: what is skipped does not count. */
function checkSpan(timestamps: readonly number[]): void {
  if (timestamps.length > 0 && timestamps.at(-1)! - timestamps[0]! > putSpanMsMax) {
    throw invalidParameter(
      "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
    );
  }
}

function rejects(timestamps: readonly number[], group: LogGroup, { now, fault }: Context): Rejected {
  const reject = fault?.kind === "reject" ? fault : undefined;
  const count = timestamps.length;
  const before = (limit: number) => {
    const index = timestamps.findIndex((timestamp) => timestamp >= limit);
    return index === -1 ? count : index;
  };
  const retentionMs = (group.retentionInDays ?? Number.POSITIVE_INFINITY) * dayMs;
  const tooNew = timestamps.findIndex((timestamp) => timestamp > now + eventLeadMsMax);
  const ordered = (index: number | undefined) => Math.min(count, index ?? 0);
  return {
    tooOldEnd: Math.max(before(now - eventAgeMsMax), ordered(reject?.tooOldEndIndex)),
    expiredEnd: Math.max(before(now - retentionMs), ordered(reject?.expiredEndIndex)),
    tooNewStart: Math.min(tooNew === -1 ? count : tooNew, reject?.tooNewStartIndex ?? count),
  };
}

/** An event that is too old is not called expired as well, unless events behind it are. */
function rejectedInfo({ tooOldEnd, expiredEnd, tooNewStart }: Rejected, count: number): object {
  const info = {
    ...(tooOldEnd > 0 && { tooOldLogEventEndIndex: tooOldEnd }),
    ...(expiredEnd > tooOldEnd && { expiredLogEventEndIndex: expiredEnd }),
    ...(tooNewStart < count && { tooNewLogEventStartIndex: tooNewStart }),
  };
  return Object.keys(info).length === 0 ? {} : { rejectedLogEventsInfo: info };
}

function encode(batch: Batch, start: number, end: number, keep: "full" | "ids") {
  const whole = start === 0 && end === batch.lengths.length;
  let messages = whole ? batch.messages : batch.messages.slice(start, end);
  let lengths = whole ? batch.lengths : batch.lengths.slice(start, end);
  if (keep === "ids") {
    messages = messages.map((message) => {
      const id = trustedLineIdOf(message);
      return id === undefined ? "{}" : lineOf(id);
    });
    lengths = messages.map((message) => Buffer.byteLength(message));
  }
  const bytes = Buffer.allocUnsafeSlow(lengths.reduce((sum, length) => sum + length, 0));
  let offset = 0;
  for (const message of messages) offset += bytes.write(message, offset);
  return { bytes, lengths };
}
