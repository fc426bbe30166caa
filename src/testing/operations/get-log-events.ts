/**
 * GetLogEvents: one stream, in pages, in both directions.
 *
 * A page always reads from old to new. Its forward token names the position behind its last event, its backward token
 * the one before its first. Asking with a token at the end of the stream gives an empty page and the same token again,
 * which is how a reader knows that it has reached the end.
 */
import { eventOverheadBytes, pageBytesMax, pageEventsMax } from "../limits.js";
import { Members, type Request } from "../members.js";
import type { EventView, Position, StreamEvents } from "../stream-events.js";
import type { Context } from "./context.js";
import { groupNameOrIdentifier, streamName } from "./names.js";
import { behind, invalidToken, positionOf, positionText, startOf } from "./tokens.js";

const tokenPattern = /^([fb])\/(\d{56})\/s$/;

export function getLogEvents(request: Request, { store }: Context): object {
  const members = new Members(request);
  const group = groupNameOrIdentifier(members);
  const stream = streamName(members);
  const startTime = members.integer("startTime", { min: 0 }) ?? 0;
  const endTime = members.integer("endTime", { min: 0 }) ?? Number.MAX_SAFE_INTEGER;
  const limit = members.integer("limit", { min: 1, max: pageEventsMax }) ?? pageEventsMax;
  const startFromHead = members.boolean("startFromHead");
  const token = parseToken(members.string("nextToken", { min: 1 }));
  members.check();

  const { events } = store.stream(store.group(group), stream);
  const first = events.rankOf(startOf(startTime));
  const end = Math.max(first, events.rankOf(startOf(endTime)));
  const forward = token?.forward ?? startFromHead;
  const origin = token?.position ?? startOf(forward ? startTime : endTime);
  const from = Math.min(Math.max(events.rankOf(origin), first), end);
  const page = forward ? readForward(events, from, end, limit) : readBackward(events, first, from, limit);

  // An empty page keeps its place: that of the token, or the start of the range, so that later events are found.
  const empty = token?.position ?? startOf(startTime);
  const last = page.at(-1);
  return {
    events: page.map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
    nextForwardToken: `f/${positionText(last === undefined ? empty : behind(last))}/s`,
    nextBackwardToken: `b/${positionText(page[0] ?? empty)}/s`,
  };
}

function parseToken(token: string | undefined): { forward: boolean; position: Position } | undefined {
  if (token === undefined) return undefined;
  const match = tokenPattern.exec(token);
  if (match === null) throw invalidToken();
  return { forward: match[1] === "f", position: positionOf(match[2]!) };
}

function readForward(events: StreamEvents, from: number, end: number, limit: number): EventView[] {
  const page: EventView[] = [];
  let bytes = 0;
  for (let rank = from; rank < end && page.length < limit; rank++) {
    const event = events.at(rank);
    bytes += event.messageBytes + eventOverheadBytes;
    if (bytes > pageBytesMax) break;
    page.push(event);
  }
  return page;
}

function readBackward(events: StreamEvents, first: number, from: number, limit: number): EventView[] {
  const page: EventView[] = [];
  let bytes = 0;
  for (let rank = from - 1; rank >= first && page.length < limit; rank--) {
    const event = events.at(rank);
    bytes += event.messageBytes + eventOverheadBytes;
    if (bytes > pageBytesMax) break;
    page.push(event);
  }
  return page.reverse();
}
