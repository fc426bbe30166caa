/**
 * Reads the letters of a folder that are not gone, whatever is being appended meanwhile, in memory of one letter and a
 * chunk of its file.
 *
 * A letter has a key that stays: the name of its file and where it begins in it, `2026-01-31-k3x9qa:1042`.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { DragonlogError } from "../system/errors.js";
import { LETTERS_SUFFIX, type LettersFile, listLetters } from "./folder.js";
import { goneOf } from "./gone.js";
import { decodeLetter, type StoredLetter } from "./letter.js";
import { lineAt, linesOf } from "./lines.js";

const KEY = /^([\w-]+):(0|[1-9]\d{0,14})$/;

/** Where a letter lies. */
export interface LetterPlace {
  /** The name of its file. */
  readonly file: string;
  readonly at: number;
  /** With the line break. */
  readonly bytes: number;
}

export interface FoundLetter extends LetterPlace {
  readonly key: string;
  readonly letter: StoredLetter;
}

/** What was found that is no letter. */
export interface Unreadable {
  /** Whole lines that are no letter. */
  damaged: number;
  /** Files whose last line has no end: a write was cut short, and its records stayed in the buffer; or it goes on just now. */
  torn: number;
}

function keyOf({ file, at }: LetterPlace): string {
  return `${file.slice(0, -LETTERS_SUFFIX.length)}:${at}`;
}

/** The file and the place that a key names. Throws DRAGONLOG_USAGE for what is no key. */
function placeOf(key: string): { readonly file: string; readonly at: number } {
  const [, name, at] = KEY.exec(key) ?? [];
  if (name === undefined) {
    const hint = "A key looks like 2026-01-31-k3x9qa:1042; `dragonlog dead list` prints them.";
    throw new DragonlogError("DRAGONLOG_USAGE", `${JSON.stringify(key)} is no key of a dead letter`, hint);
  }
  return { file: name + LETTERS_SUFFIX, at: Number(at) };
}

/**
 * All letters of the files, by default of those that are there now, in the order of the files. What is no letter is
 * counted, or given as a place alone to `onDamaged`.
 */
export async function* readLetters(
  dir: string,
  unreadable: Unreadable,
  files: readonly LettersFile[] = listLetters(dir),
  onDamaged: (place: LetterPlace) => void = () => {},
): AsyncGenerator<FoundLetter> {
  for (const { name, bytes } of files) {
    const file = await openLetters(dir, name);
    if (file === undefined) continue;
    try {
      const gone = goneOf(dir, name);
      let end = 0;
      for await (const line of linesOf(file, bytes)) {
        const place = { file: name, at: line.at, bytes: line.bytes.length + 1 };
        end = place.at + place.bytes;
        if (gone.has(place.at)) continue;
        const letter = decodeLetter(line.bytes.toString());
        if (letter !== undefined) {
          yield { ...place, key: keyOf(place), letter };
        } else {
          unreadable.damaged++;
          onDamaged(place);
        }
      }
      if (end < bytes) unreadable.torn++;
    } finally {
      await file.close();
    }
  }
}

/**
 * The letters with these keys, in the order of the keys. Those that are not there are left out. Throws DRAGONLOG_USAGE for
 * what is no key.
 */
export async function* lettersWith(dir: string, keys: readonly string[]): AsyncGenerator<FoundLetter> {
  for (const key of new Set(keys)) {
    const place = placeOf(key);
    const line = goneOf(dir, place.file).has(place.at) ? undefined : await readLine(dir, place);
    const letter = line && decodeLetter(line.toString());
    if (line !== undefined && letter !== undefined) {
      yield { ...place, bytes: line.length + 1, key: keyOf({ ...place, bytes: 0 }), letter };
    }
  }
}

async function readLine(dir: string, { file: name, at }: { readonly file: string; readonly at: number }) {
  const file = await openLetters(dir, name);
  try {
    return file && (await lineAt(file, at));
  } finally {
    await file?.close();
  }
}

/** Undefined when it is deleted. */
async function openLetters(dir: string, name: string): Promise<FileHandle | undefined> {
  try {
    return await open(join(dir, name), "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Reads letters whose places are known, near each other for the most part. Holds one open file. */
export class LetterFetcher {
  #file = "";
  #fd = -1;

  constructor(readonly dir: string) {}

  /** Throws an error when the letter is not there any more. */
  read(place: LetterPlace): StoredLetter {
    if (place.file !== this.#file) {
      this.close();
      this.#fd = openSync(join(this.dir, place.file), "r");
      this.#file = place.file;
    }
    const line = Buffer.alloc(place.bytes - 1);
    const read = readSync(this.#fd, line, 0, line.length, place.at);
    const letter = read === line.length ? decodeLetter(line.toString()) : undefined;
    if (letter === undefined) throw new Error(`the dead letter ${keyOf(place)} has changed`);
    return letter;
  }

  close(): void {
    if (this.#fd >= 0) closeSync(this.#fd);
    this.#fd = -1;
    this.#file = "";
  }
}
