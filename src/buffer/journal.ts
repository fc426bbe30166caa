/**
 * The embedded buffer: the journals in one folder, each a source.
 *
 *     <dir>/<writer>/…     journals (see journal/format.ts)
 *     <dir>/flush          touched by whoever wants everything sent at once
 *     <dir>/dead/          dead letters, <dir>/shippers/ what shippers say of themselves: not journals
 */
import { readdirSync, rmSync, statSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Cursor, CursorFile } from "../journal/cursor.js";
import {
  createFolder,
  FILE_MODE,
  listSegments,
  readWriterInfo,
  segmentPath,
  type WriterInfo,
  writerIsGone,
} from "../journal/folder.js";
import { Lease } from "../journal/lease.js";
import { MemoFile } from "../journal/memo.js";
import type { Gap, JournalReader } from "../journal/reader.js";
import type { Clock } from "../system/clock.js";
import { DragonlogError } from "../system/errors.js";
import type { MemoryPool } from "../system/memory-pool.js";
import { ownIdentity } from "../system/process.js";
import type {
  BufferDamage,
  Chunk,
  LogBuffer,
  OrdinalRange,
  Source,
  StoredRecord,
  Waiting,
} from "./buffer.js";
import { openReader, writerOf } from "./open-reader.js";
import { AcknowledgedRanges } from "./ranges.js";

const FLUSH_FILE = "flush";
/** What else is there. Not looked into: a shipper looks for journals several times a second. */
const NO_JOURNALS = new Set([FLUSH_FILE, "dead", "shippers"]);
/** Delivered segments that are left to a living writer, which uses their warm pages again. */
const SEGMENTS_LEFT_TO_WRITER = 2;

export interface JournalBufferOptions {
  /** The folder that holds all journals. */
  readonly dir: string;
  readonly clock: Clock;
  /** Which journals are meant for this shipper; default all. */
  readonly accepts?: (info: WriterInfo | undefined) => boolean;
  /** The holder under which leases were reserved for this shipper; default a new one. */
  readonly holder?: string;
  /**
   * What sources read into. What a read brought is given back to it when its source is read from again; whoever needs it longer
   * holds it there. Default: each read has memory of its own.
   */
  readonly memory?: MemoryPool | undefined;
  readonly onDamage: (damage: BufferDamage) => void;
  /** Told each time a journal that is there cannot be claimed; the next claim tries it again. */
  readonly onClaimFailure?: (error: unknown) => void;
}

/** Folders in `dir` that are journals. */
export function listJournals(dir: string): string[] {
  return foldersIn(dir).filter(isJournal);
}

/** What may be a journal. */
export function foldersIn(dir: string): string[] {
  let names: string[];
  try {
    names = readdirSync(dir);
  } catch {
    return [];
  }
  return names
    .filter((name) => !NO_JOURNALS.has(name) && !name.endsWith(".json"))
    .map((name) => join(dir, name));
}

export function isJournal(folder: string): boolean {
  if (readWriterInfo(folder) !== undefined) {
    return true;
  }
  try {
    return listSegments(folder).length > 0;
  } catch {
    return false;
  }
}

/**
 * What is wrong with a journal whose folder is not named after its writer: it is a copy, as a backup makes one. Two
 * folders of one writer would mix up what is acknowledged, and whichever is delivered last would double the other.
 */
export function copyOf(folder: string, info: WriterInfo | undefined): DragonlogError | undefined {
  if (info === undefined || info.writer === basename(folder)) {
    return undefined;
  }
  const original = join(dirname(folder), info.writer);
  return new DragonlogError(
    "DRAGONLOG_JOURNAL_COPIED",
    `${folder} is a copy of the journal ${original} and is not delivered; delete it, or name it so if that one is lost`,
    `Compare what is in both. A journal is delivered under the name of its writer, ${info.writer}, only.`,
  );
}

