/** Numbers by record type, as the options `limit` and `sample` have them. */
export type Rates = Readonly<Record<string, number>>;

/** All types that are not named. */
export const ALL_TYPES = "*";

/**
 * By type as it stands in records. Levels are capitals there, and so are the types that adapters make of them, however a user writes
 * them: a name counts for itself, and in capitals where that is not named too.
 */
export function byType(rates: Rates): ReadonlyMap<string, number> {
  const rules = new Map(Object.entries(rates));
  for (const [name, rate] of [...rules]) {
    const capitals = name.toUpperCase();
    if (!rules.has(capitals)) rules.set(capitals, rate);
  }
  return rules;
}

export function isAny(rates: Rates = {}): boolean {
  return Object.keys(rates).length > 0;
}
