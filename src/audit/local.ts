/**
 * What this machine knows of records that did not arrive: they may still wait in a journal, or be dead letters. Of
 * writers on other machines nothing is known here.
 */
import { join } from "node:path";
import { deadFolderOf } from "../dead-letters/folder.js";
import { readLetters } from "../dead-letters/read-letters.js";
import { type Cursor, readCursor } from "../journal/cursor.js";
import { readWriterInfo } from "../journal/folder.js";
import { lineIdOf, parseId } from "../record/line-id.js";
import { type SeqRange, SeqSet } from "./seq-set.js";

export interface LocalJournal {
  /** When the writer began, in ms since 1970-01-01 UTC. */
  readonly beganAtMs: number;
  /** Seqs that are not delivered, rising. */
  readonly waiting: readonly SeqRange[];
}

/** Undefined where the folder of journals holds none of this writer. */
export function localJournal(dir: string, writer: string): LocalJournal | undefined {
  const folder = join(dir, writer);
  const info = readWriterInfo(folder);
  if (info?.writer !== writer) return undefined;
  return { beganAtMs: info.createdAt, waiting: undelivered(readCursor(folder)) };
}

/** The seqs of dead letters, of these writers alone. */
export async function deadSeqs(dir: string, writers: ReadonlySet<string>): Promise<Map<string, SeqSet>> {
  const found = new Map<string, SeqSet>();
  for await (const { letter } of readLetters(deadFolderOf(dir), { damaged: 0, torn: 0 })) {
    const id = letter.id === undefined ? lineIdOf(letter.line.toString()) : parseId(letter.id);
    if (id === undefined || !writers.has(id.writer)) continue;
    const seqs = found.get(id.writer) ?? new SeqSet();
    found.set(id.writer, seqs);
    seqs.add(id.seq);
  }
  return found;
}

function undelivered({ next, beyond }: Cursor): SeqRange[] {
  const ranges: SeqRange[] = [];
  let from = next;
  for (const [first, last] of [...beyond].sort(([a], [b]) => a - b)) {
    if (first > from) ranges.push({ from, to: first - 1 });
    from = Math.max(from, last + 1);
  }
  return [...ranges, { from, to: Number.POSITIVE_INFINITY }];
}
