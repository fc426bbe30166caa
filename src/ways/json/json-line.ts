/** A line that is a JSON object, read so that nothing of it is lost. */
import { isUtf8 } from "node:buffer";
import { DEPTH_MAX } from "../../encode/any.js";
import { parseExactly } from "../../encode/exact-json.js";

export interface JsonLine {
  readonly text: string;
  readonly value: Readonly<Record<string, unknown>>;
}

const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const ZERO = 0x30;
const NINE = 0x39;
const POINT = 0x2e;
const EXPONENT = 0x65;
/** Makes a capital letter of ASCII a small one. */
const SMALL = 0x20;
/** A decimal of so many digits comes back from a double unchanged: DBL_DIG of IEEE 754. */
const DIGITS_MAX = 15;

/** Undefined where the bytes are no UTF-8 or no JSON object. */
export function readJsonLine(bytes: Buffer): JsonLine | undefined {
  if (bytes[0] !== OPENING_BRACE || !isUtf8(bytes)) return undefined;
  const text = bytes.toString("utf8");
  try {
    return { text, value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/**
 * The members of the line with each number as it was written: one that a double cannot hold is a text of its digits.
 * Undefined where values would not say all of the text: a name that stands twice in an object, or values nested deeper than
 * a record keeps.
 */
export function wholeMembers({ text, value }: JsonLine): Readonly<Record<string, unknown>> | undefined {
  const { depth, members, hasLongNumbers } = shapeOf(text);
  // In a record they stand one deeper, in its metadata.
  if (depth >= DEPTH_MAX || countMembers(value) !== members) return undefined;
  return hasLongNumbers ? (parseExactly(text) as Record<string, unknown>) : value;
}

/** What a valid JSON text looks like, without its strings. */
interface Shape {
  /** How deeply values are nested. */
  readonly depth: number;
  /** How many members its objects have as written. */
  readonly members: number;
  /** Whether it has numbers that a double may not hold: of many digits, or with an exponent. */
  readonly hasLongNumbers: boolean;
}

function shapeOf(text: string): Shape {
  let depth = 0;
  let deepest = 0;
  let members = 0;
  let digits = 0;
  let hasLongNumbers = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= ZERO && code <= NINE) {
      digits++;
      continue;
    }
    if (code === POINT) continue;
    if (digits > DIGITS_MAX || (digits > 0 && (code | SMALL) === EXPONENT)) hasLongNumbers = true;
    digits = 0;
    switch (code) {
      case QUOTE:
        at++;
        while (text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
        break;
      case COLON:
        members++;
        break;
      case OPENING_BRACE:
      case OPENING_BRACKET:
        depth++;
        if (depth > deepest) deepest = depth;
        break;
      case CLOSING_BRACE:
      case CLOSING_BRACKET:
        depth--;
        break;
    }
  }
  return { depth: deepest, members, hasLongNumbers };
}

/** Not deeper than `DEPTH_MAX`: the text was looked at before. */
function countMembers(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const element of value) count += countMembers(element);
    return count;
  }
  for (const name of Object.keys(value)) count += 1 + countMembers((value as Record<string, unknown>)[name]);
  return count;
}
