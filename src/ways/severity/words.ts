/** The words by which programs name a level, and which of the six levels each of them is. */
import type { LEVELS } from "../../record/types.js";

export type LevelType = (typeof LEVELS)[number];

const WORDS: Readonly<Record<LevelType, string>> = {
  TRACE: "trace trc trce finest finer verbose",
  DEBUG: "debug dbg dbug fine debug1 debug2 debug3 debug4 debug5",
  INFO: "info inf information informational notice note log config",
  WARN: "warn warning wrn",
  ERROR: "error err severe fail failure eror",
  FATAL: "fatal ftl critical crit alert emerg emergency panic dpanic",
};

/** In the three ways in which they are written. */
const TYPE_OF = new Map(
  (Object.entries(WORDS) as [LevelType, string][]).flatMap(([type, words]) =>
    words
      .split(" ")
      .flatMap((word) => [word, word.toUpperCase(), word[0]!.toUpperCase() + word.slice(1)])
      .map((word): [string, LevelType] => [word, type]),
  ),
);

/** Words that stand in capitals for other things too: only a sign around them makes a level of them. */
const AMBIGUOUS = new Set("FINE FINER FINEST NOTE LOG CONFIG ALERT FAIL VERBOSE".split(" "));

/** Words that say no more and no less than the level they are. */
const EXACT = new Set("trace debug info warn warning error err fatal".split(" "));

export const WORD_CHARACTERS_MAX = Math.max(...[...TYPE_OF.keys()].map((word) => word.length));

/** The level that a word names, such as `info`, `INFO` or `Info`; undefined for any other word. */
export function typeOfWord(word: string): LevelType | undefined {
  return TYPE_OF.get(word);
}

/** Of a word in capitals. */
export function isAmbiguous(word: string): boolean {
  return AMBIGUOUS.has(word);
}

/** False where the word says more than its level, such as `notice` or `critical`. */
export function isExactWord(word: string): boolean {
  return EXACT.has(word.toLowerCase());
}

/** Severities of syslog, 0 to 7: https://datatracker.ietf.org/doc/html/rfc5424#section-6.2.1 */
const SYSLOG: readonly LevelType[] = ["FATAL", "FATAL", "FATAL", "ERROR", "WARN", "INFO", "INFO", "DEBUG"];

/** The level of a syslog priority, which is a facility times eight and a severity. */
export function typeOfPriority(priority: number): LevelType {
  return SYSLOG[priority & 7]!;
}

/** The level by its letter, as klog, glog, Android, MongoDB and Ruby's logger write it. */
export function typeOfLetter(letter: string): LevelType | undefined {
  switch (letter) {
    case "V":
    case "T":
      return "TRACE";
    case "D":
      return "DEBUG";
    case "I":
      return "INFO";
    case "W":
      return "WARN";
    case "E":
      return "ERROR";
    case "F":
      return "FATAL";
    default:
      return undefined;
  }
}

/** The level of a number as pino and bunyan (10 to 60) or syslog (0 to 7) count; undefined for others. */
export function typeOfNumber(level: number): LevelType | undefined {
  if (!Number.isFinite(level)) return undefined;
  if (Number.isInteger(level) && level >= 0 && level <= 7) return typeOfPriority(level);
  if (level < 10 || level >= 70) return undefined;
  return NUMBERED[Math.floor(level / 10) - 1];
}

const NUMBERED: readonly LevelType[] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
