/**
 * Reads a journal's frames from a given seq on, while it is being written or after its writer died.
 *
 * Reading goes through pread(2), not through a map: a file that is truncated under a map would kill the reader. COMMIT
 * is read first and the frames before it afterwards, so that what is read was published.
 *
 * Damage: a frame whose checksum does not hold is skipped, and the next whole frame is looked for at every multiple of
 * 8. The seqs tell how many records are missing. A segment that is missing, cut short or has a broken header costs what
 * stood in it and nothing else.
 *
 * Invariant: seqs are given out in rising order; each seq below `nextSeq` was given out, reported as a gap, or lay
 * before the seq where reading began.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { StoredRecord, Waiting } from "../buffer/buffer.js";
import { LEVELS, OTHER_TYPE } from "../record/types.js";
import { listSegments, segmentPath } from "./folder.js";
import {
  align8,
  COMMIT_WORD,
  COUNT_WORD,
  checksum,
  FIRST_SEQ_DOUBLE,
  FRAME_HEADER_BYTES,
  MAGIC,
  NUMBER_DOUBLE,
  SEGMENT_HEADER_BYTES,
  SERVICE_AT,
} from "./format.js";

/** The part of a segment's header that a reader needs. */
const HEADER_READ_BYTES = 128;

/** Seqs `from` to `to`, both included, that will never be read; `to` is below `from` when it is not known how many. */
export interface Gap {
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
  /** `missing`: the segment is not there; the writer dropped it (`whenFull: "drop-oldest"`, which it reports) or someone deleted it. */
  readonly cause: "damaged" | "missing";
  readonly detail: string;
}

interface Header {
  readonly valid: boolean;
  readonly number: number;
  readonly commit: number;
  readonly count: number;
  readonly firstSeq: number;
}

interface OpenSegment {
  readonly number: number;
  readonly fd: number;
  position: number;
  /** Records of it that were given out or skipped. */
  records: number;
}

export interface JournalReaderOptions {
  readonly folder: string;
  readonly writer: string;
  /** The first seq to read. */
  readonly fromSeq: number;
  /** The machine restarted since the writer lived: frames past COMMIT count as well, if their checksum holds. */
  readonly restarted: boolean;
  readonly onGap: (gap: Gap) => void;
}

export class JournalReader {
  readonly #options: JournalReaderOptions;
  readonly #headerMemory = new ArrayBuffer(HEADER_READ_BYTES);
  readonly #headerBytes = Buffer.from(this.#headerMemory);
  readonly #headerWords = new Int32Array(this.#headerMemory);
  readonly #headerDoubles = new Float64Array(this.#headerMemory);
  #nextSeq: number;
  #segment: OpenSegment | undefined;
  /** The lowest number that is not read to its end. */
  #nextNumber = 0;
  #serviceBytes = Buffer.alloc(0);
  #service = "";

  constructor(options: JournalReaderOptions) {
    this.#options = options;
    this.#nextSeq = options.fromSeq;
  }

  /** The seq that comes next. */
  get nextSeq(): number {
    return this.#nextSeq;
  }

