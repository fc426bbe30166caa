/**
 * Finds the secrets of one kind in a text, and adds where they stand, in any order. A detector looks at each character a bounded
 * number of times, whatever the text is: what is logged is hostile input, and may be ten megabytes of what nearly is a secret.
 * Escapes are no detector's matter: it is asked again for the text in which they are read (`escapes.ts`).
 */
export type Detector = (text: string, found: Span[]) => void;

/** Where a secret stands: from `start`, up to `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** The secret without what only parts its pieces, so that it is the same however it is written; else what stands there. */
  readonly secret?: string;
}

const BYTE = 128;

/** A table of the ASCII characters in a text, to be asked by code; all others are not in it. */
export function charTable(chars: string): Uint8Array {
  const table = new Uint8Array(BYTE);
  for (let i = 0; i < chars.length; i++) {
    table[chars.charCodeAt(i)] = 1;
  }
  return table;
}

export const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
export const LOWER = UPPER.toLowerCase();
export const DIGITS = "0123456789";

/** The first place from `at` on whose character is not in the table; what lies beyond ASCII never is. */
export function endOfRun(text: string, at: number, table: Uint8Array): number {
  let end = at;
  while (end < text.length && table[text.charCodeAt(end)] === 1) {
    end++;
  }
  return end;
}
