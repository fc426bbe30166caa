/** DescribeLogGroups and DescribeLogStreams. */
import { invalidParameter } from "../aws-error.js";
import { describeItemsMax, groupClasses } from "../limits.js";
import type { LogGroup, LogStream } from "../log-store.js";
import { Members, type Request } from "../members.js";
import { type Context, groupArn } from "./context.js";
import { groupNameOrIdentifier, groupNamePrefix, streamNamePrefix } from "./names.js";
import { listingOffset } from "./tokens.js";

const limitRules = { min: 1, max: describeItemsMax };

export function describeLogGroups(request: Request, { store, region }: Context): object {
  const members = new Members(request);
  const prefix = groupNamePrefix(members);
  const part = members.string("logGroupNamePattern", { min: 1, max: 512 });
  const logGroupClass = members.string("logGroupClass", { values: groupClasses });
  const limit = members.integer("limit", limitRules) ?? describeItemsMax;
  const token = members.string("nextToken", { min: 1 });
  members.check();
  if (prefix !== undefined && part !== undefined) {
    throw invalidParameter("logGroupNamePrefix and logGroupNamePattern are mutually exclusive.");
  }
  const groups = [...store.groups.values()]
    .filter(({ name }) => name.startsWith(prefix ?? "") && name.includes(part ?? ""))
    .filter((group) => logGroupClass === undefined || group.logGroupClass === logGroupClass)
    .sort(byName);
  const { page, nextToken } = pageOf(groups, token, limit);
  return { logGroups: page.map((group) => describeGroup(group, region)), ...nextToken };
}

export function describeLogStreams(request: Request, { store, region }: Context): object {
  const members = new Members(request);
  const group = groupNameOrIdentifier(members);
  const prefix = streamNamePrefix(members);
  const orderBy =
    members.string("orderBy", { values: ["LogStreamName", "LastEventTime"] }) ?? "LogStreamName";
  const descending = members.boolean("descending");
  const limit = members.integer("limit", limitRules) ?? describeItemsMax;
  const token = members.string("nextToken", { min: 1 });
  members.check();
  if (orderBy === "LastEventTime" && prefix !== undefined) {
    throw invalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.");
  }
  const streams = [...store.group(group).streams.values()]
    .filter(({ name }) => name.startsWith(prefix ?? ""))
    .sort(orderBy === "LastEventTime" ? byLastEvent : byName);
  if (descending) streams.reverse();
  const { page, nextToken } = pageOf(streams, token, limit);
  return { logStreams: page.map((stream) => describeStream(stream, groupArn(region, group))), ...nextToken };
}

function describeGroup(group: LogGroup, region: string): object {
  const arn = groupArn(region, group.name);
  return {
    logGroupName: group.name,
    creationTime: group.creationTime,
    ...(group.retentionInDays !== undefined && { retentionInDays: group.retentionInDays }),
    metricFilterCount: 0,
    arn: `${arn}:*`,
    logGroupArn: arn,
    storedBytes: group.storedBytes,
    logGroupClass: group.logGroupClass,
  };
}

function describeStream({ name, creationTime, events }: LogStream, arnOfGroup: string): object {
  return {
    logStreamName: name,
    creationTime,
    ...(events.count > 0 && {
      firstEventTimestamp: events.firstTimestamp,
      lastEventTimestamp: events.lastTimestamp,
      lastIngestionTime: events.lastIngestionTime,
    }),
    uploadSequenceToken: "0".repeat(56),
    arn: `${arnOfGroup}:log-stream:${name}`,
    // AWS reports zero for streams since 2019.
    storedBytes: 0,
  };
}

function pageOf<T>(items: readonly T[], token: string | undefined, limit: number) {
  const start = listingOffset(token);
  const end = start + limit;
  return {
    page: items.slice(start, end),
    nextToken: end < items.length ? { nextToken: String(end) } : {},
  };
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function byLastEvent(a: LogStream, b: LogStream): number {
  return (a.events.lastTimestamp ?? 0) - (b.events.lastTimestamp ?? 0) || byName(a, b);
}
