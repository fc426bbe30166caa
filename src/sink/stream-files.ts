/**
 * The files of one stream: `<folder>/<YYYY-MM-DD>.ndjson`, then `<YYYY-MM-DD>.1.ndjson` and so on when one is full.
 *
 * An append is one transaction over every file that it touches: all of it is on the disk when it resolves, and when
 * it rejects, every file has been cut back to the length it had before, so that the same batch may come again without
 * doubles. (A disk that refuses even the cut leaves whole lines behind; then a retry doubles them.)
 *
 * State: `#tail` is the last append; the next one begins when it has ended, so lines never interleave. `#current` is
 * the file of the last append, kept open for the next; it is undefined before the first append and after a failed
 * one.
 */
import { open, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Item } from "../batch/batch.js";
import { createFolders } from "../system/folders.js";
import { LineFile } from "./line-file.js";
import { joinLines, lineBytes } from "./lines.js";

interface CurrentFile {
  readonly day: string;
  readonly number: number;
  readonly file: LineFile;
}

interface Touched {
  readonly file: LineFile;
  readonly lengthBefore: number;
}

export interface DatedItem {
  readonly day: string;
  readonly item: Item;
}

export class StreamFiles {
  readonly #folder: string;
  readonly #fileBytesMax: number;
  #tail: Promise<void> = Promise.resolve();
  #current: CurrentFile | undefined;

  constructor(folder: string, fileBytesMax: number) {
    this.#folder = folder;
    this.#fileBytesMax = fileBytesMax;
  }

  /**
   * Appends the items' lines in their order. `isStillWanted` is asked when their turn has come; false appends
   * nothing.
   */
  append(items: readonly DatedItem[], isStillWanted: () => boolean): Promise<boolean> {
    const appended = this.#tail.then(async () => {
      if (!isStillWanted()) return false;
      await this.#transact(items);
      return true;
    });
    this.#tail = appended.then(
      () => {},
      () => {},
    );
    return appended;
  }

  /** Waits for the appends that were begun, and closes the file. */
  async close(): Promise<void> {
    await this.#tail;
    await this.#current?.file.close();
    this.#current = undefined;
  }

  async #transact(items: readonly DatedItem[]): Promise<void> {
    const touched: Touched[] = [];
    try {
      if (this.#current !== undefined && !(await this.#current.file.isIntact())) await this.#leave();
      for (let from = 0; from < items.length; ) {
        const file = await this.#fileFor(items[from]!, touched);
        const to = this.#lastFitting(items, from, file.length);
        touched.push({ file, lengthBefore: file.length });
        await file.append(joinLines(items.slice(from, to).map(({ item }) => item)));
        // Before the next file exists: only a stream's newest file is ever repaired.
        await file.sync();
        from = to;
      }
    } catch (error) {
      await this.#undo(touched);
      throw error;
    }
    for (const { file } of touched) {
      if (file !== this.#current?.file) await file.close();
    }
  }

  /** The end of the items from `from` that have one day and fit into a file of this length: one of them at least. */
  #lastFitting(items: readonly DatedItem[], from: number, length: number): number {
    const { day } = items[from]!;
    let bytes = length + lineBytes(items[from]!.item);
    let to = from + 1;
    for (; to < items.length && items[to]!.day === day; to++) {
      bytes += lineBytes(items[to]!.item);
      if (bytes > this.#fileBytesMax) break;
    }
    return to;
  }

  /** The file that takes this item next: the newest of its day, or a new one when that is full. */
  async #fileFor({ day, item }: DatedItem, touched: readonly Touched[]): Promise<LineFile> {
    if (this.#current?.day !== day) await this.#open(day, await this.#lastNumber(day), touched);
    const { file, number } = this.#current!;
    if (file.length > 0 && file.length + lineBytes(item) > this.#fileBytesMax) {
      await this.#open(day, number + 1, touched);
    }
    return this.#current!.file;
  }

  /**
   * Makes another file the current one. The one before is closed, unless this transaction may have to cut it back.
   */
  async #open(day: string, number: number, touched: readonly Touched[]): Promise<void> {
    const before = this.#current?.file;
    if (before !== undefined && !touched.some(({ file }) => file === before)) await this.#leave();
    await makeFolder(this.#folder);
    const path = join(this.#folder, number === 0 ? `${day}.ndjson` : `${day}.${number}.ndjson`);
    const file = await LineFile.open(path);
    this.#current = { day, number, file };
    // An empty file is new, or as good as new: its entry in the folder must be as durable as its lines will be.
    if (file.length === 0) await syncFolder(this.#folder);
  }

  async #leave(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    await current?.file.close();
  }

  async #undo(touched: readonly Touched[]): Promise<void> {
    const current = this.#current?.file;
    this.#current = undefined;
    for (const { file, lengthBefore } of touched.toReversed()) {
      await file.cutBackTo(lengthBefore).catch(() => {});
      await file.close().catch(() => {});
    }
    if (current !== undefined && !touched.some(({ file }) => file === current)) {
      await current.close().catch(() => {});
    }
  }

  /** The number of the day's newest file, 0 when there is none. */
  async #lastNumber(day: string): Promise<number> {
    let last = 0;
    for (const name of await namesIn(this.#folder)) {
      if (!name.startsWith(`${day}.`)) continue;
      const match = /^\.(\d+)\.ndjson$/.exec(name.slice(day.length));
      if (match !== null) last = Math.max(last, Number(match[1]));
    }
    return last;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** Makes the folder and those above it, and their entries durable. */
async function makeFolder(folder: string): Promise<void> {
  const first = createFolders(folder, 0o700);
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

async function syncFolder(folder: string): Promise<void> {
  // Windows keeps folders by itself and does not open them.
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
