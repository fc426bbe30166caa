/**
 * The folder of dead letters, `dead` in the folder of journals:
 *
 *     2026-01-31-k3x9qa.ndjson          letters, a line each, which one process appends (see letter-file.ts)
 *     2026-01-31-k3x9qa.ndjson.gone     which of them were sent again or dropped (see gone.ts)
 *     2026-01-31-k3x9qa.ndjson.retired  the same letters, for the moment in which it is seen whether all are gone
 *     replay.json, replay/              a replay that is on its way (see replay.ts)
 *     lease.<n>                         which command may change what is here (see journal/lease.ts)
 *
 * Nothing in it is a journal, so no shipper looks into it.
 */
import { readdirSync, statSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { syncFolder } from "../system/folders.js";

export const FILE_MODE = 0o600;
export const FOLDER_MODE = 0o700;
export const LETTERS_SUFFIX = ".ndjson";
export const GONE_SUFFIX = ".gone";
export const RETIRED_SUFFIX = ".retired";

const LETTERS_NAME = /^[\w-]+\.ndjson$/;
const RETIRED_NAME = /^[\w-]+\.ndjson\.retired$/;

export const syncNames = promisify(syncFolder);

/** A file of letters, as long as it was when it was looked at. */
export interface LettersFile {
  readonly name: string;
  readonly bytes: number;
}

/** Where the dead letters of a folder of journals are. */
export function deadFolderOf(journalDir: string): string {
  return join(journalDir, "dead");
}

/** In order of name, which begins with the day. */
export function listLetters(dir: string): LettersFile[] {
  return list(dir, LETTERS_NAME);
}

/** Files that a command which died left in the middle of `deleteWhenGone`. */
export function listRetired(dir: string): LettersFile[] {
  return list(dir, RETIRED_NAME);
}

/** What dead letters take on the disk. */
export function deadLetterBytes(dir: string): number {
  return [...listLetters(dir), ...listRetired(dir)].reduce((sum, { bytes }) => sum + bytes, 0);
}

function list(dir: string, pattern: RegExp): LettersFile[] {
  return namesIn(dir)
    .filter((name) => pattern.test(name))
    .sort()
    .flatMap((name) => {
      const stats = statSync(join(dir, name), { throwIfNoEntry: false });
      return stats?.isFile() ? [{ name, bytes: stats.size }] : [];
    });
}

export function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** Replaces a file in one step, and resolves when that is on the disk. */
export async function replaceDurably(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`;
  const file = await open(temporary, "w", FILE_MODE);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncNames(dirname(path));
}
