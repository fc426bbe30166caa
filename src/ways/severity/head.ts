/** The walk over the head of a line, word by word, to the first that is written as a level: see `in-text.ts`. */
import { isAmbiguous, type LevelType, typeOfWord, WORD_CHARACTERS_MAX } from "./words.js";

export const HEAD_CHARACTERS_MAX = 256;
const WORDS_MAX = 32;
/** Host, program, thread: more plain words than these before a level are a sentence. */
const PLAIN_WORDS_MAX = 2;
/** The shortest word for a level. */
const LETTERS_MIN = 3;

const LEVEL_NAME = /^(?:log[._]?)?(?:level|lvl|severity|levelname)$/i;
const DATE_WORD = /^(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun)$/;

const TAB = 0x09;
const LINE_FEED = 0x0a;
const ESCAPE = 0x1b;
const SPACE = 0x20;
const EXCLAMATION = 0x21;
const QUOTE = 0x22;
const DASH = 0x2d;
const OPENING = 0x5b;
const CLOSING = 0x5d;

/** What a character is to a word. */
const OTHER = 0;
const SMALL = 1;
const CAPITAL = 2;
const DIGIT = 3;
const COLON = 4;
const SLASH = 5;
const EQUALS = 6;
const SEPARATOR = 7;

const KINDS = new Uint8Array(128);
for (let code = 0x61; code <= 0x7a; code++) KINDS[code] = SMALL;
for (let code = 0x41; code <= 0x5a; code++) KINDS[code] = CAPITAL;
for (let code = 0x30; code <= 0x39; code++) KINDS[code] = DIGIT;
KINDS[0x3a] = COLON;
KINDS[0x2f] = SLASH;
KINDS[0x3d] = EQUALS;
for (const separator of '\t\n\r "(),;<>[]|\u001b') KINDS[separator.charCodeAt(0)] = SEPARATOR;

/** One walk over the head of a line. */
export class Head {
  #text = "";
  #end = 0;
  #at = 0;
  /** Where the last word began and ended, and what stood before it and after it. */
  #start = 0;
  #stop = 0;
  #before = SPACE;
  #after = SPACE;
  /** What it is made of, and where the last of each sign stands in it (of `=` the first), or -1. */
  #small = 0;
  #letters = 0;
  #digits = 0;
  #others = 0;
  #colon = -1;
  #slash = -1;
  #equals = -1;
  /** How many brackets are open: words in them, such as the name of a thread, are no sentence. */
  #depth = 0;
  #words = 0;
  #plain = 0;
  /** The line begins with a time or a number, as lines of logs do. */
  #isDated = false;
  #previousIsTime = false;
  #previousIsSign = true;

  /** The level in the head of a text, or undefined. One object serves all lines: this is asked for each of them. */
  level(text: string): LevelType | undefined {
    this.#text = text;
    this.#end = Math.min(text.length, HEAD_CHARACTERS_MAX);
    this.#at = this.#depth = this.#words = this.#plain = 0;
    this.#isDated = this.#previousIsTime = false;
    this.#previousIsSign = true;
    const level = this.#firstLevel();
    // A part of a line keeps all of it in memory.
    this.#text = "";
    return level;
  }

  #firstLevel(): LevelType | undefined {
    while (this.#next()) {
      const found = this.#levelHere();
      if (found !== undefined) return found;
      if (this.#words >= WORDS_MAX || this.#plain > PLAIN_WORDS_MAX) return undefined;
    }
    return undefined;
  }