  /** What was published and not read yet. */
  unread(): Waiting {
    let records = 0;
    let bytes = 0;
    let oldestMs: number | undefined;
    for (const number of this.#segmentsFrom(this.#segment?.number ?? this.#nextNumber)) {
      const reading = this.#segment?.number === number ? this.#segment : undefined;
      const fd = reading?.fd ?? this.#open(number);
      if (fd === undefined) {
        continue;
      }
      const header = this.#readHeader(fd);
      const read = reading?.records ?? Math.min(header.count, Math.max(0, this.#nextSeq - header.firstSeq));
      const left = header.number === number ? header.count - read : 0;
      if (left > 0) {
        records += left;
        bytes += (header.commit - SEGMENT_HEADER_BYTES) * (left / header.count);
        // Where reading begins again in the middle of a segment, its first record stands for the first unread one.
        oldestMs ??= this.#timestampAt(fd, reading?.position ?? SEGMENT_HEADER_BYTES);
      }
      if (reading === undefined) {
        closeSync(fd);
      }
    }
    return { records, bytes: Math.round(bytes), oldestMs };
  }

  /** The next records, at most about `bytesMax` bytes but at least one if there is one. */
  read(bytesMax: number): StoredRecord[] {
    for (;;) {
      if (this.#segment === undefined && !this.#openNext()) {
        return [];
      }
      const records = this.#readFrames(this.#segment!, bytesMax);
      if (records.length > 0) {
        return records;
      }
      if (!this.#leaveSegment(this.#segment!)) {
        return [];
      }
    }
  }

  /** The number of the segment that is read now or next; those before it are read to their end. */
  get segmentNumber(): number {
    return this.#segment?.number ?? this.#nextNumber;
  }

  /** To be called when the writer is gone and nothing more is read: reports what the last segment should have held. */
  finish(): void {
    if (this.#segment !== undefined) {
      this.#missingInSegment(this.#segment, this.#readHeader(this.#segment.fd));
    }
  }

  close(): void {
    if (this.#segment !== undefined) {
      closeSync(this.#segment.fd);
      this.#segment = undefined;
    }
  }

  #segmentsFrom(number: number): number[] {
    return listSegments(this.#options.folder).filter((candidate) => candidate >= number);
  }

  /** Opens the first segment that may hold something unread. */
  #openNext(): boolean {
    const numbers = this.#segmentsFrom(this.#nextNumber);
    for (const [index, number] of numbers.entries()) {
      const fd = this.#open(number);
      if (fd === undefined) {
        continue;
      }
      const header = this.#readHeader(fd);
      const isLast = index === numbers.length - 1;
      const wasRead = header.firstSeq + header.count <= this.#nextSeq && !this.#options.restarted;
      // Another number in the header: the writer is about to use the file again, so it was delivered.
      if (header.valid && (header.number !== number || (wasRead && !isLast))) {
        closeSync(fd);
        this.#nextNumber = number + 1;
        continue;
      }
      if (header.valid && header.firstSeq > this.#nextSeq) {
        const cause = this.#nextNumber === number && number > 0 ? "damaged" : "missing";
        this.#gap(header.firstSeq - 1, 0, cause, `records before segment ${number} are not there`);
      }
      this.#segment = { number, fd, position: SEGMENT_HEADER_BYTES, records: 0 };
      return true;
    }
    return false;
  }

  /** Undefined when the writer moved the file away meanwhile, which it does with delivered ones. */
  #open(number: number): number | undefined {
    try {
      return openSync(segmentPath(this.#options.folder, number), "r");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") {
        return undefined;
      }
      throw error;
    }
  }

  /** Moves past the segment if a later one exists, which makes it final; false when it may still grow. */
  #leaveSegment(segment: OpenSegment): boolean {
    if (this.#segmentsFrom(segment.number + 1).length === 0) {
      return false;
    }
    // The last records were published here before the later segment appeared, so only now is COMMIT final.
    const header = this.#readHeader(segment.fd);
    if (this.#limitOf(segment, header) > segment.position) {
      return true;
    }
    this.#missingInSegment(segment, header);
    closeSync(segment.fd);
    this.#segment = undefined;
    this.#nextNumber = segment.number + 1;
    return true;
  }

  #missingInSegment(segment: OpenSegment, header: Header): void {
    if (!header.valid) {
      this.#gap(this.#nextSeq - 1, fstatSync(segment.fd).size, "damaged", `segment ${segment.number} has no header`);
    } else if (header.firstSeq + header.count > this.#nextSeq) {
      const bytes = Math.max(0, header.commit - segment.position);
      this.#gap(header.firstSeq + header.count - 1, bytes, "damaged", `segment ${segment.number} is cut short`);
    }
  }

