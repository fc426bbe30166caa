/** Levels are told apart by a letter and a shape as well as by colour. */
const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"] as const;

/** The names of levels, lowest first. */
export const LEVEL_NAMES: readonly string[] = LEVELS;

/** Index of a level, case aside; one past the last for any other type. */
export function levelOf(type: string): number {
  const index = LEVEL_NAMES.indexOf(type.toUpperCase());
  return index === -1 ? LEVEL_NAMES.length : index;
}

/** The ending of class names and custom properties: `trace`, …, `fatal`, `other`. */
export function levelName(level: number): string {
  return LEVEL_NAMES[level]?.toLowerCase() ?? "other";
}
