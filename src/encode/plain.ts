/**
 * Plain values, written straight to their place: strings, finite numbers, booleans, null, arrays and object literals of
 * these. This is the fast way, taken by nearly every record. It gives up (false) at the first thing that JSON.stringify
 * would lose, mangle or throw at; what was written until then does not count, and `any.ts` takes over.
 *
 * Whatever a getter or a proxy throws passes through.
 */
import { keyText } from "./escape.js";
import { type Constant, constant, type Pen } from "./pen.js";

/** Deeper values go to `any.ts`, which knows circles and depth. */
const PLAIN_DEPTH_MAX = 12;
/** What is larger goes to `any.ts` too: few objects may have endless ways through them, and it keeps count. */
const PLAIN_BYTES_MAX = 1 << 20;
/** Keys repeat from record to record; the bounds keep hostile keys from growing the cache. */
const KEYS_MAX = 1000;
const KEY_CHARS_MAX = 64;

const COMMA = 0x2c;
const TRUE = constant("true");
const FALSE = constant("false");
const NULL = constant("null");

/** A key, as `"key":` and `,"key":`, escaped. */
interface Key {
  readonly name: string;
  readonly first: Constant;
  readonly next: Constant;
  /** The one that came after it the last time: what is logged at one place has its keys in one order. */
  follower: Key | undefined;
}

const keys = new Map<string, Key>();
/** What the keys of an object follow that are its first ones. */
const START = newKey("");

function newKey(name: string): Key {
  const text = keyText(name);
  return { name, first: constant(text), next: constant(`,${text}`), follower: undefined };
}

function keyAfter(before: Key, name: string): Key {
  const { follower } = before;
  if (follower !== undefined && follower.name === name) {
    return follower;
  }
  let key = keys.get(name);
  if (key === undefined) {
    key = newKey(name);
    if (keys.size >= KEYS_MAX || name.length > KEY_CHARS_MAX) {
      return key;
    }
    keys.set(name, key);
  }
  before.follower = key;
  return key;
}

/** True for what `writeMembers` does not give up at once. */
export function isLiteral(object: object): boolean {
  const prototype = Object.getPrototypeOf(object);
  return prototype === Object.prototype || prototype === null;
}

/** The members of an object literal, `"a":1,"b":2`, without braces. `start` is where the value begins that is being written. */
export function writeMembers(pen: Pen, object: object, start: number, depth: number): boolean {
  if (!isLiteral(object) || depth > PLAIN_DEPTH_MAX) {
    return false;
  }
  let key = START;
  for (const name in object) {
    const value = (object as Record<string, unknown>)[name];
    if (value === undefined) {
      continue;
    }
    const isFirst = key === START;
    key = keyAfter(key, name);
    pen.constant(isFirst ? key.first : key.next);
    if (!writePlain(pen, value, start, depth + 1)) {
      return false;
    }
    if (pen.full) {
      return true;
    }
  }
  return pen.at - start <= PLAIN_BYTES_MAX;
}

/** A value, or nothing that counts and false. */
export function writePlain(pen: Pen, value: unknown, start: number, depth: number): boolean {
  switch (typeof value) {
    case "string":
      pen.string(value);
      return true;
    case "number":
      if (!Number.isFinite(value)) {
        return false;
      }
      pen.number(value);
      return true;
    case "boolean":
      pen.constant(value ? TRUE : FALSE);
      return true;
    case "object":
      if (value === null) {
        pen.constant(NULL);
        return true;
      }
      return Array.isArray(value)
        ? writeArray(pen, value, start, depth)
        : writeObject(pen, value, start, depth);
    default:
      return false;
  }
}

/** An object literal may carry a toJSON: as a function among its members, that ends the plain way. */
function writeObject(pen: Pen, object: object, start: number, depth: number): boolean {
  pen.byte(0x7b);
  const isPlain = writeMembers(pen, object, start, depth);
  pen.byte(0x7d);
  return isPlain;
}

function writeArray(pen: Pen, array: readonly unknown[], start: number, depth: number): boolean {
  if (depth > PLAIN_DEPTH_MAX) {
    return false;
  }
  pen.byte(0x5b);
  for (let i = 0; i < array.length; i++) {
    if (i > 0) {
      pen.byte(COMMA);
    }
    if (!writePlain(pen, array[i], start, depth + 1)) {
      return false;
    }
    if (pen.full) {
      return true;
    }
  }
  pen.byte(0x5d);
  return pen.at - start <= PLAIN_BYTES_MAX;
}
