/** How an option is written in each of the places where it can be set. */

export const VARIABLE_PREFIX = "DRAGONLOG_";

/** `journalDir` is `--journal-dir`. */
export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** `journalDir` is `DRAGONLOG_JOURNAL_DIR`. */
export function variableOf(key: string): string {
  return VARIABLE_PREFIX + key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/**
 * The candidate that `name` was probably meant to be: the nearest by edit distance, if no more than a third of the name
 * would have to change.
 */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.floor(name.length / 3) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Edits from `a` to `b`: a character added, left out or replaced, or two neighbours swapped. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let line = 1; line <= a.length; line++) {
    const next = [line];
    for (let column = 1; column <= b.length; column++) {
      const replaced = row[column - 1]! + (a[line - 1] === b[column - 1] ? 0 : 1);
      const swapped = a[line - 1] === b[column - 2] && a[line - 2] === b[column - 1];
      const edits = Math.min(replaced, row[column]! + 1, next[column - 1]! + 1);
      next.push(swapped && line > 1 ? Math.min(edits, before[column - 2]! + 1) : edits);
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}
