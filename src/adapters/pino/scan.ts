/**
 * Where the members of a line of JSON stand, without making values of them. A line that this has gone through is valid JSON in one
 * object, without blanks, with each name once, numbers that a double holds, and not too deep: its members can be put into a
 * record as they are. At anything else it gives up, and the line is parsed.
 *
 * The line is put into bytes first, once: those are what is copied into the record, and a loop over them is faster than one
 * over a string that was joined of many.
 */
import { DEPTH_MAX } from "../../encode/any.js";
import type { MemberPath } from "../request-id.js";
import { type Name, nameHash, namesOf } from "./names.js";
import { numberEnd, stringEnd } from "./tokens.js";

/** Longer lines are parsed: a record that is too large for its journal is shortened by its values. */
const LINE_CHARS_MAX = 16_000;
const UTF8_BYTES_PER_CHAR_MAX = 3;
const LINE_WORDS = Math.ceil((LINE_CHARS_MAX * UTF8_BYTES_PER_CHAR_MAX + 1) / 4);
const MEMBERS_MAX = 64;

const LINE_FEED = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const BRACE_OPEN = 0x7b;
const BRACE_CLOSE = 0x7d;
const BRACKET_OPEN = 0x5b;
const BRACKET_CLOSE = 0x5d;
const TRUE = Buffer.from("true");
const FALSE = Buffer.from("false");
const NULL = Buffer.from("null");

/** Node's writer of UTF-8 without the argument checks of `Buffer.write`. */
type Utf8Writer = { utf8Write(text: string, at: number, bytesMax: number): number };

export class LineScan {
  /** The last line, in UTF-8, with a zero behind it, which ends all that is scanned. */
  readonly bytes: Buffer;
  readonly view: DataView;
  /** For each path: where its value stands in the last line; 0 where there is none. */
  readonly valueStart: Int32Array;
  readonly valueEnd: Int32Array;
  /** The slots whose paths are one name and that are there, in the line's order, and where their members begin. */
  readonly order: Int32Array;
  readonly memberStart: Int32Array;
  found = 0;
  /** Where the members end; they begin at 1. */
  end = 0;
  readonly #words = new Int32Array(LINE_WORDS);
  readonly #names: readonly Name[];
  /** A bit for each hash that a name has, so that most names are known not to be looked for at once. */
  #namesMask = 0;
  readonly #hashes = new Int32Array(MEMBERS_MAX);

  constructor(paths: readonly MemberPath[]) {
    this.bytes = Buffer.from(this.#words.buffer);
    this.view = new DataView(this.#words.buffer);
    this.valueStart = new Int32Array(paths.length);
    this.valueEnd = new Int32Array(paths.length);
    this.order = new Int32Array(paths.length);
    this.memberStart = new Int32Array(paths.length);
    this.#names = namesOf(paths);
    for (const { hash } of this.#names) this.#namesMask |= 1 << (hash & 31);
  }

  /** False where the line has to be parsed. */
  scan(line: string): boolean {
    if (line.length > LINE_CHARS_MAX || !line.isWellFormed()) return false;
    const { bytes, valueStart } = this;
    const length = (bytes as unknown as Utf8Writer).utf8Write(line, 0, bytes.length);
    bytes[length] = 0;
    if (bytes[0] !== BRACE_OPEN) return false;
    for (let slot = 0; slot < valueStart.length; slot++) valueStart[slot] = 0;
    this.found = 0;
    let at = 1;
    if (bytes[at] !== BRACE_CLOSE) {
      at = this.#members(at);
      if (at < 0) return false;
    }
    this.end = at;
    return at + 1 === length || (at + 2 === length && bytes[at + 1] === LINE_FEED) || line.endsWith("}\r\n");
  }

  /** The members of the line's object; where its brace closes, or -1. */
  #members(start: number): number {
    const { bytes } = this;
    const hashes = this.#hashes;
    const namesMask = this.#namesMask;
    let seenMask = 0;
    let at = start;
    for (let count = 0; count < MEMBERS_MAX; count++) {
      if (bytes[at] !== QUOTE) return -1;
      const nameStart = ++at;
      let hash = 0;
      for (let char = bytes[at]!; char !== QUOTE; char = bytes[++at]!) {
        if (char < 0x20 || char === BACKSLASH) return -1;
        hash = nameHash(hash, char);
      }
      const bit = 1 << (hash & 31);
      if ((seenMask & bit) !== 0) {
        for (let i = 0; i < count; i++) {
          // The same name twice, or two with one hash: the values decide.
          if (hashes[i] === hash) return -1;
        }
      }
      seenMask |= bit;
      hashes[count] = hash;
      const nameEnd = at;
      if (bytes[++at] !== COLON) return -1;
      const name = (namesMask & bit) === 0 ? undefined : this.#nameAt(this.#names, hash, nameStart, nameEnd);
      at = name === undefined ? this.#value(at + 1, 1, NONE) : this.#named(name, nameStart - 1, at + 1);
      if (at < 0) return -1;
      const char = bytes[at];
      if (char === BRACE_CLOSE) return at;
      if (char !== COMMA) return -1;
      at++;
    }
    return -1;
  }

  #named({ slot, below }: Name, start: number, valueStart: number): number {
    const end = this.#value(valueStart, 1, below);
    if (slot >= 0) {
      this.valueStart[slot] = valueStart;
      this.valueEnd[slot] = end;
      this.memberStart[slot] = start;
      this.order[this.found++] = slot;
    }
    return end;
  }

  #nameAt(names: readonly Name[], hash: number, start: number, end: number): Name | undefined {
    for (let i = 0; i < names.length; i++) {
      const name = names[i]!;
      if (name.hash === hash && this.#says(name.bytes, start, end)) return name;
    }
    return undefined;
  }

  /** True where these bytes stand there. */
  #says(expected: Buffer, start: number, end: number): boolean {
    const { bytes } = this;
    if (expected.length !== end - start) return false;
    for (let i = 0; i < expected.length; i++) {
      if (bytes[start + i] !== expected[i]) return false;
    }
    return true;
  }

