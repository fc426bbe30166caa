/** Numbers by record type, as the options `limit` and `sample` have them. */
import { LEVELS } from "../record/types.js";

export type Rates = Readonly<Record<string, number>>;

/** All types that are not named. */
export const ALL_TYPES = "*";

/** By type as it stands in records: the levels are capitals there, however they are written in an option. */
export function byType(rates: Rates): ReadonlyMap<string, number> {
  const levels: readonly string[] = LEVELS;
  return new Map(
    Object.entries(rates).map(([name, rate]) => {
      const level = name.toUpperCase();
      return [levels.includes(level) ? level : name, rate];
    }),
  );
}

export function isAny(rates: Rates = {}): boolean {
  return Object.keys(rates).length > 0;
}
