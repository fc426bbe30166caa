/**
 * A line of another program becomes the argument of one `log()`.
 *
 * Nothing of a line is lost: a text stands in `data` as it is; bytes that are no UTF-8 stand in `metadata.raw_base64`
 * beside a readable `data`; and a JSON object counts as a record only if every part of it can be kept as a record.
 */
import { isUtf8 } from "node:buffer";
import { DEPTH_MAX } from "../encode/any.js";
import { isExactWithin } from "../encode/exact-json.js";
import type { JsonLine } from "./json/json-line.js";

/** What `log()` is given for one line. */
export interface Entry {
  /** ISO 8601 UTC, or milliseconds since 1970. */
  readonly timestamp?: string | number;
  readonly service?: string;
  readonly data: unknown;
  readonly type: string;
  readonly request_id?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** The line as it is, `data` being its text. `continues` marks a piece whose line goes on in the next record. */
export function plainEntry(bytes: Buffer, data: string, type: string, continues: boolean): Entry {
  const metadata = {
    ...(isUtf8(bytes) ? {} : { raw_base64: bytes.toString("base64") }),
    ...(continues ? { continues } : {}),
  };
  return Object.keys(metadata).length === 0 ? { data, type } : { data, type, metadata };
}

/**
 * The record that a line of JSON already is: an object with `data` and otherwise only the names `timestamp` (ISO 8601
 * UTC, to the millisecond), `service`, `type`, `request_id` (texts) and `metadata` (an object). Anything else is
 * undefined, and so is what would not come out as it went in: numbers that a double cannot hold, values nested deeper than
 * a record keeps.
 */
export function recordEntry({ text, value }: JsonLine, type: string): Entry | undefined {
  if (!Object.hasOwn(value, "data") || !Object.entries(value).every(isPart)) return undefined;
  return isExactWithin(text, DEPTH_MAX) ? ({ type, ...value } as unknown as Entry) : undefined;
}

/** The same entry, with the output of a program that its line was printed to. A member of that name becomes `stream_given`. */
export function withStream(entry: Entry, stream: string): Entry {
  const { metadata } = entry;
  if (metadata === undefined) return { ...entry, metadata: { stream } };
  const given = Object.entries(metadata).map(([name, value]) => [freeName(name, metadata), value]);
  return { ...entry, metadata: { stream, ...Object.fromEntries(given) } };
}

function freeName(name: string, taken: Readonly<Record<string, unknown>>): string {
  if (name !== "stream") return name;
  let free = "stream_given";
  while (Object.hasOwn(taken, free)) free += "_given";
  return free;
}

const ISO_MILLISECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function isPart([name, value]: [string, unknown]): boolean {
  switch (name) {
    case "data":
      return true;
    case "timestamp":
      return typeof value === "string" && ISO_MILLISECONDS.test(value) && !Number.isNaN(Date.parse(value));
    case "service":
    case "type":
    case "request_id":
      return typeof value === "string" && value !== "";
    case "metadata":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    default:
      return false;
  }
}