  /** Moves to the next word: what stands between spaces, brackets, bars, commas and quotes. */
  #next(): boolean {
    const text = this.#text;
    const end = this.#end;
    let at = this.#at;
    let before = at === 0 ? SPACE : text.charCodeAt(at - 1);
    for (; at < end; at++) {
      const code = text.charCodeAt(at);
      if (code === SPACE) {
        before = code;
        continue;
      }
      if (kindOf(code) !== SEPARATOR) break;
      if (code === LINE_FEED) return false;
      if (code === ESCAPE) {
        at = endOfColor(text, at, end);
        continue;
      }
      if (code === QUOTE) {
        // What is quoted is a message, a path or a request, and no field.
        at = text.indexOf('"', at + 1);
        if (at < 0 || at >= end) return false;
      } else if (code === OPENING) this.#depth++;
      else if (code === CLOSING && this.#depth > 0) this.#depth--;
      before = code;
    }
    if (at >= end) return false;
    this.#start = at;
    this.#before = before;
    this.#at = this.#stop = this.#read(at);
    this.#after = SPACE;
    if (this.#stop < text.length) {
      const code = text.charCodeAt(this.#stop);
      const after = code === ESCAPE ? endOfColor(text, this.#stop, end) + 1 : this.#stop;
      if (after < text.length) this.#after = text.charCodeAt(after);
    }
    return true;
  }

  /** Counts what the word from `start` is made of; returns where it ends. */
  #read(start: number): number {
    const text = this.#text;
    let small = 0;
    let capital = 0;
    let digits = 0;
    let others = 0;
    this.#colon = this.#slash = this.#equals = -1;
    let at = start;
    loop: for (; at < this.#end; at++) {
      switch (kindOf(text.charCodeAt(at))) {
        case SMALL:
          small++;
          break;
        case CAPITAL:
          capital++;
          break;
        case DIGIT:
          digits++;
          break;
        case COLON:
          this.#colon = at;
          break;
        case SLASH:
          this.#slash = at;
          break;
        case EQUALS:
          if (this.#equals < 0) this.#equals = at;
          break;
        case SEPARATOR:
          break loop;
        default:
          others++;
      }
    }
    this.#small = small;
    this.#letters = small + capital;
    this.#digits = digits;
    this.#others = others;
    return at;
  }

  /** Whether this word is a level, and what it is for those that follow. */
  #levelHere(): LevelType | undefined {
    if (this.#equals >= 0) return this.#value(this.#equals);
    const isFirst = this.#words++ === 0;
    if (isFirst) this.#isDated = this.#digits >= 2;
    const length = this.#stop - this.#start;
    const found = this.#letters < LETTERS_MIN ? undefined : this.#word(isFirst);
    if (found !== undefined) return found;
    if (this.#letters === length && this.#small > 0) {
      const isDate =
        length === 3 && this.#small === 2 && DATE_WORD.test(this.#slice(this.#start, this.#stop));
      if (isDate && isFirst) this.#isDated = true;
      if (!isDate && this.#depth === 0) this.#plain++;
    }
    this.#previousIsTime = this.#digits >= 4 && this.#colon >= 0;
    this.#previousIsSign = this.#colon === this.#stop - 1 || (length === 1 && this.#others === 1);
    return undefined;
  }

  #word(isFirst: boolean): LevelType | undefined {
    const before = this.#before;
    const after = this.#after;
    const colon = this.#colon;
    const slash = this.#slash;
    const isBracketed = isBracket(before) && isBracket(after);
    if (isBracketed || after === CLOSING) {
      const part = Math.max(colon, slash);
      if (isBracketed) {
        const found =
          this.#known(part < 0 ? this.#start : part + 1, this.#stop) ??
          (slash < 0 ? undefined : this.#known(this.#start, slash));
        if (found !== undefined) return found;
      } else if (slash >= 0 && isCapital(this.#text.charCodeAt(slash + 1))) {
        return this.#known(slash + 1, this.#stop);
      }
    }
    let stop = this.#stop;
    if (colon >= 0) {
      stop = this.#text.indexOf(":", this.#start);
      // Monolog's `channel.ERROR:`.
      const dot = stop === this.#stop - 1 ? this.#text.lastIndexOf(".", stop) : -1;
      if (dot > this.#start && isAllCapital(this.#text, dot + 1, stop)) return this.#known(dot + 1, stop);
      // Python's `ERROR:root:message` at the start; elsewhere the word ends with its colon.
      if (stop !== this.#stop - 1 && !isFirst) return undefined;
    } else if (this.#text.charCodeAt(stop - 1) === EXCLAMATION) stop--;
    const isMarked =
      colon >= 0 || (this.#previousIsSign && after === SPACE && this.#text.charCodeAt(stop + 1) === DASH);
    if (isAllCapital(this.#text, this.#start, stop)) {
      if (this.#plain > 0 && !this.#isDated && !isMarked) return undefined;
      if (stop - this.#start > WORD_CHARACTERS_MAX) return undefined;
      const word = this.#slice(this.#start, stop);
      return isMarked || !isAmbiguous(word) ? typeOfWord(word) : undefined;
    }
    if (colon >= 0) {
      const isAfterSign = isFirst || this.#previousIsSign || this.#previousIsTime || before === CLOSING;
      return stop === this.#stop - 1 && isAfterSign ? this.#known(this.#start, stop) : undefined;
    }
    const isSetApart =
      (before === TAB && after === TAB) ||
      (this.#previousIsTime && after === SPACE && this.#text.charCodeAt(this.#stop + 1) === SPACE);
    return isSetApart ? this.#known(this.#start, stop) : undefined;
  }

  /** The level in `name=value`; a quoted value of another name is passed over as a whole by `#next`. */
  #value(equals: number): LevelType | undefined {
    this.#words++;
    this.#previousIsSign = false;
    this.#previousIsTime = false;
    if (equals - this.#start > WORD_CHARACTERS_MAX || !LEVEL_NAME.test(this.#slice(this.#start, equals))) {
      return undefined;
    }
    const quoted = equals + 1 === this.#stop && this.#text.charCodeAt(this.#stop) === QUOTE;
    if (!quoted) return this.#known(equals + 1, this.#stop);
    const closing = this.#text.indexOf('"', this.#stop + 1);
    return closing < 0 ? undefined : this.#known(this.#stop + 1, closing);
  }

  #known(start: number, stop: number): LevelType | undefined {
    const length = stop - start;
    return length < LETTERS_MIN || length > WORD_CHARACTERS_MAX
      ? undefined
      : typeOfWord(this.#slice(start, stop));
  }

  #slice(start: number, stop: number): string {
    return this.#text.slice(start, stop);
  }
}

function kindOf(code: number): number {
  return code < KINDS.length ? KINDS[code]! : OTHER;
}

function isBracket(code: number): boolean {
  return (
    code === OPENING ||
    code === CLOSING ||
    code === 0x28 ||
    code === 0x29 ||
    code === 0x3c ||
    code === 0x3e ||
    code === 0x7c
  );
}

function isCapital(code: number): boolean {
  return code >= 0x41 && code <= 0x5a;
}

function isLetter(code: number): boolean {
  return isCapital(code & ~0x20);
}

/** At least two letters, all capital; digits may follow. */
function isAllCapital(text: string, start: number, stop: number): boolean {
  if (stop - start < 2 || !isCapital(text.charCodeAt(start))) return false;
  for (let at = start + 1; at < stop; at++) {
    const code = text.charCodeAt(at);
    if (!isCapital(code) && (code < 0x30 || code > 0x39)) return false;
  }
  return true;
}

/** The last character of a terminal's colour, which begins with an escape: `ESC [ 3 1 m`. */
function endOfColor(text: string, at: number, end: number): number {
  let next = at + 1;
  while (next < end && !isLetter(text.charCodeAt(next))) next++;
  return next;
}
