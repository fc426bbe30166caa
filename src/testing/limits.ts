/**
 * What AWS allows, one constant a fact.
 *
 * Sources: API_PutLogEvents, API_PutRetentionPolicy, API_CreateLogGroup, API_CreateLogStream, API_GetLogEvents and
 * cloudwatch_limits_cwl.html under https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/, and the service model
 * that botocore carries (`logs/2014-03-28/service-2.json`).
 */

const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** Events of one PutLogEvents call. */
export const putEventsMax = 10_000;
/** Sum of the messages' UTF-8 bytes and the overhead of each event. The JSON around them does not count. */
export const putBytesMax = 1_048_576;
/** What every event costs beside its message, in bytes. */
export const eventOverheadBytes = 26;
/** One event with its overhead: 1 MB since April 2025, 256 KB before. */
export const eventBytesMax = 1_048_576;
/** The valid events of one call span at most this long. */
export const putSpanMsMax = 24 * hourMs;
/** Older events are skipped, with HTTP 200. */
export const eventAgeMsMax = 14 * dayMs;
/** Events further ahead are skipped, with HTTP 200. */
export const eventLeadMsMax = 2 * hourMs;

/** Events, and bytes of events, of one page of GetLogEvents or FilterLogEvents. */
export const pageEventsMax = 10_000;
export const pageBytesMax = 1_048_576;
/** Items of one page of DescribeLogGroups or DescribeLogStreams. */
export const describeItemsMax = 50;

export const groupNameLengthMax = 512;
export const groupNamePattern = /^[.\-_/#A-Za-z0-9]+$/;
export const streamNameLengthMax = 512;
export const streamNamePattern = /^[^:*]*$/;
export const filterStreamsMax = 100;
export const filterPatternLengthMax = 1024;
export const groupClasses = ["STANDARD", "INFREQUENT_ACCESS", "DELIVERY"] as const;

export const retentionDays: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Calls a second, per account and region. Operations that are not listed are not limited here. */
export const quotasPerSecond: Readonly<Record<string, number>> = {
  PutLogEvents: 5000,
  CreateLogStream: 50,
  CreateLogGroup: 10,
  PutRetentionPolicy: 5,
  DescribeLogStreams: 25,
  // 25 in some regions. It cannot be raised anywhere: https://repost.aws/knowledge-center/cloudwatch-logs-throttling
  FilterLogEvents: 5,
};

/**
 * A request's body, unzipped. The largest lawful put is 1 MiB of messages; JSON may write each of their bytes as six
 * (`\u0000`), and adds about 40 bytes an event around them.
 */
export const bodyBytesMax = 16 * 1024 * 1024;
