/** Record types. Any text is a type; these six are also levels. */

export const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"] as const;

/** The six levels, from the lowest to the highest. */
export type Level = Lowercase<(typeof LEVELS)[number]>;

/** The code of a type that is not a level; its text stands in the line only. */
export const OTHER_TYPE = LEVELS.length;

/** The code under which a record of this type is stored and counted: the index of its level, or `OTHER_TYPE`. */
export function typeCodeOf(type: string): number {
  switch (type) {
    case "TRACE":
      return 0;
    case "DEBUG":
      return 1;
    case "INFO":
      return 2;
    case "WARN":
      return 3;
    case "ERROR":
      return 4;
    case "FATAL":
      return 5;
    default:
      return OTHER_TYPE;
  }
}

/** The name of a type code in counts: a level, or `other`. */
export function typeCodeName(code: number): string {
  return LEVELS[code] ?? "other";
}
