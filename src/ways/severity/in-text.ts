/**
 * The level that a line of text names, found where programs write it: in its head, before the message.
 *
 * The head is read word by word, from the left, and the first level in it counts. So "no error" or "0 errors" in a message
 * never wins over the field before it. A word is a level only by the way it is written:
 *
 *     [error]  (WARN)  <Info>  [core:error]  [main/INFO]     between brackets
 *     level=warn  severity="info"                            as a value with that name
 *     ERROR  WARN:  - INFO -                                 in capitals, where no more than two plain words precede it
 *     error:  Warning:                                       with a colon, at the start or after another sign
 *     2016-09-28 04:30:30, Info      CBS                     set apart by tabs or several spaces, after a time
 *
 * Beside these there are fixed forms, such as `<3>`, `E0102 15:04:05`, or the first line of a stack trace. At most
 * `HEAD_CHARACTERS_MAX` characters of the first line are looked at, each once.
 */
import {
  isAmbiguous,
  type LevelType,
  typeOfLetter,
  typeOfPriority,
  typeOfWord,
  WORD_CHARACTERS_MAX,
} from "./words.js";

const HEAD_CHARACTERS_MAX = 256;
const LOOKED_AT_MAX = 2 * HEAD_CHARACTERS_MAX;
const WORDS_MAX = 32;
/** Host, program, thread: more plain words than these before a level are a sentence. */
const PLAIN_WORDS_MAX = 2;

