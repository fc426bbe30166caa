/**
 * A place in a record, as people write it: `metadata.password`, `data.cards[*].number`, `metadata.*.token`, `**.secret`,
 * `metadata["x-api-key"]`.
 *
 *     .name   ["name"]   ['name']   [7]    the member or element of this name
 *     .*      [*]                          each of one level
 *     .**                                  any number of levels, none among them
 */

export const ANY = Symbol("any one");
export const DEEP = Symbol("any number");

export type Step = string | typeof ANY | typeof DEEP;

const STEPS_MAX = 32;
/** What a path may begin with, beside the two kinds of `*`. */
const ROOTS: readonly string[] = ["data", "metadata", "request_id"];

const NAME = /[^.[\]"'*\s]+/y;
const QUOTED = /\[\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(\d+)|(\*))\s*\]/y;

/** The steps of a path, or undefined for what is none, and for one that begins with no part of a record. */
export function parsePath(path: string): readonly Step[] | undefined {
  const steps: Step[] = [];
  for (let at = 0; at < path.length; ) {
    const bracket = path[at] === "[";
    if (!bracket && at > 0) {
      if (path[at] !== ".") return undefined;
      at++;
    }
    const read = bracket ? quotedAt(path, at) : plainAt(path, at);
    if (read === undefined || steps.length === STEPS_MAX) return undefined;
    steps.push(read.step);
    at = read.end;
  }
  const [first] = steps;
  if (first === undefined || (typeof first === "string" && !ROOTS.includes(first))) return undefined;
  // What lies below a place at any depth goes with what lies right below it.
  if (steps.at(-1) === DEEP) steps[steps.length - 1] = ANY;
  return first === "metadata" && steps.length === 1 ? [first, ANY] : steps;
}

interface Read {
  readonly step: Step;
  readonly end: number;
}

function plainAt(path: string, at: number): Read | undefined {
  if (path.startsWith("**", at)) return { step: DEEP, end: at + 2 };
  if (path[at] === "*") return { step: ANY, end: at + 1 };
  NAME.lastIndex = at;
  const [name] = NAME.exec(path) ?? [];
  return name === undefined ? undefined : { step: name, end: at + name.length };
}

function quotedAt(path: string, at: number): Read | undefined {
  QUOTED.lastIndex = at;
  const found = QUOTED.exec(path);
  if (found === null) return undefined;
  const [text, double, single, index] = found;
  const step = index ?? (double ?? single)?.replace(/\\(.)/g, "$1") ?? ANY;
  return { step, end: at + text.length };
}
