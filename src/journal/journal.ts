/**
 * The writer's side of a journal. Its files and their format stand in `format.ts`. Where no journal is kept, the same segments
 * stand in RAM and wait for a store: see `shared-segments.ts`.
 *
 *     logger ─► segment.publish ─► (full?) roll ─► next segment
 *                                     │ cap reached: whenFull decides, drops are counted and later reported in the stream
 *                                     │ no file to be had: one segment in RAM, retried every second, then drops
 *
 * States: `safe` (records outlive the process), `ram` (they do not: until a file can be had again, or by request), `closed`.
 * Invariants: seqs have no holes: a record takes its seq when it is published, so what is dropped never had one.
 * Nothing here throws but the constructor's options check; whatever goes wrong is counted and told to `onTrouble`.
 */
import { type DropCause, Drops } from "./drops.js";
import { SegmentFiles } from "./files.js";
import { align8, FRAME_HEADER_BYTES, SEGMENT_HEADER_BYTES, TYPE_COUNT_WORD, TYPE_COUNTS } from "./format.js";
import type { JournalOptions } from "./options.js";
import { OwnFolder } from "./own-folder.js";
import { fullSegment, ramSegment, type Segment } from "./segment.js";
import { endSeq, JournalCapReached, type SealedSegment, type Segments } from "./segments.js";
import { SharedSegments, type WorkerLoss } from "./shared-segments.js";
import { causeOf, Troubles } from "./trouble.js";

/** How long to wait after a segment could not be had before trying again. */
const RETRY_MS = 1000;
/** The same when the cap was reached: a shipper frees room all the time, and looking costs a file read. */
const RETRY_FULL_MS = 20;
/** A folder that is deleted again during each attempt of a flush is more than bad luck. */
const FLUSH_ATTEMPTS_MAX = 3;
/** More than a drop report ever takes. */
const DROP_REPORT_BYTES_MAX = 4096;

export type { JournalOptions };

export class Journal {
  /** The segment being written. Read by the logger for every record. */
  segment: Segment;
  nextSeq = 0;
  readonly drops = new Drops();
  readonly #options: JournalOptions;
  /** Undefined without a journal, and so is `share` with one. */
  readonly #folder: OwnFolder | undefined;
  readonly share: SharedSegments | undefined;
  readonly #files: Segments;
  readonly #troubles: Troubles;
  readonly #stopKeepingAlive: (() => void) | undefined;
  #closed = false;
  #settled = false;
  #dirty = false;
  #cancelTick: (() => void) | undefined;
  #lastSyncMs: number;
  #retryAtMs = 0;
  #lastCause: DropCause = "journal unavailable";
  #reporting = false;
  #dropsUnsigned = false;

