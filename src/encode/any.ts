/**
 * JSON text of any value whatever: circles, BigInt, Map, Set, Error with its cause, typed arrays, functions, symbols,
 * getters and toJSON that throw, proxies, huge depth, few objects with endless ways through them. Never throws, except for
 * text longer than a string can be.
 *
 *   undefined      left out of objects, null elsewhere        Map         object, or list of pairs if a key is no string
 *   NaN, Infinity  "NaN", "Infinity", "-Infinity"              Set         list
 *   BigInt         its digits as a string: JSON readers round  Error       name, message, stack, code, cause, errors, own
 *   Symbol         "Symbol(x)"                                 bytes       {"type":"Uint8Array","base64":"…"}
 *   function       "[Function: name]"                          a circle    "[Circular]"
 *   invalid Date   "Invalid Date"                              too deep    "[Too deep]"
 *   throws         "[Threw: message]", in place of the value  too large   "[Too large]", and what follows is left out
 */
import { types } from "node:util";
import { messageOf } from "../system/errors.js";
import { keyText, stringText } from "./escape.js";

/** Readers of logs (CloudWatch Insights, jq's default) stop long before; deeper values are marked, and counted. */
export const DEPTH_MAX = 64;
/** Nobody reads more in one record; the bounds keep a value that goes on for ever from stopping the application. */
const VALUES_MAX = 1 << 18;
const CHARS_MAX = 1 << 26;

class Walk {
  readonly ancestors: object[] = [];
  /** How many values were cut off for their depth, or for what came before them. */
  shortened = 0;
  #values = 0;
  #chars = 0;

  get isFull(): boolean {
    return this.#values > VALUES_MAX || this.#chars > CHARS_MAX;
  }

  took(chars: number): void {
    this.#values++;
    this.#chars += chars;
  }

  cutOff(): string {
    this.shortened++;
    return '"[Too large]"';
  }
}

let lastShortened = 0;

/** How many values the last call of `anyText` or `anyMembers` cut off. */
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
  if (typeof value === "object" && value !== null) {
    walk.took(0);
    return objectText(value, walk);
  }
  const text = simpleText(value);
  walk.took(text?.length ?? 0);
  return text;
}

function simpleText(value: unknown): string | undefined {
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
      return "null";
  }
}

function guarded(text: () => string | undefined): string | undefined {
  try {
    return text();
  } catch (error) {
    return stringText(`[Threw: ${messageOf(error)}]`);
  }
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

/** Kinds are told by what a value is made of, not by `instanceof`: a value of another realm is one of its kind too. */
function knownText(object: object, walk: Walk): string | undefined {
  if (object instanceof Error || types.isNativeError(object)) {
    return errorText(object, walk);
  }
  if (types.isDate(object)) {
    return Number.isNaN(object.getTime()) ? '"Invalid Date"' : stringText(`${object.toISOString()}`);
  }
  const toJSON = (object as { toJSON?: unknown }).toJSON;
  if (typeof toJSON === "function" && !ArrayBuffer.isView(object)) {
    return textOf(toJSON.call(object, ""), walk);
  }
  if (Array.isArray(object)) {
    return listText(object, walk);
  }
  if (types.isMap(object)) {
    return mapText(object, walk);
  }
  if (types.isSet(object)) {
    return listText([...Set.prototype.values.call(object)], walk);
  }
  if (ArrayBuffer.isView(object) || types.isAnyArrayBuffer(object)) {
    return bytesText(object, walk);
  }
  if (types.isRegExp(object)) {
    return stringText(String(object));
  }
  if (types.isBoxedPrimitive(object)) {
    return textOf(object.valueOf(), walk);
  }
  return `{${membersText(object, Object.keys(object), walk)}}`;
}

function bytesText(view: ArrayBufferView | ArrayBufferLike, walk: Walk): string {
  const bytes = ArrayBuffer.isView(view)
    ? Buffer.from(view.buffer, view.byteOffset, view.byteLength)
    : Buffer.from(view);
  const text = `{"type":${stringText(view.constructor.name)},"base64":"${bytes.toString("base64")}"}`;
  walk.took(text.length);
  return text;
}

function listText(list: unknown[], walk: Walk): string {
  let text = "[";
  for (let i = 0; i < list.length; i++) {
    const isFull = walk.isFull;
    const element = isFull ? walk.cutOff() : (guarded(() => textOf(list[i], walk)) ?? "null");
    text += i === 0 ? element : `,${element}`;
    if (isFull) {
      break;
    }
  }
  return `${text}]`;
}

function mapText(map: Map<unknown, unknown>, walk: Walk): string {
  const entries = [...Map.prototype.entries.call(map)];
  return entries.every((entry): entry is [string, unknown] => typeof entry[0] === "string")
    ? `{${entriesText(entries, ([, value]) => value, walk)}}`
    : listText(entries, walk);
}

function membersText(object: object, keys: readonly string[], walk: Walk): string {
  const entries = keys.map((key): [string, undefined] => [key, undefined]);
  return entriesText(entries, ([key]) => (object as Record<string, unknown>)[key], walk);
}

/** The values are asked for one by one: a getter may throw, and none is called for what is cut off. */
function entriesText<T>(
  entries: readonly [string, T][],
  valueIn: (entry: [string, T]) => unknown,
  walk: Walk,
): string {
  let text = "";
  for (const entry of entries) {
    const isFull = walk.isFull;
    const member = isFull ? walk.cutOff() : guarded(() => textOf(valueIn(entry), walk));
    if (member !== undefined) {
      text += `${text === "" ? "" : ","}${keyText(entry[0])}${member}`;
    }
    if (isFull) {
      break;
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
