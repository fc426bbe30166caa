/**
 * The writer's side of a journal. Its files and their format stand in `format.ts`.
 *
 *     logger ─► segment.publish ─► (full?) roll ─► next segment
 *                                     │ cap reached: whenFull decides, drops are counted and later reported in the stream
 *                                     │ no file to be had: one segment in RAM, retried every second, then drops
 *
 * States: `safe` (records outlive the process), `ram` (they do not, until a file can be had again), `closed`.
 * Invariants: seqs have no holes: a record takes its seq when it is published, so what is dropped never had one.
 * Nothing here throws but the constructor's options check; whatever goes wrong is counted and told to `onTrouble`.
 */
import { join } from "node:path";
import type { Clock } from "../system/clock.js";
import { DragonlogError, messageOf } from "../system/errors.js";
import { ownIdentity } from "../system/process.js";
import { type DropCause, type DropReport, Drops } from "./drops.js";
import { endSeq, JournalCapReached, type SealedSegment, SegmentFiles } from "./files.js";
import {
  createFolder,
  touchWriterInfo,
  WRITER_HEARTBEAT_MS,
  type WriterInfo,
  writeWriterInfo,
} from "./folder.js";
import { align8, FRAME_HEADER_BYTES, SEGMENT_HEADER_BYTES, TYPE_COUNT_WORD, TYPE_COUNTS } from "./format.js";
import { Lease } from "./lease.js";
import type { Segment } from "./segment.js";

/** How long to wait after a segment could not be had before trying again. */
const RETRY_MS = 1000;
/** The same when the cap was reached: a shipper frees room all the time, and looking costs a file read. */
const RETRY_FULL_MS = 20;
/** The same trouble is told at most this often; the counts go on. */
const TELL_INTERVAL_MS = 60_000;
/** More than a drop report ever takes. */
const DROP_REPORT_BYTES_MAX = 4096;

export interface JournalOptions {
  /** The folder that holds all journals. */
  readonly root: string;
  readonly writer: string;
  readonly service: string;
  readonly segmentBytes: number;
  readonly journalBytesMax: number;
  readonly whenFull: "drop-newest" | "drop-oldest";
  readonly syncMs: number;
  readonly mapping: "auto" | "off";
  /** See `WriterInfo`. */
  readonly shipper: string;
  /** Reserves the lease for this holder before any shipper can see the journal. */
  readonly leaseHolder?: string;
  readonly clock: Clock;
  readonly onTrouble: (error: DragonlogError) => void;
  /** Writes a drop report into the stream; false when there is no room. */
  readonly reportDrops: (report: DropReport) => boolean;
}

export class Journal {
  /** The segment being written. Read by the logger for every record. */
  segment: Segment;
  nextSeq = 0;
  readonly folder: string;
  readonly drops = new Drops();
  readonly #options: JournalOptions;
  readonly #files: SegmentFiles;
  readonly #createdAt: number;
  #closed = false;
  #dirty = false;
  #cancelTick: (() => void) | undefined;
  #cancelBeat: (() => void) | undefined;
  #lastSyncMs: number;
  #retryAtMs = 0;
  #lastCause: DropCause = "journal unavailable";
  #preparing = false;
  #prepareAtMs = 0;
  #reporting = false;
  #infoDirty = false;
  readonly #toldAtMs = new Map<string, number>();