  constructor(options: JournalOptions) {
    this.#options = options;
    const { tell } = options;
    this.#folder = tell === undefined ? new OwnFolder(options, this.drops.totals) : undefined;
    this.#lastSyncMs = options.clock.now();
    this.#troubles = new Troubles(options, this.folder);
    if (tell === undefined) {
      this.#files = new SegmentFiles({
        folder: this.folder,
        segmentBytes: options.segmentBytes,
        journalBytesMax: options.journalBytesMax,
        mapping: options.mapping,
        onUnmapped: (error) => this.#troubles.unmapped(error),
        onUnsynced: (error) => this.#troubles.failed(error),
      });
    } else {
      this.share = new SharedSegments({ ...options, tell, onLoss: (loss) => this.#countLoss(loss) });
      this.#files = this.share;
    }
    this.segment = this.#open();
    this.#stopKeepingAlive = this.#folder?.keepAlive(() => this.#unsigned());
  }

  /** Empty without a journal. */
  get folder(): string {
    return this.#folder?.path ?? "";
  }

  /** `ram`: what is logged dies with the process, because no file can be had, or no journal is kept. */
  get state(): "safe" | "ram" | "closed" {
    if (this.#closed) return "closed";
    return this.segment.kind === "ram" || this.share !== undefined ? "ram" : "safe";
  }

  /** Bytes of its files, or of its segments in RAM. */
  get bytes(): number {
    return this.#files.bytes;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The largest line that can ever get room. */
  get lineBytesMax(): number {
    return Math.floor(this.#options.journalBytesMax / 2) - SEGMENT_HEADER_BYTES - FRAME_HEADER_BYTES;
  }

  /** Publishes the record whose line stands at the segment's position and ends before `end`. False when it was dropped. */
  publish(end: number, timestamp: number, typeCode: number, serviceBytes: number): boolean {
    try {
      this.segment.publish(end, timestamp, this.nextSeq, typeCode, serviceBytes);
    } catch (error) {
      this.#troubles.failed(error);
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
    this.drops.count(cause, typeCode, 1, this.#options.clock.now());
    this.#dropped();
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
    if (this.segment.position > this.segment.bytes.length / 2 && this.segment.kind !== "ram") {
      this.#files.prepareSoon(nowMs);
    }
  }

  /** Resolves when everything published so far is on the disk. Rejects with `DRAGONLOG_JOURNAL_UNAVAILABLE` when it is not. */
  async flush(): Promise<void> {
    try {
      if (!this.#closed) {
        await this.#flushOpen();
      }
      await this.#files.synced();
    } catch (error) {
      throw this.#troubles.unsafe(error);
    }
  }

  async #flushOpen(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      this.#mend(this.#options.clock.now());
      this.#reportAtOnce();
      const { segment } = this;
      if (segment.kind === "ram" && segment.records > 0) {
        throw new Error(this.#lastCause);
      }
      const error = await new Promise<Error | null>((resolve) => segment.sync(resolve));
      if (error === null) return;
      // Someone deleted the folder meanwhile: what the segment holds is in another file by now, or after the next mending.
      const moved = !this.#closed && (segment !== this.segment || segment.deleted());
      if (!moved || attempt === FLUSH_ATTEMPTS_MAX) throw error;
    }
  }

  /** Ends the journal in any case. What could not be made safe is told to `onTrouble`, and counted. */
  async close(): Promise<void> {
    await this.flush().catch((error: Error) => {
      // What stands in RAM still gets a last chance to be written.
      if (this.segment.kind !== "ram") this.#troubles.failed(error.cause);
    });
    this.closeNow();
  }

  /** Ends the journal without waiting for the disk; for `using` and process exit. */
  closeNow(): void {
    if (this.#closed) {
      return;
    }
    this.#reportAtOnce();
    this.#mend(Math.max(this.#retryAtMs, this.#options.clock.now()));
    this.#closed = true;
    this.#cancelTick?.();
    this.#stopKeepingAlive?.();
    const { segment } = this;
    // The window of the last segment may soon show another journal's file: nothing may be written to it from here on.
    this.segment = fullSegment();
    if (segment.kind === "ram") {
      this.#countRam(segment);
      return;
    }
    try {
      this.#folder?.sign(true);
      this.#files.close(segment);
    } catch (error) {
      this.#troubles.failed(error);
    }
  }

  /** Without a journal, once nobody brings records into the store any more: what it has not taken is lost, and counted. */
  settle(): void {
    if (this.#settled) {
      return;
    }
    this.#settled = true;
    const left = this.share?.left();
    const records = left?.countsByType.reduce((sum, count) => sum + count, 0) ?? 0;
    if (left === undefined || records === 0) {
      return;
    }
    this.drops.countSegment("not stored", left, left.firstSeq + records, this.#options.clock.now());
    this.#troubles.notStoredAtClose(records);
  }

  /** What stands in RAM, or in a file that someone deleted, goes into a file again, if that can be. */
  #mend(nowMs: number): void {
    if (this.segment.kind === "ram") {
      this.#restore(nowMs);
    } else if (this.segment.deleted()) {
      this.#recreate(nowMs);
    }
  }

  #open(): Segment {
    const now = this.#options.clock.now();
    try {
      this.#folder?.create();
      return this.#files.next(0, 0, now, 0);
    } catch (error) {
      this.#troubles.failed(error);
      this.#lastCause = causeOf(error);
      return this.#toRam(0, 0, now);
    }
  }

  #toRam(number: number, firstSeq: number, nowMs: number, bytes = this.#options.segmentBytes): Segment {
    const segment = ramSegment(bytes);
    segment.begin(number, firstSeq, nowMs);
    this.#retryAtMs = nowMs + RETRY_MS;
    this.#armTick();
    return segment;
  }

  #roll(nowMs: number, bytesMin: number): DropCause | undefined {
    if (this.#pauses(nowMs)) {
      return this.#lastCause;
    }
    const sealed = this.segment;
    try {
      this.segment = this.#nextFile(sealed.number + 1, nowMs, bytesMin);
    } catch (error) {
      this.#lastCause = causeOf(error);
      if (error instanceof JournalCapReached) {
        this.#retryAtMs = nowMs + RETRY_FULL_MS;
        this.#troubles.failed(error);
        return this.#lastCause;
      }
      if (sealed.deleted()) {
        return this.#recreate(nowMs) ? undefined : this.#lastCause;
      }
      this.#troubles.failed(error);
      this.segment = this.#toRam(sealed.number + 1, this.nextSeq, nowMs);
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
        this.#troubles.failed(error);
        this.#countSegment(causeOf(error), oldest);
      }
    }
  }

  /** Trouble was met a moment ago. A time further ahead than any pause is that of a clock that was set back since. */
  #pauses(nowMs: number): boolean {
    return nowMs < this.#retryAtMs && this.#retryAtMs <= nowMs + RETRY_MS;
  }

  /** Brings what stands in RAM into a file. Undefined, or why that does not go yet. */
  #restore(nowMs: number): DropCause | undefined {
    if (this.#pauses(nowMs)) {
      return this.#lastCause;
    }
    try {
      this.#folder?.create();
      this.#moveTo(this.#nextFor(this.segment, nowMs));
    } catch (error) {
      this.#lastCause = causeOf(error);
      this.#retryAtMs = nowMs + RETRY_MS;
      return this.#lastCause;
    }
    return undefined;
  }

  /** The folder was deleted under the journal. What the active segment holds is still in memory and goes into a new one. */
  #recreate(nowMs: number): boolean {
    for (const lost of this.#files.forget()) {
      this.#countSegment("journal deleted", lost);
    }
    this.#troubles.deleted();
    const orphan = this.segment;
    try {
      this.#folder?.create();
      this.#moveTo(this.#nextFor(orphan, nowMs));
    } catch (error) {
      this.#troubles.failed(error);
      this.#lastCause = causeOf(error);
      this.#moveTo(this.#toRam(orphan.number, orphan.firstSeq, nowMs, orphan.bytes.length));
    }
    this.#files.discard(orphan);
    return this.segment.kind !== "ram";
  }

  /** A file for the same segment of the journal. */
  #nextFor({ number, firstSeq, bytes }: Segment, nowMs: number): Segment {
    return this.#files.next(number, firstSeq, nowMs, bytes.length);
  }

  #moveTo(segment: Segment): void {
    segment.copyFrom(this.segment);
    this.segment = segment;
    this.#becomeDirty();
    this.#report();
  }

  /** Someone deleted `writer.json`, or the whole folder. */
  #unsigned(): void {
    this.#mend(this.#options.clock.now());
    this.#signQuietly();
  }

  #becomeDirty(): void {
    this.#dirty = true;
    this.#armTick();
  }

  #armTick(): void {
    if (this.#closed) {
      return;
    }
    this.#cancelTick ??= this.#options.clock.after(this.#options.syncMs, () => {
      this.#cancelTick = undefined;
      this.#onTick();
    });
  }

  #onTick(): void {
    const now = this.#options.clock.now();
    this.#mend(now);
    if (this.drops.pending) {
      this.#reportWhenRoom(now);
    }
    if (this.#options.aside?.tick() || this.#dropsUnsigned) {
      this.#signQuietly();
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
    const { segment } = this;
    segment.sync((error) => {
      if (error !== null && segment === this.segment) {
        this.#troubles.failed(error);
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

  /** For whom there may be no next tick. Records that are not delivered do not give way for it. */
  #reportAtOnce(): void {
    if (this.drops.pending && this.#options.whenFull === "drop-newest") {
      this.#reportWhenRoom(Math.max(this.#retryAtMs, this.#options.clock.now()));
    } else {
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
  #countRam({ words, records, firstSeq }: Segment): void {
    const countsByType = words.subarray(TYPE_COUNT_WORD, TYPE_COUNT_WORD + TYPE_COUNTS);
    const now = this.#options.clock.now();
    this.drops.countSegment(this.#lastCause, { countsByType, firstSeq }, firstSeq + records, now);
    this.#dropped();
    if (records > 0) {
      this.#troubles.lostAtClose(records);
    }
  }

  #countLoss(loss: WorkerLoss): void {
    this.drops.countSegment(
      loss.cause,
      { countsByType: loss.countsByType, firstSeq: loss.from },
      loss.to + 1,
      this.#options.clock.now(),
    );
    this.#dropped();
  }

  #countSegment(cause: DropCause, segment: SealedSegment): void {
    this.drops.countSegment(cause, segment, endSeq(segment), this.#options.clock.now());
    this.drops.deliveredBelow(segment.firstSeq);
    this.drops.droppedBelow(endSeq(segment));
    this.#dropped();
  }

  #dropped(): void {
    this.#dropsUnsigned = true;
    this.#armTick();
  }

  /** The folder's signature tells of drops, also those that find no room in the stream. */
  #signQuietly(): void {
    if (this.segment.kind === "ram") {
      return;
    }
    try {
      this.#folder?.sign(false);
      this.#dropsUnsigned = false;
    } catch (error) {
      this.#troubles.failed(error);
    }
  }
}
