/**
 * A few lines beside a journal that its next shipper has to know: the file `in-flight`, appended to and now and then
 * replaced. Seen by every process when a call returns; a power cut may take the last lines. A torn last line is left out.
 */
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FILE_MODE, replaceFile } from "./folder.js";

const MEMO_FILE = "in-flight";

export class MemoFile {
  readonly #path: string;

  constructor(folder: string) {
    this.#path = join(folder, MEMO_FILE);
  }

  read(): string[] {
    try {
      return readFileSync(this.#path, "utf8").split("\n").slice(0, -1);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") {
        return [];
      }
      throw error;
    }
  }

  append(line: string): void {
    appendFileSync(this.#path, `${line}\n`, { mode: FILE_MODE });
  }

  replace(lines: readonly string[]): void {
    replaceFile(this.#path, lines.map((line) => `${line}\n`).join(""));
  }
}
