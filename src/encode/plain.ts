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
/** Keys repeat from record to record; the bounds keep hostile keys from growing the cache. */
const KEYS_MAX = 1000;
const KEY_CHARS_MAX = 64;
/**
 * What has to be escaped, or may have to be: JSON.stringify escapes surrogates that stand alone. Looking for it takes half
 * the time of JSON.stringify, and less than a loop over the characters from the fourth on.
 */
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/;

/** How a key begins a member: alone, after another one, and the same with the quote of a text. */
interface Key {
  readonly first: string;
  readonly next: string;
  readonly firstQuoted: string;
  readonly nextQuoted: string;
}

const keys = new Map<string, Key>();

function keyOf(name: string): Key {
  let key = keys.get(name);
  if (key === undefined) {
    const first = `${JSON.stringify(name)}:`;
    key = { first, next: `,${first}`, firstQuoted: `${first}"`, nextQuoted: `,${first}"` };
    if (keys.size < KEYS_MAX && name.length <= KEY_CHARS_MAX) {
      keys.set(name, key);
    }
  }
  return key;
}

/** The string with quotes, escaped. */
export function stringText(value: string): string {
  return ESCAPED.test(value) ? JSON.stringify(value) : `"${value}"`;
}

/** `"key":`, escaped. */
export function keyText(name: string): string {
  return keyOf(name).first;
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
  for (const name in object) {
    const value = (object as Record<string, unknown>)[name];
    if (value === undefined) {
      continue;
    }
    const key = keyOf(name);
    if (typeof value === "string" && !ESCAPED.test(value)) {
      // Few pieces: each one that is joined is an object of its own until the line is written.
      text += `${text === "" ? key.firstQuoted : key.nextQuoted}${value}"`;
    } else {
      const member = plainText(value, depth + 1);
      if (member === undefined) {
        return undefined;
      }
      text += (text === "" ? key.first : key.next) + member;
    }
    if (text.length > PLAIN_CHARS_MAX) {
      return undefined;
    }
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
