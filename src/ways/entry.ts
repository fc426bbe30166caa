/**
 * A line of another program becomes the argument of one `log()`.
 *
 * Nothing of a line is lost: a text stands in `data` as it is; bytes that are no UTF-8 stand in `metadata.raw_base64`
 * beside a readable `data`; and a JSON object counts as a record only if every part of it can be kept as a record.
 */
import { isUtf8 } from "node:buffer";
import { DEPTH_MAX } from "../encode/any.js";

/** What `log()` is given for one line. */
export interface Entry {
  readonly timestamp?: string;
  readonly service?: string;
  readonly data: unknown;
  readonly type: string;
  readonly request_id?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** The line as it is. `continues` marks a piece whose line goes on in the next record. */
export function plainEntry(bytes: Buffer, type: string, continues: boolean): Entry {
  const metadata = {
    ...(isUtf8(bytes) ? {} : { raw_base64: bytes.toString("base64") }),
    ...(continues ? { continues } : {}),
  };
  const data = bytes.toString("utf8");
  return Object.keys(metadata).length === 0 ? { data, type } : { data, type, metadata };
}

/**
 * The record that a line of JSON already is: an object with `data` and otherwise only the names `timestamp` (ISO 8601
 * UTC, to the millisecond), `service`, `type`, `request_id` (texts) and `metadata` (an object). Anything else is
 * undefined, and so is what would not come out as it went in: bytes that are no UTF-8, numbers that a double cannot hold,
 * values nested deeper than a record keeps.
 */
export function recordEntry(bytes: Buffer, type: string): Entry | undefined {
  if (bytes[0] !== OPENING_BRACE || !isUtf8(bytes)) return undefined;
  const text = bytes.toString("utf8");
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Object.hasOwn(value, "data") || !Object.entries(value).every(isPart)) return undefined;
  return survives(text) ? ({ type, ...value } as unknown as Entry) : undefined;
}

const OPENING_BRACE = 0x7b;
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

/** A decimal of so many digits comes back from a double unchanged: DBL_DIG of IEEE 754. */
const EXACT_DIGITS_MAX = 15;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** Whether a JSON text keeps its meaning as a value that is encoded again. */
function survives(json: string): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const mark = json[at]!;
    if (mark === '"') at = endOfString(json, at);
    else if (mark === "{" || mark === "[") depth++;
    else if (mark === "}" || mark === "]") depth--;
    if (depth > DEPTH_MAX) return false;
    NUMBER.lastIndex = at;
    const token = NUMBER.exec(json)?.[0];
    if (token === undefined) continue;
    if (!isExact(token)) return false;
    at += token.length - 1;
  }
  return true;
}

function isExact(token: string): boolean {
  const digits = token
    .replace(/[eE].*$/, "")
    .replace(/[-.]/g, "")
    .replace(/^0+/, "");
  const value = Number(token);
  if (digits === "") return true;
  return (
    (digits.length <= EXACT_DIGITS_MAX && Number.isFinite(value) && value !== 0) || String(value) === token
  );
}

/** The index of the quote that closes the string which opens at `start`. */
function endOfString(json: string, start: number): number {
  let at = json.indexOf('"', start + 1);
  while (isEscaped(json, at)) at = json.indexOf('"', at + 1);
  return at;
}

function isEscaped(json: string, at: number): boolean {
  let backslashes = 0;
  while (json[at - 1 - backslashes] === "\\") backslashes++;
  return backslashes % 2 === 1;
}
