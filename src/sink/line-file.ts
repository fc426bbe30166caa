/**
 * One NDJSON file that is open for appending.
 *
 * Invariant: `length` is the file's size and ends with a whole line, except while `append` runs. What a crash tore
 * off in the middle of a line was never acknowledged and comes again, so opening cuts the file behind its last line
 * break.
 */
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

const LINE_BREAK = 0x0a;
const LOOK_BACK_BYTES = 65_536;

export class LineFile {
  readonly path: string;
  readonly #handle: FileHandle;
  #length: number;

  private constructor(path: string, handle: FileHandle, length: number) {
    this.path = path;
    this.#handle = handle;
    this.#length = length;
  }

  /** Opens the file, creates it if it is missing, and repairs its end. */
  static async open(path: string): Promise<LineFile> {
    const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    try {
      const { size } = await handle.stat();
      const length = await wholeLinesLength(handle, size);
      if (length < size) await handle.truncate(length);
      return new LineFile(path, handle, length);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  get length(): number {
    return this.#length;
  }

  /** False when someone else has removed, cut or lengthened the file: then it must be opened anew. */
  async isIntact(): Promise<boolean> {
    const { nlink, size } = await this.#handle.stat();
    return nlink > 0 && size === this.#length;
  }

  async append(lines: Buffer): Promise<void> {
    let done = 0;
    while (done < lines.length) {
      const { bytesWritten } = await this.#handle.write(lines, done, lines.length - done, this.#length);
      done += bytesWritten;
      this.#length += bytesWritten;
    }
  }

  /** Resolves when everything that was appended is on the disk. */
  sync(): Promise<void> {
    return this.#handle.datasync();
  }

  async cutBackTo(length: number): Promise<void> {
    await this.#handle.truncate(length);
    this.#length = length;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** The file's length up to and with its last line break. */
async function wholeLinesLength(handle: FileHandle, size: number): Promise<number> {
  const piece = Buffer.alloc(Math.min(size, LOOK_BACK_BYTES));
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - piece.length);
    const { bytesRead } = await handle.read(piece, 0, end - start, start);
    const found = piece.subarray(0, bytesRead).lastIndexOf(LINE_BREAK);
    if (found >= 0) return start + found + 1;
    end = start;
  }
  return 0;
}
