/**
 * Reads one journal beside its shipper, who may delete any segment that is delivered, and its writer, who may use such a
 * segment again while it is being read here.
 *
 *     following ──the writer is dead and all is read──► ended
 *               └─the folder is gone──────────────────► gone: a living writer makes it anew, and goes on with its seqs
 *
 * What is read is believed when it cannot be anything else: records that follow on one another by seq, each under its
 * checksum. Where some seem to be missing, the file may have become another segment meanwhile. So only what was read from a
 * file that is still the same one counts; otherwise the reader begins again where it was, and finds what is left.
 *
 * While nothing comes, a look costs three system calls: the next segment is there or not, this one still is or not, and its header
 * says how far it is published.
 *
 * Invariant: seqs rise; each from `nextSeq` at the beginning on was given out, counted as missed, or comes yet.
 */
import { readSync, statSync } from "node:fs";
import { CursorView } from "../../journal/cursor.js";
import { readWriterInfo, segmentPath, type WriterInfo } from "../../journal/folder.js";
import { COMMIT_WORD, NUMBER_DOUBLE } from "../../journal/format.js";
import { type Gap, JournalReader } from "../../journal/reader.js";
import type { StoredRecord } from "../../record/stored-record.js";
import type { Clock } from "../../system/clock.js";
import { livenessOf } from "../../system/process.js";
import { Changes } from "./changes.js";
import type { JournalPlace } from "./start-seq.js";

/** A file that becomes another segment that often while it is read is read at the next look. */
const ATTEMPTS_MAX = 3;
/** How often it is looked whether a silent journal is still in its place, and how often whether its writer lives. */
const IN_PLACE_LOOK_MS = 1000;
const WRITER_LOOK_MS = 5000;
/** After an error of the file system. */
const RETRY_MS = 1000;
/** After so many one after another a journal whose writer is dead is given up: others wait for its place. */
const FAILURES_MAX = 10;

/** The part of a header that tells whether there is more. */
const LOOK_BYTES = (COMMIT_WORD + 1) * 4;
const lookMemory = new ArrayBuffer(Math.ceil(LOOK_BYTES / 8) * 8);
const lookBytes = new Uint8Array(lookMemory, 0, LOOK_BYTES);
const lookWords = new Uint32Array(lookMemory);
const lookDoubles = new Float64Array(lookMemory);

/** The writer will not write again; in doubt it may. */
export function isSurelyDead(info: WriterInfo | undefined): boolean {
  return info !== undefined && (info.closed || livenessOf(info.process) === "dead");
}

export interface FollowedJournalOptions extends JournalPlace {
  readonly fromSeq: number;
  readonly writerDead: boolean;
  readonly clock: Clock;
}

export class FollowedJournal {
  readonly #options: FollowedJournalOptions;
  readonly #changes: Changes;
  #reader: JournalReader;
  /** Undefined where nobody has shipped the journal yet. */
  #cursor: CursorView | undefined;
  #state: "following" | "ended" | "gone" = "following";
  #writerDead: boolean;
  #nextSeq: number;
  #missed = 0;
  /** Records that the read which is going on did not find. */
  #lacking = 0;
  #inPlaceLookMs: number;
  #writerLookMs: number;
  #retryMs = 0;
  #failures = 0;

  constructor(options: FollowedJournalOptions) {
    const now = options.clock.elapsed();
    this.#options = options;
    this.#changes = new Changes(options.folder, options.clock);
    this.#writerDead = options.writerDead;
    this.#nextSeq = options.fromSeq;
    this.#inPlaceLookMs = now + IN_PLACE_LOOK_MS;
    this.#writerLookMs = now + WRITER_LOOK_MS;
    this.#reader = this.#open();
    this.#holdCursor();
  }

  get state(): "following" | "ended" | "gone" {
    return this.#state;
  }

  get nextSeq(): number {
    return this.#nextSeq;
  }

  /** The next records, at most about `bytesMax` bytes but at least one; none when there is nothing further now. */
  read(bytesMax: number): readonly StoredRecord[] {
    if (this.#state !== "following" || this.#options.clock.elapsed() < this.#retryMs) {
      return [];
    }
    try {
      const records = this.#read(bytesMax);
      this.#failures = 0;
      return records;
    } catch (error) {
      this.#failed(error as NodeJS.ErrnoException);
      return [];
    }
  }

  /** Records that were missed since the last call. */
  takeMissed(): number {
    const missed = this.#missed;
    this.#missed = 0;
    return missed;
  }

  close(): void {
    this.#reader.close();
    this.#cursor?.close();
    this.#cursor = undefined;
  }

