/**
 * Batches go to NDJSON files, by day and stream: `<directory>/<group>/<stream>/<YYYY-MM-DD>.ndjson`; without a group,
 * its folder is left out. The day is the record's own, in UTC. `file-names.ts` says how names are written,
 * `stream-files.ts` how lines get there whole. A directory belongs to one process at a time.
 *
 * State: `#streams` holds the streams in use, the one used last at its end; each keeps at most one file open. Above
 * `openFilesMax` the one that has been idle for longest is closed; a stream with a batch under way never is.
 */
import { join, resolve } from "node:path";
import type { Batch, Destination } from "../batch/batch.js";
import { refuseValue } from "../system/refusal.js";
import { DirectoryReadBack } from "./directory-read-back.js";
import { answerForFileError } from "./file-errors.js";
import { fileNameOf } from "./file-names.js";
import { LINES_LIMITS } from "./lines.js";
import { refuseUnknown, wholeNumber } from "./options.js";
import type { Answer, RefusedRecord, Sink } from "./sink.js";
import { type DatedItem, StreamFiles } from "./stream-files.js";

export interface DirectoryOptions {
  /** A file gets no further line that would make it larger than this, in bytes. Default 256 MiB; 1 KiB to 1 TiB. */
  readonly fileBytesMax?: number;
  /** Files kept open between batches. Default 64; 1 to 10,000. */
  readonly openFilesMax?: number;
}

interface OpenStream {
  readonly files: StreamFiles;
  batches: number;
}

/** Throws DRAGONLOG_OPTION_UNKNOWN or DRAGONLOG_OPTION_INVALID. Folders are made when the first batch needs them. */
export function openDirectory(directory: string, options: DirectoryOptions = {}): Sink {
  if (typeof directory !== "string" || directory === "" || directory.includes("\0")) {
    throw refuseValue("directory", directory, "the path of a folder");
  }
  refuseUnknown("directory", options, ["fileBytesMax", "openFilesMax"]);
  return new DirectorySink(
    resolve(directory),
    wholeNumber("fileBytesMax", options.fileBytesMax ?? 2 ** 28, 2 ** 10, 2 ** 40),
    wholeNumber("openFilesMax", options.openFilesMax ?? 64, 1, 10_000),
  );
}

class DirectorySink implements Sink {
  readonly name: string;
  readonly limits = LINES_LIMITS;
  readonly window = undefined;
  readonly sortsByTimestamp = false;
  readonly readBack: DirectoryReadBack;
  readonly #directory: string;
  readonly #fileBytesMax: number;
  readonly #openFilesMax: number;
  readonly #streams = new Map<string, OpenStream>();

  constructor(directory: string, fileBytesMax: number, openFilesMax: number) {
    this.name = `directory ${directory}`;
    this.readBack = new DirectoryReadBack(directory);
    this.#directory = directory;
    this.#fileBytesMax = fileBytesMax;
    this.#openFilesMax = openFilesMax;
  }

  async send(batch: Batch, signal: AbortSignal): Promise<Answer> {
    const { dated, refused } = byDay(batch);
    const stream = this.#use(batch.destination);
    try {
      const appended = await stream.files.append(dated, () => !signal.aborted);
      if (appended) return { verdict: "delivered", refused };
      return {
        verdict: "retry",
        cause: "timeout",
        error: new Error("the batch was given up before its turn"),
      };
    } catch (error) {
      return answerForFileError(error);
    } finally {
      stream.batches--;
      await this.#closeIdle();
    }
  }

  async close(): Promise<void> {
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    await Promise.all(streams.map(({ files }) => files.close()));
  }

  #use({ group, stream }: Destination): OpenStream {
    const groupFolder = group === "" ? "" : fileNameOf(group);
    const folder = join(this.#directory, groupFolder, fileNameOf(stream));
    const entry = this.#streams.get(folder) ?? {
      files: new StreamFiles(folder, this.#fileBytesMax),
      batches: 0,
    };
    this.#streams.delete(folder);
    this.#streams.set(folder, entry);
    entry.batches++;
    return entry;
  }

  async #closeIdle(): Promise<void> {
    for (const [folder, { files, batches }] of this.#streams) {
      if (this.#streams.size <= this.#openFilesMax) return;
      if (batches > 0) continue;
      this.#streams.delete(folder);
      await files.close().catch(() => {});
    }
  }
}

/** The items with their days; refused are those whose timestamp is none. */
function byDay({ items }: Batch): { dated: DatedItem[]; refused: RefusedRecord[] } {
  const dated: DatedItem[] = [];
  const refused: RefusedRecord[] = [];
  items.forEach((item, index) => {
    const date = new Date(item.timestamp);
    if (Number.isNaN(date.getTime())) {
      refused.push({ index, reason: "invalid", detail: `${item.timestamp} is no time, so it has no day` });
    } else {
      dated.push({ day: dayOf(date), item });
    }
  });
  return { dated, refused };
}

function dayOf(date: Date): string {
  return date.toISOString().split("T", 1)[0]!;
}