const SYSLOG = /^<(\d{1,3})>/;
/** klog and glog: `E0102 15:04:05.123456`. */
const KLOG = /^([IWEF])\d{4}(?:\d{4})? \d\d:\d\d:\d\d/;
const RUBY = /^([DIWEFA]), \[/;
const LOGCAT = /^(?:\d{4}-)?\d\d-\d\d \d\d:\d\d:\d\d\.\d+ +\d+ +\d+ ([VDIWEF]) /;
const LOGCAT_BRIEF = /^([VDIWEF])\/[\w.$ -]{1,64}(?:\( *\d+\))?: /;
const NPM = /^npm (ERR|WARN|error|warn|notice)/;
const PHP = /^PHP (?:(Warning)|(Notice|Deprecated|Strict Standards)|[A-Z][a-z]+ ?(?:fatal )?error):/;
/** What programs print that are about to end, or of an error that nobody caught. */
const FAILURE =
  /^(?:(panic: |fatal error: |thread '[^']{0,100}' panicked at )|Traceback \(most recent call last\):|Exception in thread |Unhandled exception|Uncaught |(?:[\w$]{1,80}[.:\\]{1,2}){0,16}[A-Z][\w$]{0,80}(?:Error|Exception)(?::| \[|$))/;
const LEVEL_NAME = /^(?:log[._]?)?(?:level|lvl|severity|levelname)$/i;
const DATE_WORD = /^(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun)$/;

const TAB = 0x09;
const SPACE = 0x20;
const QUOTE = 0x22;
const COLON = 0x3a;
const EQUALS = 0x3d;
const DASH = 0x2d;
const OPENING = 0x5b;
const CLOSING = 0x5d;
const ESCAPE = 0x1b;

/** The level that the first line of a text names, or undefined. */
export function severityOf(line: string): LevelType | undefined {
  // So that no look ahead, such as for a closing quote, goes through megabytes.
  const text = line.length > LOOKED_AT_MAX ? line.slice(0, LOOKED_AT_MAX) : line;
  return fixedForm(text) ?? new Head(text).level() ?? failure(text);
}

/** Forms that are known by how the line begins; asked for only where that fits, as most lines have none of them. */
function fixedForm(text: string): LevelType | undefined {
  switch (text.charCodeAt(0)) {
    case 0x3c: {
      const priority = SYSLOG.exec(text.slice(0, 5))?.[1];
      return priority === undefined ? undefined : typeOfPriority(Number(priority));
    }
    case 0x44: // D
    case 0x49: // I
    case 0x57: // W
    case 0x45: // E
    case 0x46: // F
    case 0x41: // A
    case 0x56: {
      // V
      const head = text.slice(0, 80);
      const letter = (KLOG.exec(head) ?? RUBY.exec(head) ?? LOGCAT_BRIEF.exec(head))?.[1];
      return letter === undefined ? undefined : (typeOfLetter(letter) ?? "INFO");
    }
    case 0x6e: {
      // n
      const word = NPM.exec(text.slice(0, 12))?.[1];
      return word === undefined ? undefined : typeOfWord(word);
    }
    case 0x50: {
      // P
      const php = PHP.exec(text.slice(0, 60));
      return php === null ? undefined : php[1] ? "WARN" : php[2] ? "INFO" : "ERROR";
    }
    default: {
      const mark = text.charCodeAt(2) === DASH ? 5 : text.charCodeAt(4) === DASH ? 10 : 0;
      if (mark === 0 || text.charCodeAt(mark) !== SPACE) return undefined;
      const letter = LOGCAT.exec(text.slice(0, 60))?.[1];
      return letter === undefined ? undefined : typeOfLetter(letter);
    }
  }
}

function failure(text: string): LevelType | undefined {
  if (!isLetter(text.charCodeAt(0))) return undefined;
  const end = text.indexOf("\n");
  const found = FAILURE.exec(
    text.slice(0, end < 0 ? HEAD_CHARACTERS_MAX : Math.min(end, HEAD_CHARACTERS_MAX)),
  );
  return found === null ? undefined : found[1] ? "FATAL" : "ERROR";
}

/** One walk over the head of a line. */
class Head {
  readonly #text: string;
  readonly #end: number;
  #at = 0;
  /** Where the last word began and ended, and what stood before it and after it. */
  #start = 0;
  #stop = 0;
  #before = SPACE;
  #after = SPACE;
  /** How many brackets are open: words in them, such as the name of a thread, are no sentence. */
  #depth = 0;
  #words = 0;
  #plain = 0;
  /** The line begins with a time or a number, as lines of logs do. */
  #isDated = false;
  #previousIsTime = false;
  #previousIsSign = true;

  constructor(text: string) {
    this.#text = text;
    this.#end = Math.min(text.length, HEAD_CHARACTERS_MAX);
  }

  level(): LevelType | undefined {
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
    let at = this.#at;
    let before = at === 0 ? SPACE : text.charCodeAt(at - 1);
    for (; at < this.#end; at++) {
      const code = text.charCodeAt(at);
      if (code === 0x0a) return false;
      if (code === ESCAPE) at = endOfColor(text, at, this.#end);
      else if (!isSeparator(code)) break;
      else if (code === QUOTE) {
        // What is quoted is a message, a path or a request, and no field.
        const closing = text.indexOf('"', at + 1);
        if (closing < 0 || closing >= this.#end) return false;
        at = closing;
      } else if (code === OPENING) this.#depth++;
      else if (code === CLOSING && this.#depth > 0) this.#depth--;
      if (code !== ESCAPE) before = code;
    }
    if (at >= this.#end) return false;
    this.#start = at;
    this.#before = before;
    while (at < this.#end && !isSeparator(text.charCodeAt(at)) && text.charCodeAt(at) !== ESCAPE) at++;
    this.#stop = at;
    this.#at = at;
    const after =
      at < text.length && text.charCodeAt(at) === ESCAPE ? endOfColor(text, at, this.#end) + 1 : at;
    this.#after = after < text.length ? text.charCodeAt(after) : SPACE;
    return true;
  }

  /** Whether this word is a level, and what it is for those that follow. */
  #levelHere(): LevelType | undefined {
    const text = this.#text;
    const start = this.#start;
    let digits = 0;
    let small = 0;
    let equals = -1;
    let colon = -1;
    let slash = -1;
    let others = 0;
    for (let at = start; at < this.#stop; at++) {
      const code = text.charCodeAt(at);
      if (code >= 0x61 && code <= 0x7a) small++;
      else if (code >= 0x30 && code <= 0x39) digits++;
      else if (code === COLON) colon = at;
      else if (code === EQUALS) {
        equals = at;
        break;
      } else if (code === 0x2f) slash = at;
      else if (code < 0x41 || code > 0x5a) others++;
    }
    if (equals >= 0) return this.#value(equals);
    const isFirst = this.#words++ === 0;
    if (isFirst) this.#isDated = digits >= 2;
    const found = this.#word(isFirst, small, colon, slash);
    if (found !== undefined) return found;
    const isWord = digits === 0 && others === 0 && colon < 0 && slash < 0;
    const isDate =
      isWord && this.#stop - start === 3 && small === 2 && DATE_WORD.test(this.#slice(start, this.#stop));
    if (isDate && isFirst) this.#isDated = true;
    if (isWord && small > 0 && !isDate && this.#depth === 0) this.#plain++;
    this.#previousIsTime = digits >= 4 && colon >= 0;
    this.#previousIsSign = colon === this.#stop - 1 || (this.#stop - start === 1 && others === 1);
    return undefined;
  }

  #word(isFirst: boolean, small: number, colon: number, slash: number): LevelType | undefined {
    const { before, after } = { before: this.#before, after: this.#after };
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
      if (stop !== this.#stop - 1 && !(isFirst && small === 0) && !isFirst) return undefined;
    } else if (this.#text.charCodeAt(stop - 1) === 0x21) stop--;
    const isMarked =
      colon >= 0 || (this.#previousIsSign && after === SPACE && this.#text.charCodeAt(stop + 1) === DASH);
    if (isAllCapital(this.#text, this.#start, stop)) {
      if (this.#plain > 0 && !this.#isDated && !isMarked) return undefined;
      const found = this.#known(this.#start, stop);
      return found === undefined || isMarked || !isAmbiguous(this.#slice(this.#start, stop))
        ? found
        : undefined;
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
    return length < 3 || length > WORD_CHARACTERS_MAX ? undefined : typeOfWord(this.#slice(start, stop));
  }

  #slice(start: number, stop: number): string {
    return this.#text.slice(start, stop);
  }
}

function isSeparator(code: number): boolean {
  switch (code) {
    case TAB:
    case 0x0a:
    case 0x0d:
    case SPACE:
    case QUOTE:
    case 0x28: // (
    case 0x29: // )
    case 0x2c: // ,
    case 0x3b: // ;
    case 0x3c: // <
    case 0x3e: // >
    case OPENING:
    case CLOSING:
    case 0x7c: // |
      return true;
    default:
      return false;
  }
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
