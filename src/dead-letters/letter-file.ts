/**
 * A file of letters, as it is appended to by the one object that made it.
 *
 * A command that finds all letters of a file gone deletes it (gone.ts), while a shipper may be appending to it. There is
 * no lock between them, but two names:
 *
 *     command:   rename to .retired ─► are all letters gone even now? ─yes─► delete .retired
 *                                                 └─no─► rename back
 *     appender:  write, sync ─► is the file in its place? ─yes─► done
 *                                    └─no─► rename .retired back ─it went─► done
 *                                                    └─deleted─► what the command had not seen is written to another file
 *
 * What was written before the appender saw the file in its place is seen by every command that retires it afterwards. In
 * the other case deleting and renaming back compete for one name, and only one of them can have it. What the command had
 * seen, and sent again or dropped, is told by the list of what is gone, which outlives its file.
 */
import { constants } from "node:fs";
import { type FileHandle, open, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { FILE_MODE, RETIRED_SUFFIX, syncNames } from "./folder.js";
import { goneOf } from "./gone.js";

const { O_APPEND, O_CREAT, O_EXCL, O_WRONLY } = constants;

export class LetterFile {
  /** Bytes of the letters in it. */
  bytes = 0;

  constructor(readonly path: string) {}

  /**
   * Appends whole lines. Resolves when they are on the disk, with those at their end that are not because the file was
   * deleted; then nothing must be appended to it any more. Rejects with an errno error; then none of them are in the file,
   * and nothing must be appended to it either.
   */
  async append(lines: Buffer): Promise<Buffer> {
    const isNew = this.bytes === 0;
    const file = await this.#open(isNew);
    if (file === undefined) return lines;
    try {
      await file.appendFile(lines);
      await file.datasync();
      if (isNew) {
        await syncNames(dirname(this.path));
        await syncNames(dirname(dirname(this.path)));
      }
      const left = (await this.#isKept(file)) ? lines.subarray(lines.length) : this.#unseen(lines);
      this.bytes += lines.length - left.length;
      return left;
    } catch (error) {
      await this.#takeBack(file);
      throw error;
    } finally {
      await file.close();
    }
  }

  /** What stands in the deleted file and was not gone when it was deleted. */
  #unseen(lines: Buffer): Buffer {
    const { contiguous } = goneOf(dirname(this.path), basename(this.path));
    return lines.subarray(Math.max(0, contiguous - this.bytes));
  }

  /** Undefined when it was deleted. */
  async #open(isNew: boolean): Promise<FileHandle | undefined> {
    const flags = O_WRONLY | O_APPEND | (isNew ? O_CREAT | O_EXCL : 0);
    try {
      return await open(this.path, flags, FILE_MODE);
    } catch (error) {
      // While it is retired it is not here either; another file does as well.
      if (!isNew && isMissing(error)) return undefined;
      throw error;
    }
  }

  async #isKept(file: FileHandle): Promise<boolean> {
    if (await this.#isInPlace(file)) return true;
    try {
      await rename(this.path + RETIRED_SUFFIX, this.path);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    return this.#isInPlace(file);
  }

  async #isInPlace(file: FileHandle): Promise<boolean> {
    try {
      return (await stat(this.path)).ino === (await file.stat()).ino;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  /** A part of the lines must not stay: they will be written again. Where even this fails, a torn line ends the file. */
  async #takeBack(file: FileHandle): Promise<void> {
    try {
      if (this.bytes === 0) await unlink(this.path);
      else await file.truncate(this.bytes);
    } catch {
      // The reason why it cannot be written is thrown already.
    }
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}