  #open(): JournalReader {
    const { folder, writer, restarted } = this.#options;
    const onGap = ({ from, to }: Gap): void => {
      this.#lacking += Math.max(0, to - from + 1);
    };
    return new JournalReader({ folder, writer, restarted, fromSeq: this.#nextSeq, onGap });
  }

  #openAgain(): void {
    this.#reader.close();
    this.#reader = this.#open();
    this.#holdCursor();
  }

  /** To be held before the journal is removed: afterwards nothing else says how far it was delivered. */
  #holdCursor(): void {
    try {
      const cursor = new CursorView(this.#options.folder);
      this.#cursor?.close();
      this.#cursor = cursor;
    } catch {
      // Nobody has claimed it yet, it is gone, or it is not to be read by this user.
    }
  }

  /** What was delivered of a journal and not read before it was removed, whose segments go first. */
  #countRemoved(): void {
    try {
      const next = this.#cursor?.read().next ?? 0;
      this.#missed += Math.max(0, next - this.#nextSeq);
      this.#nextSeq = Math.max(next, this.#nextSeq);
    } catch {
      // A disk that does not tell.
    }
  }

  #read(bytesMax: number): readonly StoredRecord[] {
    for (let attempt = 1; attempt <= ATTEMPTS_MAX && this.#mayHaveMore(); attempt++) {
      this.#lacking = 0;
      const records = this.#reader.read(bytesMax, this.#writerDead);
      if (this.#lacking === 0 || this.#isSameFile()) {
        this.#missed += this.#lacking;
        this.#nextSeq = this.#reader.nextSeq;
        if (records.length > 0 && this.#cursor === undefined) {
          this.#holdCursor();
        } else if (records.length === 0 && this.#writerDead) {
          this.#end("ended");
        }
        return records;
      }
      this.#openAgain();
    }
    return [];
  }

  #mayHaveMore(): boolean {
    const { place } = this.#reader;
    if (place === undefined) {
      // A read that failed has used up the look that led to it.
      return this.#writerDead || this.#failures > 0 || this.#changes.changed();
    }
    const { file, position } = place;
    // In this order: a segment whose successor is there, or that is gone, is not written to any more.
    const isFollowed = this.#isThere(file.number + 1);
    const isThere = isFollowed || this.#isThere(file.number);
    const isWhole = readSync(file.fd, lookBytes, 0, LOOK_BYTES, 0) === LOOK_BYTES;
    const isOther = !isWhole || lookDoubles[NUMBER_DOUBLE] !== file.number;
    if (isFollowed || isOther || lookWords[COMMIT_WORD]! * 8 > position) {
      return true;
    }
    // One that is gone was delivered, and if its successor was too, there are later ones.
    return !isThere || this.#lookAround();
  }

  #isThere(segment: number): boolean {
    return statSync(segmentPath(this.#options.folder, segment), { throwIfNoEntry: false }) !== undefined;
  }

  /** Now and then, while nothing comes. True when that changes what there is to read. */
  #lookAround(): boolean {
    const now = this.#options.clock.elapsed();
    if (this.#writerDead) {
      return true;
    }
    if (now >= this.#writerLookMs) {
      this.#writerLookMs = now + WRITER_LOOK_MS;
      this.#writerDead = isSurelyDead(readWriterInfo(this.#options.folder));
      return this.#writerDead;
    }
    if (now >= this.#inPlaceLookMs) {
      this.#inPlaceLookMs = now + IN_PLACE_LOOK_MS;
      // Someone deleted the journal: the writer keeps what it has, and puts it into another file of that name.
      if (this.#reader.place?.file.isInPlace() === false) {
        this.#openAgain();
        return true;
      }
    }
    return false;
  }

  /** What was read last came from a segment that is still what it was, and so was then: names go before contents. */
  #isSameFile(): boolean {
    const file = this.#reader.place?.file;
    return file === undefined || file.header() !== undefined || file.isInPlace();
  }

  /** Throws what is no error of the file system. */
  #failed(error: NodeJS.ErrnoException): void {
    const { code, syscall } = error;
    if (syscall === undefined) {
      throw error;
    }
    const isThere = code !== "ENOENT" && code !== "ENOTDIR";
    this.#failures += 1;
    if (isThere && !(this.#writerDead && this.#failures >= FAILURES_MAX)) {
      this.#openAgain();
      this.#retryMs = this.#options.clock.elapsed() + RETRY_MS;
    } else {
      this.#end(isThere ? "ended" : "gone");
    }
  }

  #end(state: "ended" | "gone"): void {
    this.#state = state;
    this.#countRemoved();
    this.close();
  }
}