  #timestampAt(fd: number, position: number): number {
    const header = new FrameChunk(fd, position, FRAME_HEADER_BYTES);
    return header.length < FRAME_HEADER_BYTES ? 0 : header.timestampAt(0);
  }

  #readHeader(fd: number): Header {
    this.#headerBytes.fill(0);
    readSync(fd, this.#headerBytes, 0, HEADER_READ_BYTES, 0);
    if (this.#headerBytes.toString("latin1", 0, MAGIC.length) !== MAGIC) {
      return { valid: false, number: -1, commit: 0, count: 0, firstSeq: 0 };
    }
    return {
      valid: true,
      number: this.#headerDoubles[NUMBER_DOUBLE]!,
      commit: this.#headerWords[COMMIT_WORD]! * 8,
      count: this.#headerWords[COUNT_WORD]!,
      firstSeq: this.#headerDoubles[FIRST_SEQ_DOUBLE]!,
    };
  }

  /** Where reading must stop: at COMMIT, or where only checksums tell what is whole, at the end of the file. */
  #limitOf(segment: OpenSegment, header: Header): number {
    const fileBytes = fstatSync(segment.fd).size & ~7;
    return header.valid && !this.#options.restarted ? Math.min(header.commit, fileBytes) : fileBytes;
  }

  #readFrames(segment: OpenSegment, bytesMax: number): StoredRecord[] {
    const header = this.#readHeader(segment.fd);
    const limit = this.#limitOf(segment, header);
    let bytes = Math.max(bytesMax, FRAME_HEADER_BYTES);
    while (segment.position < limit) {
      const chunk = new FrameChunk(segment.fd, segment.position, Math.min(limit - segment.position, bytes) & ~7);
      const records: StoredRecord[] = [];
      const stopped = this.#parse(chunk, segment, limit, records);
      if (records.length > 0) {
        return records;
      }
      if (stopped === "damage") {
        this.#skipDamage(segment, limit, header);
      } else {
        bytes = Math.max(bytes, chunk.frameBytesAt(0));
      }
    }
    return [];
  }

  /** Takes frame after frame, up to the end of the chunk or the first that is not whole. */
  #parse(chunk: FrameChunk, segment: OpenSegment, limit: number, records: StoredRecord[]): "end" | "damage" {
    const start = segment.position;
    let at = 0;
    for (;;) {
      segment.position = start + at;
      const rest = chunk.length - at;
      if (rest < FRAME_HEADER_BYTES) {
        return segment.position + FRAME_HEADER_BYTES > limit && rest > 0 ? "damage" : "end";
      }
      const frameBytes = chunk.frameBytesAt(at);
      if (frameBytes > rest && segment.position + frameBytes <= limit) {
        return "end";
      }
      if (!chunk.wholeFrameAt(at)) {
        return "damage";
      }
      const seq = chunk.seqAt(at);
      // A lower seq was read before, or is what a recycled segment held in its earlier life.
      if (seq >= this.#nextSeq) {
        if (seq > this.#nextSeq) {
          this.#gap(seq - 1, 0, "damaged", `segment ${segment.number} lacks records`);
        }
        records.push(this.#record(chunk, at, seq));
        this.#nextSeq = seq + 1;
      }
      segment.records++;
      at += frameBytes;
    }
  }

  /** Moves to the next whole frame with an unread seq, or to the limit. */
  #skipDamage(segment: OpenSegment, limit: number, header: Header): void {
    const from = segment.position;
    const chunk = new FrameChunk(segment.fd, from, limit - from);
    for (let at = 8; at + FRAME_HEADER_BYTES < chunk.length; at += 8) {
      if (chunk.wholeFrameAt(at) && chunk.seqAt(at) >= this.#nextSeq) {
        segment.position = from + at;
        const lost = chunk.seqAt(at) - this.#nextSeq;
        segment.records += lost;
        this.#gap(this.#nextSeq + lost - 1, at, "damaged", `segment ${segment.number} holds broken records`);
        return;
      }
    }
    segment.position = limit;
    // Past COMMIT there was nothing to lose.
    if (header.valid && header.firstSeq + header.count > this.#nextSeq) {
      segment.records = header.count;
      this.#gap(header.firstSeq + header.count - 1, limit - from, "damaged", `segment ${segment.number} is broken`);
    }
  }

  #record(chunk: FrameChunk, at: number, seq: number): StoredRecord {
    const start = at + FRAME_HEADER_BYTES;
    const end = start + chunk.lineBytesAt(at);
    const typeCode = chunk.typeCodeAt(at);
    return {
      timestamp: chunk.timestampAt(at),
      writer: this.#options.writer,
      seq,
      ordinal: seq,
      service: this.#serviceOf(chunk, start + SERVICE_AT, chunk.serviceBytesAt(at)),
      type: typeCode < OTHER_TYPE ? LEVELS[typeCode]! : typeOf(chunk.bytes.toString("utf8", start, end)),
      bytes: chunk.bytes,
      start,
      end,
    };
  }

  /** Nearly always the same as before, and comparing bytes is cheaper than decoding them. */
  #serviceOf(chunk: FrameChunk, start: number, length: number): string {
    const known = this.#serviceBytes;
    if (known.length !== length || known.compare(chunk.bytes, start, start + length) !== 0) {
      this.#serviceBytes = Buffer.from(chunk.bytes.subarray(start, start + length));
      this.#service = textOf(this.#serviceBytes.toString("utf8"));
    }
    return this.#service;
  }

  #gap(to: number, bytes: number, cause: Gap["cause"], detail: string): void {
    const from = this.#nextSeq;
    this.#nextSeq = to + 1;
    this.#options.onGap({ from, to, bytes, cause, detail });
  }
}

