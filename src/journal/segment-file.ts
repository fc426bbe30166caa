/**
 * A segment as its readers see it. Reading goes through pread(2), not through a map: a file that is truncated under a
 * map would kill the reader.
 */
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { segmentPath } from "./folder.js";
import {
  COMMIT_WORD,
  COUNT_WORD,
  CREATED_DOUBLE,
  FIRST_SEQ_DOUBLE,
  FORMAT_VERSION,
  HEADER_CHECKSUM_WORD,
  headerChecksum,
  MAGIC,
  NUMBER_DOUBLE,
  PAGES_WORD,
  SEGMENT_HEADER_BYTES,
  VERSION_WORD,
} from "./format.js";
import { Frames } from "./frames.js";

/** The part of a segment's header that a reader needs. */
const HEADER_READ_BYTES = 128;
/** No segment is larger; what stands behind, someone else has put there. */
const FILE_BYTES_MAX = 2 ** 31 - SEGMENT_HEADER_BYTES;

export interface SegmentHeader {
  readonly firstSeq: number;
  /** When it was begun. */
  readonly createdMs: number;
  /** Where the published frames end. Changes as long as the segment is written to, and is guarded by no checksum. */
  readonly commit: number;
  /** Records published; as for `commit`. */
  readonly count: number;
  /** What the file was made with. */
  readonly fileBytes: number;
}

export class SegmentFile {
  private constructor(
    readonly number: number,
    readonly fd: number,
    readonly path: string,
  ) {}

  /** Undefined when there is none, which may be so from one moment to the next: the writer moves delivered ones away. */
  static open(folder: string, number: number): SegmentFile | undefined {
    const path = segmentPath(folder, number);
    try {
      return new SegmentFile(number, openSync(path, "r"), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") {
        return undefined;
      }
      throw error;
    }
  }

  /** Undefined when it is damaged, or that of another segment: the writer uses the file again (`isInPlace`). */
  header(): SegmentHeader | undefined {
    const memory = new ArrayBuffer(HEADER_READ_BYTES);
    const bytes = Buffer.from(memory);
    const words = new Int32Array(memory);
    const doubles = new Float64Array(memory);
    readSync(this.fd, bytes, 0, HEADER_READ_BYTES, 0);
    const valid =
      bytes.toString("latin1", 0, MAGIC.length) === MAGIC &&
      words[VERSION_WORD] === FORMAT_VERSION &&
      words[HEADER_CHECKSUM_WORD] === headerChecksum(words) &&
      doubles[NUMBER_DOUBLE] === this.number;
    return valid
      ? {
          firstSeq: doubles[FIRST_SEQ_DOUBLE]!,
          createdMs: doubles[CREATED_DOUBLE]!,
          commit: words[COMMIT_WORD]! * 8,
          count: words[COUNT_WORD]!,
          fileBytes: words[PAGES_WORD]! * SEGMENT_HEADER_BYTES,
        }
      : undefined;
  }

  /** False when its name leads to another file or to none: then it was delivered, or its journal is gone. */
  isInPlace(): boolean {
    try {
      return statSync(this.path).ino === fstatSync(this.fd).ino;
    } catch {
      return false;
    }
  }

  /** Bytes that can hold frames, a multiple of 8. */
  size(header: SegmentHeader | undefined): number {
    return Math.min(fstatSync(this.fd).size, header?.fileBytes ?? FILE_BYTES_MAX) & ~7;
  }

  /** Into `memory`, which takes at least so much. Default: memory of its own, which is not zeroed, for it is filled at once. */
  read(
    position: number,
    length: number,
    memory: ArrayBufferLike = Buffer.allocUnsafeSlow(length).buffer,
  ): Frames {
    return new Frames(memory, readSync(this.fd, new Uint8Array(memory, 0, length), 0, length, position) & ~7);
  }

  close(): void {
    closeSync(this.fd);
  }
}
