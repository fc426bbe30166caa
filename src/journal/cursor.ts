/**
 * How far a journal is delivered: `cursor.json` beside its segments.
 *
 * Everything below `next` is delivered, and so are the ranges of seqs in `beyond` (batches end in any order). It is
 * replaced in one step after every acknowledgement, so the death of a shipper costs no doubles but those of batches
 * whose answer was not in yet. `checksum` guards against a torn file after a power cut; a missing or damaged cursor
 * means "nothing delivered": doubles rather than loss.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "./folder.js";

export interface Cursor {
  readonly next: number;
  readonly beyond: ReadonlyArray<readonly [from: number, to: number]>;
}

const CURSOR_FILE = "cursor.json";
const START: Cursor = { next: 0, beyond: [] };

/** FNV-1a over the text: a torn file of a few hundred bytes does not pass it. */
function textChecksum(text: string): number {
  let sum = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
  }
  return sum >>> 0;
}

export function cursorPath(folder: string): string {
  return join(folder, CURSOR_FILE);
}

export function writeCursor(folder: string, cursor: Cursor): void {
  const body = JSON.stringify([cursor.next, cursor.beyond]);
  replaceFile(cursorPath(folder), `{"checksum":${textChecksum(body)},"cursor":${body}}\n`);
}

export function readCursor(folder: string): Cursor {
  try {
    const text = readFileSync(cursorPath(folder), "utf8");
    const { checksum, cursor } = JSON.parse(text) as {
      checksum: number;
      cursor: [number, [number, number][]];
    };
    return textChecksum(JSON.stringify(cursor)) === checksum ? { next: cursor[0], beyond: cursor[1] } : START;
  } catch {
    return START;
  }
}
