/**
 * Reads back what `directory.ts` has written: the files of one stream, or of every stream of the group one after the
 * other, in order of day and number, which is the order in which their lines came.
 *
 * Files of days outside the range are not opened. A file that grows meanwhile is read up to the length that it has when
 * it is opened. A line is given as it stands, whatever it holds; one without a timestamp counts as of its file's day.
 */
import { type FileHandle, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../system/errors.js";
import { fileNameOf, nameOfFile } from "./file-names.js";
import { LINES_LIMITS } from "./lines.js";
import { ReadBackError } from "./read-back-error.js";
import type { ReadBack, ReadEvent, ReadQuery } from "./sink.js";

const READ_BYTES = 1 << 20;
const LINE_BREAK = 0x0a;
const DAY_MS = 24 * 60 * 60 * 1000;
const FILE_NAME = /^([+-]?\d{4,6}-\d{2}-\d{2})(?:\.(\d+))?\.ndjson$/;
const TIMESTAMP = /^\{"timestamp":"([^"]{20,30})"/;

interface DayFile {
  readonly path: string;
  readonly dayMs: number;
  readonly number: number;
}

export class DirectoryReadBack implements ReadBack {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Rejects with DRAGONLOG_SINK_FAILED where a folder or a file cannot be read, or with the signal's reason. */
  async *read(query: ReadQuery, signal: AbortSignal): AsyncGenerator<readonly ReadEvent[]> {
    const { group, stream } = query;
    const groupFolder = join(this.#directory, group === "" ? "" : fileNameOf(group));
    const folders = stream === undefined ? await foldersIn(groupFolder) : [fileNameOf(stream)];
    for (const folder of folders) {
      const name = stream ?? nameOfFile(folder);
      for (const file of await filesIn(join(groupFolder, folder))) {
        if (file.dayMs > query.toMs || file.dayMs + DAY_MS <= query.fromMs) continue;
        for await (const lines of linesOf(file.path, signal)) {
          yield lines.flatMap((message) => eventOf(message, name, file.dayMs, query) ?? []);
        }
      }
    }
  }
}

/** Undefined for a line outside the range. */
function eventOf(
  message: string,
  stream: string,
  dayMs: number,
  { fromMs, toMs }: ReadQuery,
): ReadEvent | undefined {
  const timestamp = Date.parse(TIMESTAMP.exec(message)?.[1] ?? "");
  if (Number.isNaN(timestamp)) return { stream, timestamp: dayMs, message };
  return timestamp >= fromMs && timestamp <= toMs ? { stream, timestamp, message } : undefined;
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await attempt(folder, () => readdir(folder, { withFileTypes: true }));
  return (entries ?? [])
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

async function filesIn(folder: string): Promise<DayFile[]> {
  const names = await attempt(folder, () => readdir(folder));
  const files = (names ?? []).flatMap((name) => {
    const match = FILE_NAME.exec(name);
    const dayMs = Date.parse(`${match?.[1]}T00:00:00.000Z`);
    return Number.isNaN(dayMs) ? [] : [{ path: join(folder, name), dayMs, number: Number(match![2] ?? 0) }];
  });
  return files.sort((a, b) => a.dayMs - b.dayMs || a.number - b.number);
}

async function* linesOf(path: string, signal: AbortSignal): AsyncGenerator<string[]> {
  const file = await attempt(path, () => open(path, "r"));
  if (file === undefined) return;
  try {
    const { size } = await file.stat();
    const lines = new Lines();
    for (let at = 0; at < size; ) {
      signal.throwIfAborted();
      const piece = await readAt(file, path, at, Math.min(READ_BYTES, size - at));
      if (piece.length === 0) break;
      at += piece.length;
      yield lines.take(piece);
    }
    yield lines.end();
  } finally {
    await file.close();
  }
}

async function readAt(file: FileHandle, path: string, at: number, length: number): Promise<Buffer> {
  const piece = Buffer.allocUnsafe(length);
  const read = await attempt(path, () => file.read(piece, 0, length, at));
  return piece.subarray(0, read?.bytesRead ?? 0);
}

/**
 * Cuts pieces of a file into lines. `#begun` is the line whose end has not come yet. Of one that is longer than any that
 * was ever written, only the beginning is kept: it is no record, and must not take all memory.
 */
class Lines {
  #begun: Buffer[] = [];
  #begunBytes = 0;

  take(piece: Buffer): string[] {
    const lines: string[] = [];
    let from = 0;
    for (let to = piece.indexOf(LINE_BREAK); to >= 0; to = piece.indexOf(LINE_BREAK, from)) {
      this.#begin(piece.subarray(from, to));
      lines.push(...this.end());
      from = to + 1;
    }
    this.#begin(piece.subarray(from));
    return lines;
  }

  /** The line that was begun; none where that is empty. */
  end(): string[] {
    const line = this.#begun.length === 1 ? this.#begun[0]! : Buffer.concat(this.#begun);
    this.#begun = [];
    this.#begunBytes = 0;
    return line.length === 0 ? [] : [line.toString()];
  }

  #begin(bytes: Buffer): void {
    if (bytes.length === 0 || this.#begunBytes > LINES_LIMITS.eventBytesMax) return;
    this.#begun.push(bytes);
    this.#begunBytes += bytes.length;
  }
}

/** Undefined for what does not exist (any more). */
async function attempt<T>(path: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new ReadBackError(
      "denied",
      `cannot read back ${path}: ${messageOf(error)}`,
      "Check that the path is right and may be read.",
      error,
    );
  }
}