/** A stretch of a segment in memory of its own, which the records then point into. */
class FrameChunk {
  readonly bytes: Buffer;
  readonly length: number;
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;

  constructor(fd: number, position: number, length: number) {
    const memory = new ArrayBuffer(length);
    this.bytes = Buffer.from(memory);
    this.#words = new Int32Array(memory);
    this.#doubles = new Float64Array(memory);
    this.length = readSync(fd, this.bytes, 0, length, position) & ~7;
  }

  lineBytesAt(at: number): number {
    return this.#words[at >> 2]!;
  }

  timestampAt(at: number): number {
    return this.#doubles[(at >> 3) + 1]!;
  }

  seqAt(at: number): number {
    return this.#doubles[(at >> 3) + 2]!;
  }

  typeCodeAt(at: number): number {
    return this.#words[(at >> 2) + 6]!;
  }

  serviceBytesAt(at: number): number {
    return this.#words[(at >> 2) + 7]!;
  }

  /** What the header at `at` says that the frame takes; 0 when it cannot be a header. */
  frameBytesAt(at: number): number {
    const lineBytes = this.lineBytesAt(at);
    const typeCode = this.typeCodeAt(at);
    const serviceBytes = this.serviceBytesAt(at);
    const possible =
      lineBytes > SERVICE_AT &&
      typeCode >= 0 &&
      typeCode <= OTHER_TYPE &&
      serviceBytes >= 2 &&
      SERVICE_AT + serviceBytes <= lineBytes;
    return possible ? align8(FRAME_HEADER_BYTES + lineBytes) : 0;
  }

  wholeFrameAt(at: number): boolean {
    const frameBytes = this.frameBytesAt(at);
    if (frameBytes === 0 || at + frameBytes > this.length) {
      return false;
    }
    const word = at >> 2;
    return this.#words[word + 1] === checksum(this.#words, word + 2, (at + frameBytes) >> 2);
  }
}

function textOf(json: string): string {
  try {
    return String(JSON.parse(json));
  } catch {
    return json;
  }
}

function typeOf(line: string): string {
  try {
    return String((JSON.parse(line) as { type?: unknown }).type ?? "INFO");
  } catch {
    return "INFO";
  }
}