  /** Where the value ends that begins at `at`, or -1. `below` is what to look for in it. */
  #value(at: number, depth: number, below: readonly Name[]): number {
    const { bytes } = this;
    switch (bytes[at]) {
      case QUOTE:
        return stringEnd(bytes, this.#words, at + 1);
      case BRACE_OPEN:
        return depth > DEPTH_MAX - 2 ? -1 : this.#object(at + 1, depth, below);
      case BRACKET_OPEN:
        return depth > DEPTH_MAX - 2 ? -1 : this.#array(at + 1, depth);
      case 0x74:
        return this.#says(TRUE, at, at + 4) ? at + 4 : -1;
      case 0x66:
        return this.#says(FALSE, at, at + 5) ? at + 5 : -1;
      case 0x6e:
        return this.#says(NULL, at, at + 4) ? at + 4 : -1;
      default:
        return numberEnd(bytes, at);
    }
  }

  #object(start: number, depth: number, below: readonly Name[]): number {
    const { bytes } = this;
    let at = start;
    if (bytes[at] === BRACE_CLOSE) return at + 1;
    for (;;) {
      if (bytes[at] !== QUOTE) return -1;
      const nameStart = at + 1;
      at = stringEnd(bytes, this.#words, nameStart);
      if (at < 0 || bytes[at] !== COLON) return -1;
      const valueStart = at + 1;
      const name = below === NONE ? undefined : this.#nameBelow(below, nameStart, at - 1);
      at = this.#value(valueStart, depth + 1, name?.below ?? NONE);
      if (at < 0) return -1;
      if (name !== undefined && name.slot >= 0) {
        this.valueStart[name.slot] = valueStart;
        this.valueEnd[name.slot] = at;
      }
      const char = bytes[at++];
      if (char === BRACE_CLOSE) return at;
      if (char !== COMMA) return -1;
    }
  }

  #nameBelow(below: readonly Name[], start: number, end: number): Name | undefined {
    let hash = 0;
    for (let at = start; at < end; at++) hash = nameHash(hash, this.bytes[at]!);
    return this.#nameAt(below, hash, start, end);
  }

  #array(start: number, depth: number): number {
    const { bytes } = this;
    let at = start;
    if (bytes[at] === BRACKET_CLOSE) return at + 1;
    for (;;) {
      at = this.#value(at, depth + 1, NONE);
      if (at < 0) return -1;
      const char = bytes[at++];
      if (char === BRACKET_CLOSE) return at;
      if (char !== COMMA) return -1;
    }
  }
}

const NONE: readonly Name[] = [];
