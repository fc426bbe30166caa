/**
 * JSON text of plain values: strings, finite numbers, booleans, null, arrays and object literals of these.
 *
 * This is the fast way, taken by nearly every record. It gives up (undefined) at the first thing that
 * `JSON.stringify` would lose, mangle or throw at, and `any.ts` takes over.
 */

/** Deeper values go to `any.ts`, which knows circles and depth. */
const PLAIN_DEPTH_MAX = 12;
/** A longer text goes to `any.ts` too: few objects may have endless ways through them, and it keeps count. */
const PLAIN_CHARS_MAX = 1 << 20;
/** Up to here a loop over the characters is faster than the call into `JSON.stringify`. */
const LOOP_CHARS_MAX = 48;
/** Keys repeat from record to record; the bound keeps hostile keys from growing the cache. */
const KEY_CACHE_MAX = 1000;

const keyCache = new Map<string, string>();

/** The string with quotes, escaped. */
export function stringText(value: string): string {
  const length = value.length;
  if (length > LOOP_CHARS_MAX) {
    return JSON.stringify(value);
  }
  for (let i = 0; i < length; i++) {
    const char = value.charCodeAt(i);
    // Surrogates go the safe way too: JSON.stringify escapes lone ones.
    if (char < 0x20 || char === 0x22 || char === 0x5c || char >= 0xd800) {
      return JSON.stringify(value);
    }
  }
  return `"${value}"`;
}

/** `"key":`, escaped. */
export function keyText(key: string): string {
  let text = keyCache.get(key);
  if (text === undefined) {
    text = `${JSON.stringify(key)}:`;
    if (keyCache.size < KEY_CACHE_MAX && key.length <= LOOP_CHARS_MAX) {
      keyCache.set(key, text);
    }
  }
  return text;
}

/**
 * The members of an object literal, `"a":1,"b":2`, without braces; empty for none. Undefined when the object is
 * anything but plain. Whatever a getter or a proxy throws passes through.
 */
export function plainMembers(object: object, depth = 0): string | undefined {
  const prototype = Object.getPrototypeOf(object);
  if ((prototype !== Object.prototype && prototype !== null) || depth > PLAIN_DEPTH_MAX) {
    return undefined;
  }
  let text = "";
  for (const key in object) {
    const value = (object as Record<string, unknown>)[key];
    if (value === undefined) {
      continue;
    }
    const member = plainText(value, depth + 1);
    if (member === undefined || text.length > PLAIN_CHARS_MAX) {
      return undefined;
    }
    text += text === "" ? keyText(key) + member : `,${keyText(key)}${member}`;
  }
  return text;
}

/** JSON text of a plain value, or undefined when it is anything else. */
export function plainText(value: unknown, depth = 0): string | undefined {
  switch (typeof value) {
    case "string":
      return stringText(value);
    case "number":
      return Number.isFinite(value) ? `${value}` : undefined;
    case "boolean":
      return value ? "true" : "false";
    case "object":
      if (value === null) {
        return "null";
      }
      if (Array.isArray(value)) {
        return plainArray(value, depth);
      }
      // An object literal may carry a toJSON; a function as a member makes plainMembers give up, toJSON included.
      return braced(plainMembers(value, depth));
    default:
      return undefined;
  }
}

function braced(members: string | undefined): string | undefined {
  return members === undefined ? undefined : `{${members}}`;
}

function plainArray(array: unknown[], depth: number): string | undefined {
  if (depth > PLAIN_DEPTH_MAX) {
    return undefined;
  }
  let text = "[";
  for (let i = 0; i < array.length; i++) {
    const element = plainText(array[i], depth + 1);
    if (element === undefined || text.length > PLAIN_CHARS_MAX) {
      return undefined;
    }
    text += i === 0 ? element : `,${element}`;
  }
  return `${text}]`;
}
