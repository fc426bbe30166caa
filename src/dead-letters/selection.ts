/** Which letters a command is about: keys, filters, both, or all. */
import { sinceMs } from "../config/places.js";
import { DragonlogError } from "../system/errors.js";
import { type LettersFile, listLetters } from "./folder.js";
import { headOf } from "./line-head.js";
import { type FoundLetter, lettersWith, readLetters, type Unreadable } from "./read-letters.js";

export interface Selection {
  /** Only these; none means all. */
  readonly keys: readonly string[];
  /** Only those that became letters at or after this time. */
  readonly sinceMs: number | undefined;
  readonly reason: string | undefined;
  readonly service: string | undefined;
}

export interface FilterOptions {
  readonly since?: string;
  readonly reason?: string;
  readonly service?: string;
}

export function selectionOf(options: FilterOptions, keys: readonly string[], nowMs: number): Selection {
  const { since, reason, service } = options;
  return { keys, sinceMs: since === undefined ? undefined : sinceMs(since, nowMs), reason, service };
}

/**
 * The filters in words, such as `with service api`; empty for none. To be shown with every result: the service may come from
 * a dragonlog.json that was written for those who log.
 */
export function filtersText({ service, reason, sinceMs }: Selection): string {
  const filters = [
    ...(service === undefined ? [] : [`service ${service}`]),
    ...(reason === undefined ? [] : [`reason ${reason}`]),
    ...(sinceMs === undefined ? [] : [`a time since ${new Date(sinceMs).toISOString()}`]),
  ];
  return filters.length === 0 ? "" : ` with ${filters.join(" and ")}`;
}

/** The letters that are selected, of the files as long as they were when they were listed. */
export async function* select(
  dir: string,
  selection: Selection,
  unreadable: Unreadable,
  files: readonly LettersFile[] = listLetters(dir),
): AsyncGenerator<FoundLetter> {
  const all =
    selection.keys.length > 0 ? lettersWith(dir, selection.keys) : readLetters(dir, unreadable, files);
  for await (const found of all) {
    if (matches(selection, found)) yield found;
  }
}

function matches({ sinceMs, reason, service }: Selection, { letter }: FoundLetter): boolean {
  return (
    (sinceMs === undefined || Date.parse(letter.at) >= sinceMs) &&
    (reason === undefined || letter.reason === reason) &&
    (service === undefined || headOf(letter.line)?.service === service)
  );
}

/** Throws DRAGONLOG_DEAD_LETTER_UNKNOWN, naming the first of the keys that no letter has. */
export async function requireAll(dir: string, { keys }: Selection): Promise<void> {
  const known = new Set<string>();
  for await (const { key } of lettersWith(dir, keys)) known.add(key);
  const missing = keys.find((key) => !known.has(key));
  if (missing === undefined) return;
  throw new DragonlogError(
    "DRAGONLOG_DEAD_LETTER_UNKNOWN",
    `there is no dead letter ${missing} in ${dir}`,
    "It was sent again or dropped already, or it lies in another folder; `dragonlog dead list` shows what is there.",
  );
}
