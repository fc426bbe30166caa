/**
 * What one put may carry and which timestamps it may carry: every limit of CloudWatch Logs that shapes a batch,
 * each in one constant with its reason and its source.
 *
 * The sources:
 * - PutLogEvents: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
 * - Quotas: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
 */

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** What one batch may hold. Sizes are bytes of UTF-8. */
export interface BatchLimits {
  /** Events in one batch; at least 1. */
  readonly eventsMax: number;
  /** Sum over the batch of each event's bytes and `eventOverheadBytes`. */
  readonly bytesMax: number;
  /** What the destination counts for an event beside its text. */
  readonly eventOverheadBytes: number;
  /** Bytes of one event's text; with its overhead it must fit into a batch. */
  readonly eventBytesMax: number;
  /** Largest distance between the earliest and the latest timestamp of a batch, in milliseconds. */
  readonly spanMsMax: number;
}

/** PutLogEvents: "The maximum number of log events in a batch is 10,000." More fail the whole call. */
const EVENTS_MAX = 10_000;

/** PutLogEvents: "The maximum batch size is 1,048,576 bytes", messages and overhead together, without the JSON around. */
const BYTES_MAX = 1_048_576;

/** PutLogEvents: the batch size counts "26 bytes for each log event" beside its message. */
const EVENT_OVERHEAD_BYTES = 26;

/**
 * PutLogEvents: "Each log event can be no larger than 1 MB" (256 KB until April 2025). The event must also fit into
 * a batch of its own, which with its overhead is the tighter bound.
 */
const EVENT_BYTES_MAX = BYTES_MAX - EVENT_OVERHEAD_BYTES;

/** PutLogEvents: "the time span in a single batch cannot exceed 24 hours. Otherwise, the operation fails." */
const SPAN_MS_MAX = DAY_MS;

export const CLOUDWATCH_LIMITS: BatchLimits = {
  eventsMax: EVENTS_MAX,
  bytesMax: BYTES_MAX,
  eventOverheadBytes: EVENT_OVERHEAD_BYTES,
  eventBytesMax: EVENT_BYTES_MAX,
  spanMsMax: SPAN_MS_MAX,
};

/** Which timestamps a destination takes, seen from its own clock. */
export interface AcceptanceWindow {
  /** How old an event may be, in milliseconds. */
  readonly pastMsMax: number;
  /** How far ahead of now an event may be, in milliseconds. */
  readonly aheadMsMax: number;
}

/**
 * PutLogEvents: "Events older than 14 days or preceding the log group's retention period are rejected while
 * processing remaining valid events". A group with a shorter retention needs a window with a shorter past.
 */
const PAST_MS_MAX = 14 * DAY_MS;

/** PutLogEvents: "Events more than 2 hours in the future are rejected while processing remaining valid events." */
const AHEAD_MS_MAX = 2 * HOUR_MS;

export const CLOUDWATCH_WINDOW: AcceptanceWindow = { pastMsMax: PAST_MS_MAX, aheadMsMax: AHEAD_MS_MAX };

/**
 * Characters in the name of a log group or a log stream: 1 to this many.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html
 */
export const NAME_CHARACTERS_MAX = 512;
