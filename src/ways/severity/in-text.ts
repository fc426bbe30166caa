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
import { HEAD_CHARACTERS_MAX, Head } from "./head.js";
import { type LevelType, typeOfLetter, typeOfPriority, typeOfWord } from "./words.js";

const LOOKED_AT_MAX = 2 * HEAD_CHARACTERS_MAX;

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

const LETTER = /^[A-Za-z_]/;

const SPACE = 0x20;
const DASH = 0x2d;

const head = new Head();

/** The level that the first line of a text names, or undefined. */
export function severityOf(line: string): LevelType | undefined {
  // So that no look ahead, such as for a closing quote, goes through megabytes.
  const text = line.length > LOOKED_AT_MAX ? line.slice(0, LOOKED_AT_MAX) : line;
  return fixedForm(text) ?? head.level(text) ?? failure(text);
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
      const start = text.slice(0, 80);
      const letter = (KLOG.exec(start) ?? RUBY.exec(start) ?? LOGCAT_BRIEF.exec(start))?.[1];
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
  if (!LETTER.test(text)) return undefined;
  const end = text.indexOf("\n");
  const found = FAILURE.exec(
    text.slice(0, end < 0 ? HEAD_CHARACTERS_MAX : Math.min(end, HEAD_CHARACTERS_MAX)),
  );
  return found === null ? undefined : found[1] ? "FATAL" : "ERROR";
}
