import { readFileSync } from "node:fs";
import { replaceFile } from "../journal/folder.js";

/** What people were told, by name, and how much of it. */
export type Told = ReadonlyMap<string, number>;

/**
 * Over the death of a shipper: the next one, or the next run of cron, must not tell of the same again. Where the file
 * cannot be written, such as on the full disk that records were dropped for, this process remembers by itself.
 */
export class ToldFile {
  readonly #path: string;
  /** Newer than the file. */
  #own: Told | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Empty when there is none, or it cannot be read: then people are told once more. */
  read(): Told {
    if (this.#own !== undefined) {
      return this.#own;
    }
    try {
      return new Map(Object.entries(JSON.parse(readFileSync(this.#path, "utf8")) as Record<string, number>));
    } catch {
      return new Map();
    }
  }

  write(told: Told): void {
    try {
      replaceFile(this.#path, `${JSON.stringify(Object.fromEntries(told))}\n`);
      this.#own = undefined;
    } catch {
      this.#own = told;
    }
  }
}
