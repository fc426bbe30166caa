/**
 * The time of a line that has two: pino writes its own before all that it was given, and readers of JSON see the last one, which is a
 * field of that name. It is read from the line, since one that comes from a thread or a pipe has nothing beside it.
 */

const MEMBER = /"([^"\\]*)":("[^"\\]*"|[-+.\w]+),?/y;
/** The level, or what `formatters.level` makes of it, stands before the time. */
const MEMBERS_MAX = 8;

/** The first member of that name, where only texts and numbers stand before it; else undefined. */
export function ownTime(line: string, name: string): unknown {
  MEMBER.lastIndex = 1;
  for (let count = 0; count < MEMBERS_MAX; count++) {
    const [, found, value] = MEMBER.exec(line) ?? [];
    if (found === undefined) return undefined;
    if (found === name) return JSON.parse(value!);
  }
  return undefined;
}
