/**
 * JSON text of any value whatever: circles, BigInt, Map, Set, Error with its cause, typed arrays, functions, symbols,
 * getters and toJSON that throw, proxies, huge depth. Never throws, except for text longer than a string can be.
 *
 *   undefined      left out of objects, null elsewhere        Map         object, or list of pairs if a key is no string
 *   NaN, Infinity  "NaN", "Infinity", "-Infinity"              Set         list
 *   BigInt         its digits as a string: JSON readers round  Error       name, message, stack, code, cause, errors, own
 *   Symbol         "Symbol(x)"                                 bytes       {"type":"Uint8Array","base64":"…"}
 *   function       "[Function: name]"                          a circle    "[Circular]"
 *   invalid Date   "Invalid Date"                              too deep    "[Too deep]"
 *   throws         "[Threw: message]", in place of the value that threw
 */
import { messageOf } from "../system/errors.js";
import { keyText, stringText } from "./plain.js";

/** Readers of logs (CloudWatch Insights, jq's default) stop long before; deeper values are marked, and counted. */
export const DEPTH_MAX = 64;

class Walk {
  readonly ancestors: object[] = [];
  /** How many values were cut off for their depth. */
  shortened = 0;
}

let lastShortened = 0;

/** How many values the last call of `anyText` or `anyMembers` marked as too deep. */
export function shortenedByLast(): number {
  return lastShortened;
}

export function anyText(value: unknown): string {
  const walk = new Walk();
  const text = textOf(value, walk) ?? "null";
  lastShortened = walk.shortened;
  return text;
}

/** Members without braces; what is not an object with members becomes `"value":…`. */
export function anyMembers(value: unknown): string {
  const text = anyText(value);
  return text.startsWith("{") ? text.slice(1, -1) : `"value":${text}`;
}

/** Undefined means: leave the member out. */
function textOf(value: unknown, walk: Walk): string | undefined {
  switch (typeof value) {
    case "string":
      return stringText(value);
    case "number":
      return Number.isFinite(value) ? `${value}` : `"${value}"`;
    case "boolean":
      return value ? "true" : "false";
    case "bigint":
      return `"${value}"`;
    case "symbol":
      return stringText(value.toString());
    case "function":
      return guarded(() => stringText(`[Function: ${String(value.name) || "anonymous"}]`));
    case "undefined":
      return undefined;
    default:
      return value === null ? "null" : objectText(value as object, walk);
  }
}

function guarded(text: () => string | undefined): string | undefined {
  try {
    return text();
  } catch (error) {
    return threwText(error);
  }
}

function threwText(error: unknown): string {
  let message = "unknown";
  try {
    message = messageOf(error);
  } catch {
    // What was thrown throws again when looked at; there is nothing more to say about it.
  }
  return stringText(`[Threw: ${message}]`);
}

function objectText(object: object, walk: Walk): string | undefined {
  if (walk.ancestors.includes(object)) {
    return '"[Circular]"';
  }
  if (walk.ancestors.length >= DEPTH_MAX) {
    walk.shortened++;
    return '"[Too deep]"';
  }
  walk.ancestors.push(object);
  const text = guarded(() => knownText(object, walk));
  walk.ancestors.pop();
  return text;
}

function knownText(object: object, walk: Walk): string | undefined {
  if (object instanceof Error) {
    return errorText(object, walk);
  }
  if (object instanceof Date) {
    return Number.isNaN(object.getTime()) ? '"Invalid Date"' : `"${object.toISOString()}"`;
  }
  const toJSON = (object as { toJSON?: unknown }).toJSON;
  if (typeof toJSON === "function" && !ArrayBuffer.isView(object)) {
    return textOf(toJSON.call(object, ""), walk);
  }
  if (Array.isArray(object)) {
    return listText(object, walk);
  }
  if (object instanceof Map) {
    return mapText(object, walk);
  }
  if (object instanceof Set) {
    return listText([...object], walk);
  }
  if (ArrayBuffer.isView(object) || object instanceof ArrayBuffer) {
    return bytesText(object);
  }
  if (object instanceof RegExp) {
    return stringText(String(object));
  }
  if (object instanceof String || object instanceof Number || object instanceof Boolean) {
    return textOf(object.valueOf(), walk);
  }
  return `{${membersText(object, Object.keys(object), walk)}}`;
}

function bytesText(view: ArrayBufferView | ArrayBuffer): string {
  const bytes = ArrayBuffer.isView(view)
    ? Buffer.from(view.buffer, view.byteOffset, view.byteLength)
    : Buffer.from(view);
  return `{"type":${stringText(view.constructor.name)},"base64":"${bytes.toString("base64")}"}`;
}

function listText(list: unknown[], walk: Walk): string {
  let text = "[";
  for (let i = 0; i < list.length; i++) {
    const element = guarded(() => textOf(list[i], walk)) ?? "null";
    text += i === 0 ? element : `,${element}`;
  }
  return `${text}]`;
}

function mapText(map: Map<unknown, unknown>, walk: Walk): string {
  const entries = [...map];
  if (!entries.every(([key]) => typeof key === "string")) {
    return listText(entries, walk);
  }
  let text = "";
  for (const [key, value] of entries) {
    const member = textOf(value, walk);
    if (member !== undefined) {
      text += `${text === "" ? "" : ","}${keyText(key as string)}${member}`;
    }
  }
  return `{${text}}`;
}

function membersText(object: object, keys: readonly string[], walk: Walk): string {
  let text = "";
  for (const key of keys) {
    const member = guarded(() => textOf((object as Record<string, unknown>)[key], walk));
    if (member !== undefined) {
      text += `${text === "" ? "" : ","}${keyText(key)}${member}`;
    }
  }
  return text;
}

const ERROR_KEYS = ["name", "message", "stack", "code", "cause", "errors"];

/** The keys that people look for come first and in one order, enumerable or not, then the error's own ones. */
function errorText(error: Error, walk: Walk): string {
  const own = Object.keys(error).filter((key) => !ERROR_KEYS.includes(key));
  const known = ERROR_KEYS.filter((key) => key in error);
  return `{${membersText(error, [...known, ...own], walk)}}`;
}
