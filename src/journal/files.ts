/**
 * The segment files of one writer: made, prepared ahead, recycled, capped.
 *
 * Two stagings take turns: one under the active segment, one under the spare that is prepared while the active one
 * fills. So the memory that an application sees is two segments, whatever waits on the disk.
 *
 *     create ─► spare ─► active ─► sealed ─► delivered ─► spare again (its pages are warm)
 *                                              └─► deleted, when a spare is there already
 */
import { closeSync, openSync, renameSync, rmSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { type Mapper, openMapper, type Window } from "../system/mapping.js";
import { fillWithZeros, fillWithZerosAside } from "../system/zeros.js";
import { readCursor } from "./cursor.js";
import { FILE_MODE, segmentPath } from "./folder.js";
import { SEGMENT_HEADER_BYTES, TYPE_COUNT_WORD, TYPE_COUNTS } from "./format.js";
import { plainStaging, Segment, type Staging } from "./segment.js";
import { endSeq, JournalCapReached, type SealedSegment, type Segments } from "./segments.js";

/** How long to wait before preparing again after it failed: a shipper frees room all the time. */
const PREPARE_RETRY_MS = 20;

/**
 * The first segment is no larger than this: it is made while the application starts, and most of those that log little never
 * need another. All of a segment takes memory, written or not.
 */
const FIRST_SEGMENT_BYTES_MAX = 256 << 10;

export interface SegmentFilesOptions {
  readonly folder: string;
  readonly segmentBytes: number;
  readonly journalBytesMax: number;
  /** `auto`: map files where that works; `off`: write(2) always. */
  readonly mapping: "auto" | "off";
  /** Called once with the reason when files cannot be mapped. */
  readonly onUnmapped: (error: unknown) => void;
  /** Called when a sealed segment could not be written to the disk. */
  readonly onUnsynced: (error: unknown) => void;
}

export class SegmentFiles implements Segments {
  readonly #options: SegmentFilesOptions;
  readonly #mapper: Mapper | undefined;
  /** Files are mapped; false from the first time on that this did not work. */
  #maps: boolean;
  readonly #freeStagings: Staging[] = [];
  #spare: Segment | undefined;
  #spares = 0;
  #begun = false;
  #preparing = false;
  #prepareAtMs = 0;
  #closed = false;
  readonly sealed: SealedSegment[] = [];
  #bytes = 0;
  /** How often the folder was deleted: a file that was made in an earlier one is of no use. */
  #folderAge = 0;
  readonly #syncing = new Set<Promise<void>>();
  #syncError: Error | undefined;

  constructor(options: SegmentFilesOptions) {
    this.#options = options;
    if (options.mapping === "auto") {
      try {
        this.#mapper = openMapper();
      } catch (error) {
        options.onUnmapped(error);
      }
    }
    this.#maps = this.#mapper !== undefined;
  }

  /** Bytes of all files, the spare included. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The next segment, as a file with its final name. Throws `JournalCapReached` or an errno error. */
  next(number: number, firstSeq: number, nowMs: number, bytesMin: number): Segment {
    const { segmentBytes, folder } = this.#options;
    let segment: Segment;
    if (bytesMin > segmentBytes) {
      const pages = Math.ceil(bytesMin / SEGMENT_HEADER_BYTES);
      segment = this.#create(pages * SEGMENT_HEADER_BYTES, true);
    } else {
      segment = this.#spare ?? this.#recycle() ?? this.#create(this.#bytesOfNext(bytesMin), false);
      this.#spare = undefined;
      this.#begun = true;
    }
    segment.begin(number, firstSeq, nowMs);
    const path = segmentPath(folder, number);
    try {
      renameSync(segment.path, path);
    } catch (error) {
      this.discard(segment);
      this.#bytes -= segment.bytes.length;
      rmSync(segment.path, { force: true });
      throw error;
    }
    segment.path = path;
    return segment;
  }

  #bytesOfNext(bytesMin: number): number {
    const { segmentBytes } = this.#options;
    return this.#begun || bytesMin > FIRST_SEGMENT_BYTES_MAX
      ? segmentBytes
      : Math.min(segmentBytes, FIRST_SEGMENT_BYTES_MAX);
  }

  /** Prepares the next segment after this turn of the event loop, so that `next` costs one rename. */
  prepareSoon(nowMs: number): void {
    // A time further ahead than the pause is that of a clock that was set back since.
    const pauses = nowMs < this.#prepareAtMs && this.#prepareAtMs <= nowMs + PREPARE_RETRY_MS;
    if (this.#preparing || this.#spare !== undefined || pauses) {
      return;
    }
    this.#preparing = true;
    setImmediate(() => {
      try {
        this.#prepare();
      } catch {
        this.#preparing = false;
        // There is no room now; `next` tries again when it is needed, and says what is wrong.
        this.#prepareAtMs = nowMs + PREPARE_RETRY_MS;
      }
    });
  }

  #prepare(): void {
    this.#spare ??= this.#closed ? undefined : this.#recycle();
    if (this.#closed || this.#spare !== undefined) {
      this.#preparing = false;
      return;
    }
    const { segmentBytes } = this.#options;
    const folderAge = this.#folderAge;
    const { fd, path } = this.#createFile(segmentBytes);
    fillWithZerosAside(fd, segmentBytes, (error) => {
      this.#preparing = false;
      if (error === null && !this.#closed && folderAge === this.#folderAge && this.#spare === undefined) {
        this.#spare = this.#stage(fd, path, segmentBytes);
      } else {
        this.#abandon(fd, path, folderAge === this.#folderAge ? segmentBytes : 0);
      }
    });
  }

  /** Ends a segment: its staging is free again, its bytes go to the disk in the background. */
  seal(segment: Segment): void {
    if (segment.fd < 0) {
      return;
    }
    this.sealed.push({
      number: segment.number,
      firstSeq: segment.firstSeq,
      bytes: segment.bytes.length,
      countsByType: segment.words.slice(TYPE_COUNT_WORD, TYPE_COUNT_WORD + TYPE_COUNTS),
    });
    const synced = new Promise<void>((resolve) => {
      segment.sync((error) => {
        segment.close();
        if (error !== null) {
          this.#syncError = error;
          this.#options.onUnsynced(error);
        }
        resolve();
      });
    });
    // Not before the sync has begun: what shows nothing of the file any more cannot bring it to the disk.
    this.#giveBack(segment.staging);
    this.#syncing.add(synced);
    void synced.then(() => this.#syncing.delete(synced));
  }

  /** Resolves when every sealed segment is on the disk; rejects if since the last time one could not be brought there. */
  async synced(): Promise<void> {
    await Promise.all(this.#syncing);
    const error = this.#syncError;
    this.#syncError = undefined;
    if (error !== undefined) {
      throw error;
    }
  }

  /** Deletes the oldest sealed segment, delivered or not. Undefined when there is none. */
  deleteOldest(): SealedSegment | undefined {
    const oldest = this.sealed.shift();
    if (oldest !== undefined) {
      this.#delete(oldest);
    }
    return oldest;
  }

  /** Lets go of a segment whose file is of no more use. */
  discard(segment: Segment): void {
    segment.close();
    this.#giveBack(segment.staging);
  }

  /** Forgets all files: their folder was deleted by someone. Returns those that were not known to be delivered. */
  forget(): SealedSegment[] {
    if (this.#spare !== undefined) {
      this.discard(this.#spare);
      this.#spare = undefined;
    }
    this.#bytes = 0;
    this.#folderAge++;
    return this.sealed.splice(0);
  }

  /** Closes for good, the active segment as well. */
  close(active: Segment): void {
    const spare = this.#spare;
    this.#closed = true;
    this.discard(active);
    if (spare !== undefined) {
      this.discard(spare);
    }
    for (const staging of this.#freeStagings.splice(0)) {
      this.#release(staging);
    }
    if (spare !== undefined) {
      rmSync(spare.path, { force: true });
    }
  }

  /** A window still shows the file, which plain memory must never do: it stays a window or leaves. */
  #giveBack(staging: Staging): void {
    if (this.#isUsual(staging) && isWindow(staging) === this.#maps) {
      this.#freeStagings.push(staging);
    } else {
      this.#release(staging);
    }
  }

  #isUsual({ bytes }: Staging): boolean {
    return bytes.length === this.#options.segmentBytes;
  }

  #release(staging: Staging): void {
    if (isWindow(staging)) {
      this.#mapper!.release(staging);
    }
  }

  #sparePath(): string {
    return join(this.#options.folder, `spare-${this.#spares++}.seg`);
  }

  #create(bytes: number, large: boolean): Segment {
    const { fd, path } = this.#createFile(bytes);
    try {
      fillWithZeros(fd, bytes);
      return large ? new Segment("written", plainStaging(bytes), fd, path) : this.#stage(fd, path, bytes);
    } catch (error) {
      this.#abandon(fd, path, bytes);
      throw error;
    }
  }

  /** A file whose room is reserved and counted. */
  #createFile(bytes: number): { readonly fd: number; readonly path: string } {
    if (this.#bytes + bytes > this.#options.journalBytesMax) {
      this.#deleteDelivered();
      if (this.#bytes + bytes > this.#options.journalBytesMax) {
        throw new JournalCapReached("journal full");
      }
    }
    const path = this.#sparePath();
    const fd = openSync(path, "wx+", FILE_MODE);
    this.#bytes += bytes;
    try {
      if (this.#mapper !== undefined && process.platform === "linux") {
        this.#mapper.allocate(fd, bytes);
      }
    } catch (error) {
      this.#abandon(fd, path, bytes);
      throw error;
    }
    return { fd, path };
  }

  #abandon(fd: number, path: string, bytes: number): void {
    this.#bytes -= bytes;
    closeSync(fd);
    rmSync(path, { force: true });
  }

  /** Maps the file where that works; from the first time that it does not, all segments are written with write(2). */
  #stage(fd: number, path: string, bytes: number): Segment {
    const takeFree = (): Staging | undefined =>
      bytes === this.#options.segmentBytes ? this.#freeStagings.pop() : undefined;
    if (this.#maps) {
      const window = (takeFree() ?? this.#mapper!.reserve(bytes)) as Window;
      try {
        window.attach(fd);
        window.prefault();
        return new Segment("mapped", window, fd, path);
      } catch (error) {
        this.#maps = false;
        for (const free of [window, ...this.#freeStagings.splice(0)]) {
          this.#release(free);
        }
        this.#options.onUnmapped(error);
      }
    }
    return new Segment("written", takeFree() ?? plainStaging(bytes), fd, path);
  }

  /** The oldest delivered segment under a spare's name, if there is one of the usual size. */
  #recycle(): Segment | undefined {
    const { folder, segmentBytes } = this.#options;
    const delivered = this.#deliveredCount();
    const index = this.sealed.findIndex((sealed, at) => at < delivered && sealed.bytes === segmentBytes);
    if (index < 0) {
      return undefined;
    }
    const [sealed] = this.sealed.splice(index, 1);
    this.#deleteDelivered();
    const path = this.#sparePath();
    try {
      renameSync(segmentPath(folder, sealed!.number), path);
      return this.#stage(openSync(path, "r+"), path, segmentBytes);
    } catch {
      // A shipper deleted it first, or the folder is gone: then a new one is made, or fails with the reason.
      this.#bytes -= segmentBytes;
      return undefined;
    }
  }

  #deleteDelivered(): void {
    for (const sealed of this.sealed.splice(0, this.#deliveredCount())) {
      this.#delete(sealed);
    }
  }

  #deliveredCount(): number {
    if (this.sealed.length === 0) {
      return 0;
    }
    const { next } = readCursor(this.#options.folder);
    let count = 0;
    while (count < this.sealed.length && endSeq(this.sealed[count]!) <= next) {
      count++;
    }
    return count;
  }

  #delete(sealed: SealedSegment): void {
    this.#bytes -= sealed.bytes;
    try {
      unlinkSync(segmentPath(this.#options.folder, sealed.number));
    } catch {
      // Deleted by a shipper already.
    }
  }
}

function isWindow(staging: Staging): staging is Window {
  return "attach" in staging;
}
