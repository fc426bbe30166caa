/**
 * One segment that is being written. Its format stands in `format.ts`.
 *
 * The same code fills all kinds; they differ in what makes the bytes outlive the process:
 *
 *     mapped   the bytes are the file's own pages: nothing more to do
 *     written  the bytes are staged in memory, and publishing writes them to the file with pwrite(2): slower, as safe
 *     shared   there is no file, as was asked for: another thread of this process reads the bytes where they stand
 *     ram      there is no file (the folder cannot be used): lost with the process, and counted as such
 */
import { closeSync, fdatasync, fstatSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { syncFolder } from "../system/folders.js";
import type { Window } from "../system/mapping.js";
import {
  align8,
  COMMIT_WORD,
  COUNT_WORD,
  CREATED_DOUBLE,
  FIRST_SEQ_DOUBLE,
  FORMAT_VERSION,
  FRAME_HEADER_BYTES,
  frameChecksum,
  HEADER_CHECKSUM_WORD,
  headerChecksum,
  MAGIC,
  NUMBER_DOUBLE,
  PAGES_WORD,
  SEGMENT_HEADER_BYTES,
  TYPE_COUNT_WORD,
  TYPE_COUNTS,
  VERSION_WORD,
} from "./format.js";

/** Where a segment's bytes are built: a window over a file, or plain memory. */
export type Staging = Pick<Window, "bytes" | "words" | "doubles" | "view">;

export function plainStaging(bytes: number): Staging {
  return stagingIn(new ArrayBuffer(bytes));
}

export function stagingIn(memory: ArrayBuffer | SharedArrayBuffer): Staging {
  return {
    bytes: Buffer.from(memory),
    words: new Int32Array(memory),
    doubles: new Float64Array(memory),
    view: new DataView(memory),
  };
}

/** The part of a segment's header that is in use. */
const LIVE_HEADER_BYTES = (HEADER_CHECKSUM_WORD + 1) * 4;

export class Segment {
  readonly bytes: Buffer;
  readonly words: Int32Array;
  readonly doubles: Float64Array;
  readonly view: DataView;
  /** Where the next frame begins. */
  position = SEGMENT_HEADER_BYTES;
  number = 0;
  firstSeq = 0;
  /** The name under which the file stands on the disk for sure. */
  #durablePath = "";
  #file: "open" | "unwanted" | "closed" = "open";
  /** How many are on their way. */
  #syncs = 0;

  constructor(
    readonly kind: "mapped" | "written" | "shared" | "ram",
    readonly staging: Staging | Window,
    /** The open file; -1 for none. */
    readonly fd: number,
    public path: string,
  ) {
    this.bytes = staging.bytes;
    this.words = staging.words;
    this.doubles = staging.doubles;
    this.view = staging.view;
  }

  get records(): number {
    return this.words[COUNT_WORD]!;
  }

  /** Makes it segment `number`, empty. */
  begin(number: number, firstSeq: number, nowMs: number): void {
    this.number = number;
    this.firstSeq = firstSeq;
    this.position = SEGMENT_HEADER_BYTES;
    Atomics.store(this.words, COMMIT_WORD, SEGMENT_HEADER_BYTES / 8);
    this.words.fill(0, COUNT_WORD, LIVE_HEADER_BYTES / 4);
    this.bytes.write(MAGIC, 0, "latin1");
    this.words[VERSION_WORD] = FORMAT_VERSION;
    this.words[PAGES_WORD] = this.bytes.length / SEGMENT_HEADER_BYTES;
    this.doubles[NUMBER_DOUBLE] = number;
    this.doubles[FIRST_SEQ_DOUBLE] = firstSeq;
    this.doubles[CREATED_DOUBLE] = nowMs;
    this.words[HEADER_CHECKSUM_WORD] = headerChecksum(this.words);
    if (this.kind === "written") {
      writeSync(this.fd, this.bytes, 0, SEGMENT_HEADER_BYTES, 0);
    }
  }

  /** Completes and publishes the frame at `position`, whose line ends before `end`. The record is safe when this returns. */
  publish(end: number, timestamp: number, seq: number, typeCode: number, serviceBytes: number): void {
    const { words, doubles, position } = this;
    const next = align8(end);
    for (let i = end; i < next; i++) {
      this.bytes[i] = 0;
    }
    const word = position >> 2;
    words[word] = end - position - FRAME_HEADER_BYTES;
    doubles[(position >> 3) + 1] = timestamp;
    doubles[(position >> 3) + 2] = seq;
    words[word + 6] = typeCode;
    words[word + 7] = serviceBytes;
    words[word + 1] = frameChecksum(words, word, next >> 2);
    if (this.kind === "written") {
      this.#writeThrough(position, next, typeCode);
    } else {
      // The count comes last: a process that dies in between leaves a record that is not counted, not one that is missed.
      Atomics.store(words, COMMIT_WORD, next >> 3);
      this.#count(typeCode, 1);
    }
    this.position = next;
  }

  #count(typeCode: number, records: 1 | -1): void {
    this.words[COUNT_WORD]! += records;
    this.words[TYPE_COUNT_WORD + typeCode]! += records;
  }

  /** The count goes to the file in one write with COMMIT. */
  #writeThrough(from: number, to: number, typeCode: number): void {
    this.#count(typeCode, 1);
    try {
      this.#writeFile(from, to);
    } catch (error) {
      this.words[COMMIT_WORD] = from >> 3;
      this.#count(typeCode, -1);
      throw error;
    }
  }

  /** The frames first, then the header with COMMIT: a reader that sees COMMIT sees the frames. */
  #writeFile(from: number, to: number): void {
    writeSync(this.fd, this.bytes, from, to - from, from);
    this.words[COMMIT_WORD] = to >> 3;
    writeSync(this.fd, this.bytes, 0, LIVE_HEADER_BYTES, 0);
  }

  /** Takes over the frames of `other`, which is the same segment of the journal in another place; COMMIT comes last. */
  copyFrom(other: Segment): void {
    const { words } = this;
    const end = other.position;
    this.bytes.set(other.bytes.subarray(SEGMENT_HEADER_BYTES, end), SEGMENT_HEADER_BYTES);
    words.set(other.words.subarray(COUNT_WORD, TYPE_COUNT_WORD + TYPE_COUNTS), COUNT_WORD);
    if (this.kind === "written") {
      this.#writeFile(SEGMENT_HEADER_BYTES, end);
    }
    this.position = end;
    Atomics.store(words, COMMIT_WORD, end >> 3);
  }

  /** True when someone deleted the file under the journal. */
  deleted(): boolean {
    return this.fd >= 0 && fstatSync(this.fd).nlink === 0;
  }

  /**
   * Writes everything published so far to the disk; pages that were dirtied through a map are part of the file. The first
   * time also the file's name: after a power cut, a segment that still had its old name would not be found.
   */
  sync(whenDone: (error: Error | null) => void): void {
    if (this.fd < 0) {
      whenDone(null);
      return;
    }
    const { path } = this;
    this.#syncs++;
    const done = (error: Error | null): void => {
      this.#syncs--;
      this.#closeWhenSynced();
      whenDone(error);
    };
    this.#syncFrames((error) => {
      if (error !== null || path === this.#durablePath) {
        done(error);
        return;
      }
      const folder = dirname(path);
      syncFolder(folder, (folderError) => {
        if (folderError !== null || this.number > 0) {
          this.#durablePath = path;
          done(folderError);
          return;
        }
        // The journal's own name came with its first segment.
        syncFolder(dirname(folder), (rootError) => {
          this.#durablePath = path;
          done(rootError);
        });
      });
    });
  }

  #syncFrames(done: (error: Error | null) => void): void {
    if (!("sync" in this.staging)) {
      fdatasync(this.fd, done);
      return;
    }
    this.staging.sync(this.position, (outcome) => {
      if (outcome === "elsewhere") {
        fdatasync(this.fd, done);
      } else {
        done(outcome === "synced" ? null : new Error("EIO: msync failed"));
      }
    });
  }

  /** Its file stays open as long as it is being synced: the number of one that is closed may be another file's by then. */
  close(): void {
    if (this.#file === "open" && this.fd >= 0) {
      this.#file = "unwanted";
      this.#closeWhenSynced();
    }
  }

  #closeWhenSynced(): void {
    if (this.#file === "unwanted" && this.#syncs === 0) {
      this.#file = "closed";
      closeSync(this.fd);
    }
  }
}

/** A segment without a file. */
export function ramSegment(bytes: number): Segment {
  return new Segment("ram", plainStaging(bytes), -1, "");
}

/** A segment in which there is no room, for a journal that is closed. */
export function fullSegment(): Segment {
  const segment = ramSegment(SEGMENT_HEADER_BYTES);
  segment.position = segment.bytes.length;
  return segment;
}