/** Asks the shippers of the folder to send everything at once. */
export function requestFlush(dir: string, nowMs: number): void {
  createFolder(dir);
  const path = join(dir, FLUSH_FILE);
  writeFileSync(path, "", { mode: FILE_MODE });
  utimesSync(path, nowMs / 1000, nowMs / 1000);
}

export class JournalBuffer implements LogBuffer {
  readonly mayRest = true;
  readonly #options: JournalBufferOptions;
  readonly #sources = new Map<string, JournalSource>();

  constructor(options: JournalBufferOptions) {
    this.#options = options;
    createFolder(options.dir);
  }

  claim(): Source[] {
    const { dir, accepts = () => true } = this.#options;
    for (const [folder, source] of this.#sources) {
      if (source.ended || !source.keep()) {
        this.#sources.delete(folder);
      }
    }
    for (const folder of foldersIn(dir)) {
      // Asked in this order: those that are claimed need not be read again at every look.
      if (this.#sources.has(folder) || !isJournal(folder)) {
        continue;
      }
      const info = readWriterInfo(folder);
      const source = accepts(info) ? openQuietly(folder, info, this.#options) : undefined;
      if (source !== undefined) {
        this.#sources.set(folder, source);
      }
    }
    return [...this.#sources.values()];
  }

  flushRequestedAtMs(): number {
    try {
      return statSync(join(this.#options.dir, FLUSH_FILE)).mtimeMs;
    } catch {
      return 0;
    }
  }

  async close(): Promise<void> {
    for (const source of this.#sources.values()) {
      source.release();
    }
    this.#sources.clear();
  }
}

/** A folder that vanishes or refuses while it is claimed must not stop the others; the next claim tries it again. */
function openQuietly(
  folder: string,
  info: WriterInfo | undefined,
  options: JournalBufferOptions,
): JournalSource | undefined {
  const { clock, holder, onClaimFailure } = options;
  let lease: Lease | undefined;
  try {
    const copy = copyOf(folder, info);
    if (copy !== undefined) {
      throw copy;
    }
    lease = Lease.acquire(folder, clock.now(), holder, () => new CursorFile(folder).close());
    return lease && new JournalSource(folder, info, lease, options);
  } catch (error) {
    releaseQuietly(lease);
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      onClaimFailure?.(error);
    }
    return undefined;
  }
}

/** A lease that cannot be given back is free when this process ends; until then it must not keep the others from that. */
function releaseQuietly(lease: Lease | undefined): void {
  try {
    lease?.release();
  } catch {
    // Its folder is gone, or takes no files.
  }
}

/**
 * The segments go first: a journal that is half removed when its shipper dies, or that another one claims in passing,
 * must not look like one that has its segments but no cursor, which would be sent again from its beginning.
 */
function removeJournal(folder: string): void {
  for (const number of listSegments(folder)) {
    unlinkSync(segmentPath(folder, number));
  }
  rmSync(folder, { recursive: true, force: true });
}

class JournalSource implements Source {
  readonly name: string;
  readonly host: string;
  readonly memo: MemoFile;
  /** The lease is lost or the journal is removed; nothing here may touch it any more. */
  ended = false;
  readonly clock: Clock;
  #reader: JournalReader;
  readonly #openReader: (cursor: Cursor) => JournalReader;
  readonly #cursor: CursorFile;
  readonly #acknowledged: AcknowledgedRanges;
  /** The first seq of each segment that was read and not deleted, in order of number. */
  readonly #starts: { readonly number: number; readonly firstSeq: number }[] = [];
  #exhausted = false;

  constructor(
    readonly folder: string,
    info: WriterInfo | undefined,
    readonly lease: Lease,
    { clock, onDamage, memory }: JournalBufferOptions,
  ) {
    this.clock = clock;
    this.memo = new MemoFile(folder);
    this.#cursor = new CursorFile(folder);
    const cursor = this.#cursor.start;
    this.name = writerOf(folder, info);
    this.host = info?.host ?? ownIdentity().host;
    this.#acknowledged = new AcknowledgedRanges(
      cursor.next,
      cursor.beyond.map(([from, to]) => ({ from, to })),
    );
    const onGap = ({ from, to, bytes, cause, detail }: Gap): void => {
      // After a rewind the same gap is met again.
      if (this.#acknowledged.has(from) && this.#acknowledged.has(to)) {
        return;
      }
      this.#acknowledged.add({ from, to });
      onDamage({ source: this.name, records: to - from + 1, bytes, cause, detail });
    };
    this.#openReader = (from) => openReader(folder, info, from, onGap, memory);
    this.#reader = this.#openReader(cursor);
  }

  unread(): Waiting {
    return this.#reader.unread();
  }

  read(bytesMax: number): Chunk {
    if (this.ended) {
      return { records: [], drained: true };
    }
    const records = this.#readUnacknowledged(bytesMax);
    if (records.length > 0) {
      return { records, drained: false };
    }
    // What the writer logged before it died may have come after the read, so it is read once more after the look.
    const gone = writerIsGone(this.folder, readWriterInfo(this.folder), this.clock.now());
    const last = gone ? this.#readUnacknowledged(bytesMax, gone) : [];
    this.#exhausted = gone && last.length === 0;
    return { records: last, drained: last.length === 0 };
  }

  rewind(): void {
    if (this.ended) {
      return;
    }
    this.#reader.close();
    this.#reader = this.#openReader({ next: this.#acknowledged.contiguous, beyond: [] });
    this.#starts.length = 0;
    this.#exhausted = false;
  }

  acknowledge(ranges: readonly OrdinalRange[]): void {
    if (this.ended || !this.keep()) {
      return;
    }
    for (const range of ranges) {
      this.#acknowledged.add(range);
    }
    const { contiguous, beyond } = this.#acknowledged;
    this.#cursor.write(
      { next: contiguous, beyond: beyond.map(({ from, to }) => [from, to]) },
      this.clock.now(),
    );
    this.#deleteDelivered();
  }

  finished(): boolean {
    if (
      this.ended ||
      !this.#exhausted ||
      this.#acknowledged.contiguous < this.#reader.nextSeq ||
      !this.keep()
    ) {
      return this.ended;
    }
    this.#end();
    try {
      removeJournal(this.folder);
    } catch {
      // What cannot be removed now is claimed again, found empty, and tried again.
      releaseQuietly(this.lease);
    }
    return true;
  }

  /** Renews the lease; false when another shipper took over or the folder is gone. */
  keep(): boolean {
    if (this.ended) {
      return false;
    }
    try {
      if (this.lease.stillHeld()) {
        this.lease.renew(this.clock.now());
        return true;
      }
    } catch {
      // The folder is gone.
    }
    this.#end();
    return false;
  }

  release(): void {
    if (!this.ended) {
      this.#end();
      releaseQuietly(this.lease);
    }
  }

  #end(): void {
    this.ended = true;
    this.#reader.close();
    this.#cursor.close();
  }

  #readUnacknowledged(bytesMax: number, writerGone = false): StoredRecord[] {
    for (;;) {
      const records = this.#reader.read(bytesMax, writerGone);
      const start = { number: this.#reader.segmentNumber, firstSeq: records[0]?.seq ?? 0 };
      if (records.length > 0 && this.#starts.at(-1)?.number !== start.number) {
        this.#starts.push(start);
      }
      const fresh =
        this.#acknowledged.beyond.length === 0
          ? records
          : records.filter(({ seq }) => !this.#acknowledged.has(seq));
      if (fresh.length > 0 || records.length === 0) {
        return fresh;
      }
    }
  }

  /** A silent writer does not come by to use its segments again, so they do not keep the disk full. */
  #deleteDelivered(): void {
    const starts = this.#starts;
    while (
      starts.length > SEGMENTS_LEFT_TO_WRITER &&
      starts[SEGMENTS_LEFT_TO_WRITER]!.firstSeq <= this.#acknowledged.contiguous
    ) {
      try {
        unlinkSync(segmentPath(this.folder, starts.shift()!.number));
      } catch {
        // The writer has used it again.
      }
    }
  }
}