  constructor(options: JournalOptions) {
    this.#options = options;
    this.folder = join(options.root, options.writer);
    this.#createdAt = options.clock.now();
    this.#lastSyncMs = this.#createdAt;
    this.#files = new SegmentFiles({
      folder: this.folder,
      segmentBytes: options.segmentBytes,
      journalBytesMax: options.journalBytesMax,
      mapping: options.mapping,
      onUnmapped: (error) =>
        this.#tell(
          "DRAGONLOG_JOURNAL_DEGRADED",
          `Files in ${this.folder} cannot be mapped into memory; the journal is written with write(2), which is slower and as safe.`,
          "Install koffi for this platform, or put the journal on a local file system.",
          error,
        ),
    });
    this.segment = this.#open();
    this.#beat();
  }

  /** `ram` while no file can be had: what is logged then dies with the process. */
  get state(): "safe" | "ram" | "closed" {
    return this.#closed ? "closed" : this.segment.kind === "ram" ? "ram" : "safe";
  }

  /** Bytes of its files. */
  get bytes(): number {
    return this.#files.bytes;
  }

  /** The largest line that can ever get room. */
  get lineBytesMax(): number {
    return Math.floor(this.#options.journalBytesMax / 2) - SEGMENT_HEADER_BYTES - FRAME_HEADER_BYTES;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Publishes the record whose line stands at the segment's position and ends before `end`. False when it was dropped. */
  publish(end: number, timestamp: number, typeCode: number, serviceBytes: number): boolean {
    try {
      this.segment.publish(end, timestamp, this.nextSeq, typeCode, serviceBytes);
    } catch (error) {
      this.#failed(error);
      this.drop(causeOf(error), typeCode);
      return false;
    }
    this.nextSeq++;
    if (!this.#dirty) {
      this.#becomeDirty();
    }
    return true;
  }

  drop(cause: DropCause, typeCode: number): void {
    this.#countDrops(cause, typeCode, 1);
  }

  /** Moves on to a segment with room for a line of `lineBytes`. Undefined, or why there is none. */
  makeRoom(lineBytes: number): DropCause | undefined {
    if (this.#closed) {
      return "closed";
    }
    const now = this.#options.clock.now();
    const bytes = SEGMENT_HEADER_BYTES + align8(FRAME_HEADER_BYTES + lineBytes);
    const failed = this.segment.kind === "ram" ? this.#restore(now) : this.#roll(now, bytes);
    if (
      failed === undefined &&
      this.segment.bytes.length - this.segment.position < bytes - SEGMENT_HEADER_BYTES
    ) {
      return this.segment.kind === "ram" ? this.#lastCause : this.#roll(now, bytes);
    }
    return failed;
  }

  /** To be called about once a millisecond of logging: time-driven work that must not wait for a blocked event loop. */
  tick(nowMs: number): void {
    if (this.#dirty && nowMs - this.#lastSyncMs >= this.#options.syncMs) {
      this.#sync(nowMs);
    }
    if (
      !this.#preparing &&
      !this.#files.hasSpare &&
      nowMs >= this.#prepareAtMs &&
      this.segment.position > this.segment.bytes.length / 2
    ) {
      this.#preparing = true;
      setImmediate(() => this.#prepare());
    }
  }

  /** Resolves when everything published so far is on the disk. */
  async flush(): Promise<void> {
    if (this.segment.kind === "ram") {
      this.#restore(this.#options.clock.now());
    }
    this.#report();
    const segment = this.segment;
    await Promise.all([
      this.#files.synced(),
      this.#closed ? undefined : new Promise<void>((resolve) => segment.sync(() => resolve())),
    ]);
  }

  async close(): Promise<void> {
    if (this.#closed) {
      return;
    }
    await this.flush();
    this.closeNow();
  }

  /** Ends the journal without waiting for the disk; for `using` and process exit. */
  closeNow(): void {
    if (this.#closed) {
      return;
    }
    this.#report();
    if (this.segment.kind === "ram") {
      this.#restore(this.#retryAtMs);
    }
    this.#closed = true;
    this.#cancelTick?.();
    this.#cancelBeat?.();
    if (this.segment.kind === "ram") {
      this.#countRam();
      return;
    }
    try {
      this.#writeInfo();
      this.#files.close(this.segment);
      this.segment.close();
    } catch (error) {
      this.#failed(error);
    }
  }

  #open(): Segment {
    const now = this.#options.clock.now();
    try {
      this.#createFolder();
      const segment = this.#files.next(0, 0, now, 0);
      this.#writeInfo();
      return segment;
    } catch (error) {
      this.#failed(error);
      return this.#toRam(0, now);
    }
  }

  #createFolder(): void {
    createFolder(this.folder);
    if (this.#options.leaseHolder !== undefined) {
      Lease.acquire(this.folder, this.#options.clock.now(), this.#options.leaseHolder);
    }
  }

  #toRam(number: number, nowMs: number): Segment {
    const segment = this.#files.ramSegment();
    segment.begin(number, this.nextSeq, nowMs);
    this.#retryAtMs = nowMs + RETRY_MS;
    this.#armTick();
    return segment;
  }

  #roll(nowMs: number, bytesMin: number): DropCause | undefined {
    if (nowMs < this.#retryAtMs) {
      return this.#lastCause;
    }
    const sealed = this.segment;
    try {
      this.segment = this.#nextFile(sealed.number + 1, nowMs, bytesMin);
    } catch (error) {
      this.#lastCause = causeOf(error);
      if (error instanceof JournalCapReached) {
        this.#retryAtMs = nowMs + RETRY_FULL_MS;
        this.#failed(error);
        return this.#lastCause;
      }
      if (sealed.deleted()) {
        return this.#recreate(nowMs) ? undefined : this.#lastCause;
      }
      this.#failed(error);
      this.segment = this.#toRam(sealed.number + 1, nowMs);
    }
    this.#files.seal(sealed);
    this.#report();
    return undefined;
  }

  #nextFile(number: number, nowMs: number, bytesMin: number): Segment {
    for (;;) {
      try {
        return this.#files.next(number, this.nextSeq, nowMs, bytesMin);
      } catch (error) {
        const oldest =
          error instanceof JournalCapReached && this.#options.whenFull === "drop-oldest"
            ? this.#files.deleteOldest()
            : undefined;
        if (oldest === undefined) {
          throw error;
        }
        this.#failed(error);
        this.#countSegment("journal full", oldest);
      }
    }
  }

  /** Brings what stands in RAM into a file. Undefined, or why that does not go yet. */
  #restore(nowMs: number): DropCause | undefined {
    if (nowMs < this.#retryAtMs) {
      return this.#lastCause;
    }
    const ram = this.segment;
    try {
      this.#createFolder();
      const segment = this.#files.next(ram.number, ram.firstSeq, nowMs, 0);
      segment.copyFrom(ram);
      this.segment = segment;
      this.#dirty = true;
      this.#writeInfo();
    } catch (error) {
      this.#lastCause = causeOf(error);
      this.#retryAtMs = nowMs + RETRY_MS;
      return this.#lastCause;
    }
    this.#report();
    return undefined;
  }

  /** The folder was deleted under the journal. What the active segment holds is still in memory and goes into a new one. */
  #recreate(nowMs: number): boolean {
    for (const lost of this.#files.forget()) {
      this.#countSegment("journal deleted", lost);
    }
    this.#tell(
      "DRAGONLOG_JOURNAL_DEGRADED",
      `The journal ${this.folder} was deleted while it was in use; it is made anew and goes on.`,
      "Delete journals only through dragonlog, or after their process has ended.",
    );
    const orphan = this.segment;
    try {
      this.#createFolder();
      const segment = this.#files.next(orphan.number, orphan.firstSeq, nowMs, orphan.bytes.length);
      segment.copyFrom(orphan);
      this.segment = segment;
      orphan.close();
      this.#writeInfo();
      this.#report();
      return true;
    } catch (error) {
      this.#failed(error);
      const ram = this.#toRam(orphan.number, nowMs);
      ram.copyFrom(orphan);
      this.segment = ram;
      return false;
    }
  }

  #beat(): void {
    this.#cancelBeat = this.#options.clock.after(WRITER_HEARTBEAT_MS, () => {
      try {
        touchWriterInfo(this.folder, this.#options.clock.now());
      } catch {
        // The folder is gone or refuses: the tick deals with it as soon as something is logged.
      }
      this.#beat();
    });
  }

  #prepare(): void {
    this.#preparing = false;
    if (this.#closed || this.segment.kind === "ram") {
      return;
    }
    try {
      this.#files.prepare();
    } catch {
      // There is no room now; the roll tries again when it needs it, and says what is wrong.
      this.#prepareAtMs = this.#options.clock.now() + RETRY_FULL_MS;
    }
  }

  #becomeDirty(): void {
    this.#dirty = true;
    this.#armTick();
  }

  #armTick(): void {
    this.#cancelTick ??= this.#options.clock.after(this.#options.syncMs, () => {
      this.#cancelTick = undefined;
      this.#onTick();
    });
  }

  #onTick(): void {
    if (this.#closed) {
      return;
    }
    const now = this.#options.clock.now();
    if (this.segment.kind === "ram") {
      this.#restore(now);
    } else if (this.segment.deleted()) {
      this.#recreate(now);
    }
    if (this.drops.pending) {
      this.#reportWhenRoom(now);
    }
    if (this.#infoDirty) {
      this.#writeInfoQuietly();
    }
    if (this.#dirty) {
      this.#sync(now);
    }
    if (this.segment.kind === "ram" || this.drops.pending) {
      this.#armTick();
    }
  }

  #sync(nowMs: number): void {
    this.#dirty = false;
    this.#lastSyncMs = nowMs;
    this.segment.sync((error) => {
      if (error !== null && !this.#closed) {
        this.#failed(error);
        this.#becomeDirty();
      }
    });
  }

  /** A full journal gets room when a shipper delivers, even if the application is silent by then. */
  #reportWhenRoom(nowMs: number): void {
    const room = this.segment.bytes.length - this.segment.position;
    if (room > DROP_REPORT_BYTES_MAX || this.#roll(nowMs, 0) === undefined) {
      this.#report();
    }
  }

  #report(): void {
    if (this.#reporting || this.#closed || !this.drops.pending) {
      return;
    }
    this.#reporting = true;
    this.drops.deliveredBelow(this.#files.sealed[0]?.firstSeq ?? this.segment.firstSeq);
    this.drops.report(() => this.nextSeq, this.#options.reportDrops);
    this.#reporting = false;
  }

  /** What stood in RAM dies with this journal. */
  #countRam(): void {
    this.segment.words
      .subarray(TYPE_COUNT_WORD, TYPE_COUNT_WORD + TYPE_COUNTS)
      .forEach((records, code) => this.#countDrops(this.#lastCause, code, records));
    this.#tell(
      "DRAGONLOG_JOURNAL_UNAVAILABLE",
      `${this.segment.records} records were lost at close: the journal ${this.folder} could not be written.`,
      "Make room or grant access to the folder, or name another one with journalDir.",
    );
  }

  #countSegment(cause: DropCause, segment: SealedSegment): void {
    segment.countsByType.forEach((records, code) => this.#countDrops(cause, code, records));
    this.drops.droppedBelow(endSeq(segment));
  }

  #countDrops(cause: DropCause, typeCode: number, records: number): void {
    this.drops.count(cause, typeCode, records, this.#options.clock.now());
    this.#infoDirty = true;
    if (!this.#closed) {
      this.#armTick();
    }
  }

  #writeInfo(): void {
    const { writer, service, shipper } = this.#options;
    this.#infoDirty = false;
    const info: WriterInfo = {
      version: 1,
      writer,
      service,
      host: ownIdentity().host,
      process: ownIdentity(),
      createdAt: this.#createdAt,
      shipper,
      dropped: this.drops.totals,
      closed: this.#closed,
    };
    writeWriterInfo(this.folder, info);
  }

  #writeInfoQuietly(): void {
    try {
      this.#writeInfo();
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (error instanceof JournalCapReached) {
      this.#tell(
        "DRAGONLOG_JOURNAL_FULL",
        `The journal ${this.folder} has reached its cap of ${this.#options.journalBytesMax} bytes; records are dropped (${this.#options.whenFull}) and counted.`,
        "Start a shipper (`dragonlog ship`), or raise journalBytesMax.",
      );
    } else {
      this.#tell(
        "DRAGONLOG_JOURNAL_UNAVAILABLE",
        `The journal ${this.folder} cannot be written (${messageOf(error)}); records wait in memory, bounded, and are not safe from a crash.`,
        "Make room or grant access to the folder, or name another one with journalDir.",
        error,
      );
    }
  }

  #tell(code: DragonlogError["code"], message: string, hint: string, cause?: unknown): void {
    const now = this.#options.clock.now();
    if (now - (this.#toldAtMs.get(message) ?? Number.NEGATIVE_INFINITY) >= TELL_INTERVAL_MS) {
      this.#toldAtMs.set(message, now);
      this.#options.onTrouble(new DragonlogError(code, message, hint, cause));
    }
  }
}

function causeOf(error: unknown): DropCause {
  if (error instanceof JournalCapReached) {
    return "journal full";
  }
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === "ENOSPC" || code === "EDQUOT" ? "disk full" : "journal unavailable";
}
