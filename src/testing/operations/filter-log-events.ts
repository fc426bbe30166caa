/**
 * FilterLogEvents: the streams of one group as one series, by timestamp, ingestion and put.
 *
 * One call looks at a bounded number of events. So a page may be short or empty while `nextToken` says that there is
 * more: AWS does the same, and a reader that stops at an empty page is wrong there too.
 */
import { invalidParameter, missing } from "../aws-error.js";
import {
  eventOverheadBytes,
  filterPatternLengthMax,
  filterStreamsMax,
  pageBytesMax,
  pageEventsMax,
} from "../limits.js";
import type { LogGroup, LogStream } from "../log-store.js";
import { Members, type Request, wrongType } from "../members.js";
import type { EventView, Position } from "../stream-events.js";
import type { Context } from "./context.js";
import { compileFilter } from "./filter-pattern.js";
import { groupNameOrIdentifier, streamNamePrefix } from "./names.js";
import { behind, positionOf, positionText, startOf } from "./tokens.js";

/** Events that one call looks at. */
const scanEventsMax = 50_000;

export function filterLogEvents(request: Request, { store, fault }: Context): object {
  const members = new Members(request);
  const groupName = groupNameOrIdentifier(members);
  const names = members.list("logStreamNames", { min: 1, max: filterStreamsMax });
  const prefix = streamNamePrefix(members);
  const startTime = members.integer("startTime", { min: 0 }) ?? 0;
  const endTime = members.integer("endTime", { min: 0 }) ?? Number.MAX_SAFE_INTEGER - 1;
  const pattern = members.string("filterPattern", { max: filterPatternLengthMax }) ?? "";
  const limit = members.integer("limit", { min: 1, max: pageEventsMax }) ?? pageEventsMax;
  const eventsMax = Math.min(limit, fault?.kind === "short-page" ? (fault.eventsMax ?? 0) : limit);
  const token = members.string("nextToken", { min: 1 });
  members.check();
  if (names !== undefined && prefix !== undefined) {
    throw invalidParameter("Cannot specify both logStreamNames and logStreamNamePrefix.");
  }

  const streams = chooseStreams(store.group(groupName), names, prefix);
  const matches = compileFilter(pattern);
  const from = token === undefined ? startOf(startTime) : positionOf(token);
  const events: object[] = [];
  let bytes = 0;
  let scanned = 0;
  let next = from;
  for (const { stream, event } of merged(streams, from, endTime)) {
    const found = matches(event.message);
    const eventBytes = found ? event.messageBytes + eventOverheadBytes : 0;
    if (events.length === eventsMax || scanned === scanEventsMax || bytes + eventBytes > pageBytesMax) {
      return { events, searchedLogStreams: [], nextToken: positionText(next) };
    }
    scanned += 1;
    next = behind(event);
    if (!found) continue;
    bytes += eventBytes;
    const { timestamp, message, ingestionTime } = event;
    events.push({ logStreamName: stream, timestamp, message, ingestionTime, eventId: positionText(event) });
  }
  return { events, searchedLogStreams: [] };
}

function chooseStreams(
  group: LogGroup,
  names: readonly unknown[] | undefined,
  prefix: string | undefined,
): LogStream[] {
  if (names === undefined) {
    return [...group.streams.values()].filter(({ name }) => name.startsWith(prefix ?? ""));
  }
  if (!names.every((name) => typeof name === "string")) throw wrongType("logStreamNames", "List of String");
  const found = names.map((name) => group.streams.get(name));
  if (found.includes(undefined)) throw missing("log stream");
  return found as LogStream[];
}

function* merged(
  streams: readonly LogStream[],
  from: Position,
  endTime: number,
): Generator<{ stream: string; event: EventView }> {
  const heads = streams.map(({ name, events }) => {
    const rank = events.rankOf(from);
    return { name, events, rank, end: events.rankOf(startOf(endTime + 1)) };
  });
  const views = heads.map((head) => (head.rank < head.end ? head.events.at(head.rank) : undefined));
  while (true) {
    let least = -1;
    for (let i = 0; i < views.length; i++) {
      const view = views[i];
      if (view !== undefined && (least === -1 || isBefore(view, views[least]!))) least = i;
    }
    if (least === -1) return;
    const head = heads[least]!;
    yield { stream: head.name, event: views[least]! };
    head.rank += 1;
    views[least] = head.rank < head.end ? head.events.at(head.rank) : undefined;
  }
}

function isBefore(a: EventView, b: EventView): boolean {
  return a.timestamp !== b.timestamp ? a.timestamp < b.timestamp : a.putSeq < b.putSeq;
}
