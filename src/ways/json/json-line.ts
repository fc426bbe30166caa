/** A line that is a JSON object, read so that nothing of it is lost. */
import { isUtf8 } from "node:buffer";
import { DEPTH_MAX } from "../../encode/any.js";
import { parseExactly } from "../../encode/exact-json.js";

export interface JsonLine {
  readonly text: string;
  readonly value: Readonly<Record<string, unknown>>;
}

const OPENING_BRACE = 0x7b;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

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
export function wholeMembers({ text, value }: JsonLine): Record<string, unknown> | undefined {
  const { depth, members } = shapeOf(text);
  // In a record they stand one deeper, in its metadata.
  if (depth >= DEPTH_MAX || countMembers(value) !== members) return undefined;
  return parseExactly(text) as Record<string, unknown>;
}

/** How deeply values are nested in a valid JSON text, and how many members its objects have as written. */
function shapeOf(text: string): { readonly depth: number; readonly members: number } {
  let depth = 0;
  let deepest = 0;
  let members = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at++;
        while (text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
        break;
      case 0x3a: // :
        members++;
        break;
      case OPENING_BRACE:
      case 0x5b: // [
        depth++;
        if (depth > deepest) deepest = depth;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        depth--;
        break;
    }
  }
  return { depth: deepest, members };
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
