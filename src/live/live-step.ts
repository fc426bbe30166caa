/**
 * A LiveEvent (query.ts) whose records are still JSON texts, and its text.
 *
 * Lines go into the text of an event as they are, and come out of it as they were: parsing them would change what JavaScript
 * cannot hold, such as numbers of twenty digits.
 */
import { jsonObject } from "./line-view.js";
import type { LiveEvent } from "./query.js";

export interface LiveStep extends Omit<LiveEvent, "records"> {
  /** Each the JSON text of an object, on one line. */
  readonly records: readonly string[];
}

const START = '{"records":[';

export function eventText({ records, ...rest }: LiveStep): string {
  const others = JSON.stringify(rest);
  return `${START}${records.join(",")}]${others === "{}" ? "" : `,${others.slice(1, -1)}`}}`;
}

/** The step of an event's text; undefined for what is none. */
export function stepOf(text: string): LiveStep | undefined {
  if (!text.startsWith(START)) return undefined;
  const records: string[] = [];
  let at = START.length;
  while (text[at] === "{") {
    const end = endOfObject(text, at);
    if (end < 0) return undefined;
    records.push(text.slice(at, end));
    at = text[end] === "," ? end + 1 : end;
  }
  if (text[at] !== "]") return undefined;
  const rest = jsonObject(`{${text.slice(text[at + 1] === "," ? at + 2 : at + 1)}`);
  if (rest === undefined) return undefined;
  const { matched, missed, levels, caughtUp, trouble, ended } = rest;
  return {
    records,
    matched: count(matched),
    missed: count(missed),
    levels: Array.isArray(levels) ? levels : [],
    ...(caughtUp === true ? { caughtUp } : {}),
    ...(typeof trouble === "string" ? { trouble } : {}),
    ...(isReason(ended) ? { ended } : {}),
  };
}

function isReason(value: unknown): value is NonNullable<LiveEvent["ended"]> {
  return (
    typeof value === "object" && value !== null && "message" in value && typeof value.message === "string"
  );
}

function count(value: unknown): number {
  return typeof value === "number" && value >= 0 ? value : 0;
}

const MARK = /["{}[\]]/g;

/** Where the object that begins at `start` ends; -1 where it does not. */
function endOfObject(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; ) {
    MARK.lastIndex = at;
    const mark = MARK.exec(text)?.[0];
    if (mark === undefined) return -1;
    at = MARK.lastIndex;
    if (mark === '"') {
      at = endOfString(text, at);
      if (at < 0) return -1;
    } else if (mark === "{" || mark === "[") {
      depth++;
    } else if (--depth === 0) {
      return at;
    }
  }
  return -1;
}

/** Where the string ends whose first character stands at `at`, its quote included. */
function endOfString(text: string, at: number): number {
  for (let quote = text.indexOf('"', at); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let first = quote;
    while (first > at && text[first - 1] === "\\") first--;
    if ((quote - first) % 2 === 0) return quote + 1;
  }
  return -1;
}
