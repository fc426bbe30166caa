/**
 * What `grep` takes: a text, or `/regex/flags`.
 *
 * It is looked for in what people see: in the line as it is written, and in its strings as they read. Most lines hold no
 * escapes, and then the second is a part of the first and needs no parsing.
 */
import { messageOf } from "../system/errors.js";
import { refuseValue } from "../system/refusal.js";
import type { LineView } from "./line-view.js";

/** A path such as `/api/users` is a text: what follows its last slash are no flags. */
const REGEX = /^\/(.+)\/([dgimsuvy]*)$/s;
/** It is compiled where others wait; of the flag v, the properties of strings take seconds. */
const REGEX_CHARACTERS_MAX = 1000;
const SYNTAX = /[\\^$.*+?()[\]{}|/]/g;
/** Whether something matches may depend on what stands around it. */
const LOOKS_AROUND = /[\^$]|\\b|\\B|\(\?[=!<]/;
const ASCII = /^[\x20-\x7e]*$/;

interface Pattern {
  readonly regex: RegExp;
  /** Finds the same in a text that has a character for each byte. */
  readonly inBytes: boolean;
  /** Finds in a part of a text what it finds in the text. */
  readonly inParts: boolean;
}

/** Throws DRAGONLOG_OPTION_INVALID, with the reason, for a regular expression that is none. */
export function compileGrep(grep: string, name: string): (line: LineView) => boolean {
  const { regex, inBytes, inParts } = patternOf(grep, name);
  const matches = (text: string): boolean => {
    // With the flags g and y a regular expression goes on where it was.
    regex.lastIndex = 0;
    return regex.test(text);
  };
  return (line) => {
    if (matches(inBytes ? line.bytesText : line.text)) return true;
    if (inParts && !line.hasEscapes) return false;
    return line.members !== undefined && someString(line.members, matches);
  };
}

function patternOf(grep: string, name: string): Pattern {
  const [, source, flags = ""] = REGEX.exec(grep) ?? [];
  if (source === undefined) {
    if (grep === "") throw refuseValue(name, grep, "a text that is not empty, or /regex/flags");
    return { regex: new RegExp(grep.replace(SYNTAX, "\\$&"), "i"), inBytes: ASCII.test(grep), inParts: true };
  }
  if (source.length > REGEX_CHARACTERS_MAX || flags.includes("v")) {
    const takes = `a regular expression of at most ${REGEX_CHARACTERS_MAX} characters, without the flag v`;
    throw refuseValue(name, grep.slice(0, REGEX_CHARACTERS_MAX), takes);
  }
  try {
    return { regex: new RegExp(source, flags), inBytes: false, inParts: !LOOKS_AROUND.test(source) };
  } catch (error) {
    throw refuseValue(
      name,
      grep,
      `a text or /regex/flags; this is no regular expression (${messageOf(error)})`,
    );
  }
}

/** True when one of the strings in a value satisfies the condition. Without recursion: a line may be nested as deep as it likes. */
function someString(value: unknown, satisfies: (text: string) => boolean): boolean {
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next === "string") {
      if (satisfies(next)) return true;
    } else if (typeof next === "object" && next !== null) {
      for (const member of Object.values(next)) left.push(member);
    }
  }
  return false;
}
