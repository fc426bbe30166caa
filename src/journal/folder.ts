/** The names in a journal's folder, and `writer.json`, which says who writes there. */
import { readdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HeldBack } from "../limit/held-back.js";
import { createFolders } from "../system/folders.js";
import { livenessOf, type ProcessIdentity } from "../system/process.js";

export const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const SEGMENT_NAME = /^(\d{12})\.seg$/;
const WRITER_FILE = "writer.json";
/** How often a writer shows that it lives, and after which silence one in another pid namespace or on another machine is gone. */
export const WRITER_HEARTBEAT_MS = 60_000;
const WRITER_EXPIRY_MS = 600_000;

/** How the shippers of journals begin that are meant for a store: `store-` and what names it. */
export const STORE_PREFIX = "store-";

/** The shipper of a journal that is meant for none in particular. */
export const ANY_SHIPPER = "any";

/** Where an application that ships by itself wants its records; a shipper for one place leaves the others alone. */
export interface WriterInfo {
  readonly version: 1;
  readonly writer: string;
  readonly service: string;
  readonly host: string;
  readonly process: ProcessIdentity;
  readonly createdAt: number;
  /** Which shipper the journal is meant for: `ANY_SHIPPER`, or the name of an application's own destination. */
  readonly shipper: string;
  /** The most that the journal takes on the disk; undefined where nothing more is written to it. */
  readonly bytesMax?: number;
  /** Records that never got into the journal, by cause. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Records that were held back because they were too many, most first; undefined where none ever are. */
  readonly suppressed?: readonly HeldBack[];
  /** The level that `dragonlog level` has set, as far as the writer has seen it. */
  readonly level?: string;
  /** The writer ended in order and will not write again. */
  readonly closed: boolean;
}

export function segmentPath(folder: string, number: number): string {
  return join(folder, `${String(number).padStart(12, "0")}.seg`);
}

/** Numbers of the segments in the folder, rising. */
export function listSegments(folder: string): number[] {
  const numbers: number[] = [];
  for (const name of readdirSync(folder)) {
    const match = SEGMENT_NAME.exec(name);
    if (match !== null) {
      numbers.push(Number(match[1]));
    }
  }
  return numbers.sort((a, b) => a - b);
}

export function createFolder(folder: string): void {
  createFolders(folder, FOLDER_MODE);
}

/** Replaces a file in one step: a reader sees the old text or the new one, also after a crash. */
export function replaceFile(path: string, text: string): void {
  // Shippers in threads of one process share a folder. Not imported: that takes longer than this call.
  const { threadId } = process.getBuiltinModule("node:worker_threads");
  const temporary = `${path}.${process.pid}-${threadId}.tmp`;
  writeFileSync(temporary, text, { mode: FILE_MODE });
  renameSync(temporary, path);
}

export function writerInfoPath(folder: string): string {
  return join(folder, WRITER_FILE);
}

export function writeWriterInfo(folder: string, info: WriterInfo): void {
  replaceFile(writerInfoPath(folder), `${JSON.stringify(info)}\n`);
}

/** Undefined when the folder is no journal (yet), or its `writer.json` is damaged. */
export function readWriterInfo(folder: string): WriterInfo | undefined {
  try {
    const info = JSON.parse(readFileSync(writerInfoPath(folder), "utf8")) as WriterInfo;
    return typeof info.writer === "string" && typeof info.process?.pid === "number" ? info : undefined;
  } catch {
    return undefined;
  }
}

/** Shows those who cannot see the writer's process that it lives. */
export function touchWriterInfo(folder: string, nowMs: number): void {
  utimesSync(writerInfoPath(folder), nowMs / 1000, nowMs / 1000);
}

/**
 * When the writer last showed that it lives; 0 when there is no trace of one. The folder speaks for a writer that has
 * not written its `writer.json` yet, or whose `writer.json` someone deleted: it changes with every segment.
 */
function writerSeenAtMs(folder: string): number {
  return Math.max(modifiedAtMs(folder), modifiedAtMs(writerInfoPath(folder)));
}

function modifiedAtMs(path: string): number {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

/** `alive` in doubt: a journal is only removed when its writer is surely gone. */
export function writerIsGone(folder: string, info: WriterInfo | undefined, nowMs: number): boolean {
  const liveness = info === undefined ? "unknown" : info.closed ? "dead" : livenessOf(info.process);
  return liveness === "unknown" ? nowMs - writerSeenAtMs(folder) > WRITER_EXPIRY_MS : liveness === "dead";
}
