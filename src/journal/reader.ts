/**
 * Reads a journal's frames from a given seq on, while it is being written or after its writer died.
 *
 *     open ──► growing: up to COMMIT ──a later segment is there, or the writer is gone──► final ──all read──► closed
 *
 * COMMIT is read first and the frames before it afterwards, so that what is read was published. After a machine
 * restart COMMIT says nothing, and a segment is read to the end of its file.
 *
 * Damage: a frame whose checksum does not hold is skipped, and the next whole frame is looked for at every multiple of
 * 8. The seqs tell how many records are missing. COMMIT and the count stand under no checksum, so a final segment is
 * measured by where the next one begins. A segment that is missing or cut short costs what stood in it and nothing else.
 *
 * Invariant: seqs are given out in rising order; each seq below `nextSeq` was given out, reported as a gap, or lay
 * before the seq where reading began.
 */
import type { StoredRecord, Waiting } from "../record/stored-record.js";
import type { MemoryPool } from "../system/memory-pool.js";
import { listSegments } from "./folder.js";
import { FRAME_BYTES_MIN, FRAME_HEADER_BYTES, SEGMENT_HEADER_BYTES } from "./format.js";
import { FrameRecords } from "./frame-records.js";
import type { Frames } from "./frames.js";
import { SegmentFile, type SegmentHeader } from "./segment-file.js";

/** How much is looked through at a time for whole frames behind damage. */
const SCAN_BYTES = 1 << 20;

/** Seqs `from` to `to`, both included, that will never be read; `to` is below `from` when it is not known how many. */
export interface Gap {
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
  /** `missing`: the segment is not there; the writer dropped it (`whenFull: "drop-oldest"`, which it reports) or someone deleted it. */
  readonly cause: "damaged" | "missing";
  readonly detail: string;
}

interface OpenSegment {
  readonly file: SegmentFile;
  position: number;
  /** Where the last whole frame ended; what lies between here and the next one is damaged. */
  wholeEnd: number;
  /** Up to here nothing whole stands behind the damage at `position`; 0 for none. More may yet be written there. */
  barrenTo: number;
  /** Nothing more will be written to it. */
  final: boolean;
  /** It is read past COMMIT, which says less than the next segment does. */
  pastCommit: boolean;
  /** The seq with which the next segment begins, once that is known: frames from there on do not count here. */
  endSeq: number;
}

export interface JournalReaderOptions {
  readonly folder: string;
  readonly writer: string;
  /** The first seq to read. */
  readonly fromSeq: number;
  /** The machine restarted since the writer lived: frames past COMMIT count as well, if their checksum holds. */
  readonly restarted: boolean;
  readonly onGap: (gap: Gap) => void;
  /**
   * What is read into. What one read brought is given back to it with the next read; whoever needs it longer holds it there.
   * Default: memory of its own for each read.
   */
  readonly memory?: MemoryPool | undefined;
}

export class JournalReader {
  readonly #options: JournalReaderOptions;
  #nextSeq: number;
  #segment: OpenSegment | undefined;
  /** The lowest number that is not read to its end. */
  #nextNumber = 0;
  /** What the read before has read into. */
  #memory: ArrayBufferLike | undefined;
  readonly #records: FrameRecords;

  constructor(options: JournalReaderOptions) {
    this.#options = options;
    this.#nextSeq = options.fromSeq;
    this.#records = new FrameRecords(options.writer);
  }

  /** The seq that comes next. */
  get nextSeq(): number {
    return this.#nextSeq;
  }

  /** The number of the segment that is read now or next; those before it are read to their end. */
  get segmentNumber(): number {
    return this.#segment?.file.number ?? this.#nextNumber;
  }

  /** How far it is in the segment that is open, for a look whether there may be more. The file is the reader's own. */
  get place(): { readonly file: SegmentFile; readonly position: number } | undefined {
    return this.#segment;
  }

  /** What was published and not read yet. */
  unread(): Waiting {
    let records = 0;
    let bytes = 0;
    let oldestMs: number | undefined;
    for (const number of this.#segmentsFrom(this.segmentNumber)) {
      const reading = this.#segment?.file.number === number ? this.#segment : undefined;
      const file = reading?.file ?? SegmentFile.open(this.#options.folder, number);
      if (file === undefined) {
        continue;
      }
      const header = file.header();
      // Where reading begins again in the middle of a segment, its first record stands for the first unread one.
      const position = reading?.position ?? SEGMENT_HEADER_BYTES;
      const isRead = header === undefined || position >= header.commit || reading?.barrenTo === header.commit;
      const left = isRead ? 0 : unreadIn(header, this.#nextSeq);
      if (header !== undefined && left > 0) {
        records += left;
        bytes += (header.commit - SEGMENT_HEADER_BYTES) * (left / header.count);
        oldestMs ??= timestampAt(file, position);
      }
      if (reading === undefined) {
        file.close();
      }
    }
    return { records, bytes: Math.round(bytes), oldestMs };
  }

  /**
   * The next records, at most about `bytesMax` bytes but at least one if there is one. `writerGone`: nothing more will be
   * written, so what the last segment lacks is reported.
   */
  read(bytesMax: number, writerGone = false): StoredRecord[] {
    for (;;) {
      const records = this.#segment === undefined ? [] : this.#readFrames(this.#segment, bytesMax);
      if (records.length > 0) {
        return records;
      }
      const more = this.#segment === undefined ? this.#openNext() : this.#leave(this.#segment, writerGone);
      if (!more) {
        this.#giveBack();
        return [];
      }
    }
  }

  close(): void {
    this.#segment?.file.close();
    this.#segment = undefined;
    // What was read last may still be in use, and held by nobody yet.
    if (this.#memory !== undefined) {
      this.#options.memory?.abandon(this.#memory);
    }
  }

  #segmentsFrom(number: number): number[] {
    return listSegments(this.#options.folder).filter((candidate) => candidate >= number);
  }

  /** Opens the first segment that may hold something unread. */
  #openNext(): boolean {
    for (const number of this.#segmentsFrom(this.#nextNumber)) {
      const file = SegmentFile.open(this.#options.folder, number);
      if (file === undefined) {
        continue;
      }
      const header = file.header();
      const usedAgain = header === undefined && !file.isInPlace();
      if (usedAgain || (this.#firstSeqOf(number + 1) ?? Number.POSITIVE_INFINITY) <= this.#nextSeq) {
        file.close();
        this.#nextNumber = number + 1;
        continue;
      }
      if (header !== undefined && header.firstSeq > this.#nextSeq) {
        const cause = this.#nextNumber === number && number > 0 ? "damaged" : "missing";
        this.#gap(header.firstSeq - 1, 0, cause, `records before segment ${number} are not there`);
      }
      const start = SEGMENT_HEADER_BYTES;
      this.#segment = {
        file,
        position: start,
        wholeEnd: start,
        barrenTo: 0,
        final: false,
        pastCommit: false,
        endSeq: Number.POSITIVE_INFINITY,
      };
      return true;
    }
    return false;
  }

  /** Where a segment begins; undefined when it is not there or does not say. */
  #firstSeqOf(number: number): number | undefined {
    const file = SegmentFile.open(this.#options.folder, number);
    const header = file?.header();
    file?.close();
    return header?.firstSeq;
  }

  /** Moves on in a segment that is read to its limit, or past it; false when it may still grow. */
  #leave(segment: OpenSegment, writerGone: boolean): boolean {
    const { file } = segment;
    const isLast = this.#segmentsFrom(file.number + 1).length === 0;
    if (isLast && !writerGone) {
      return false;
    }
    const header = file.header();
    if (header === undefined && !file.isInPlace()) {
      // Delivered, and used again by the writer.
      this.#closeSegment(segment);
      return true;
    }
    if (!segment.final) {
      // The last records were published here before the later segment appeared, so only now is COMMIT final.
      segment.final = true;
      segment.barrenTo = 0;
      segment.endSeq = this.#firstSeqOf(file.number + 1) ?? Number.POSITIVE_INFINITY;
      return true;
    }
    if (!segment.pastCommit && segment.endSeq < Number.POSITIVE_INFINITY && this.#nextSeq < segment.endSeq) {
      segment.pastCommit = true;
      // COMMIT may have cut a frame in two.
      segment.position = segment.wholeEnd;
      return true;
    }
    this.#reportMissing(segment, header);
    this.#closeSegment(segment);
    return true;
  }

  #closeSegment({ file }: OpenSegment): void {
    file.close();
    this.#segment = undefined;
    this.#nextNumber = file.number + 1;
  }

  #reportMissing({ file, wholeEnd, endSeq }: OpenSegment, header: SegmentHeader | undefined): void {
    const bytes = Math.max(0, file.size(header) - wholeEnd);
    if (endSeq < Number.POSITIVE_INFINITY) {
      if (endSeq > this.#nextSeq) {
        this.#gap(endSeq - 1, bytes, "damaged", `segment ${file.number} is cut short`);
      }
    } else if (header === undefined) {
      this.#gap(this.#nextSeq - 1, bytes, "damaged", `segment ${file.number} has no header`);
    } else {
      const room = Math.floor((header.fileBytes - wholeEnd) / FRAME_BYTES_MIN);
      const missing = Math.min(unreadIn(header, this.#nextSeq), room);
      if (missing > 0) {
        this.#gap(this.#nextSeq + missing - 1, bytes, "damaged", `segment ${file.number} is cut short`);
      }
    }
  }

  /** Where reading must stop for now: at COMMIT, or where only checksums tell what is whole, at the end of the file. */
  #limitOf(segment: OpenSegment): number {
    const header = segment.file.header();
    const size = segment.file.size(header);
    if (this.#options.restarted || segment.pastCommit) {
      return size;
    }
    if (header !== undefined && header.commit >= SEGMENT_HEADER_BYTES && header.commit <= header.fileBytes) {
      return Math.min(header.commit, size);
    }
    // A writer that lives may go on behind any place that is looked at now.
    return segment.final ? size : segment.position;
  }

  #readFrames(segment: OpenSegment, bytesMax: number): StoredRecord[] {
    const { file } = segment;
    let limit = this.#limitOf(segment);
    let bytes = Math.max(bytesMax, FRAME_HEADER_BYTES);
    while (segment.position < limit && segment.barrenTo !== limit) {
      const length = Math.min(limit - segment.position, bytes) & ~7;
      const frames = file.read(segment.position, length, this.#memoryFor(length));
      if (frames.length < length) {
        limit = segment.position + frames.length;
      }
      const records: StoredRecord[] = [];
      const stopped = this.#parse(frames, segment, limit, records);
      if (records.length > 0) {
        return records;
      }
      if (stopped === "damage") {
        this.#skipDamage(segment, limit);
      } else {
        bytes = Math.max(bytes, frames.frameBytesAt(0));
      }
    }
    return [];
  }

  #memoryFor(bytes: number): ArrayBufferLike | undefined {
    this.#giveBack();
    this.#memory = this.#options.memory?.take(bytes);
    return this.#memory;
  }

  #giveBack(): void {
    if (this.#memory !== undefined) {
      this.#options.memory?.release(this.#memory);
      this.#memory = undefined;
    }
  }

  /** Takes frame after frame, up to the end of what was read or the first that is not whole. */
  #parse(frames: Frames, segment: OpenSegment, limit: number, records: StoredRecord[]): "end" | "damage" {
    const start = segment.position;
    let at = 0;
    for (;;) {
      segment.position = start + at;
      const rest = frames.length - at;
      if (rest < FRAME_HEADER_BYTES) {
        return segment.position + FRAME_HEADER_BYTES > limit && rest > 0 ? "damage" : "end";
      }
      const frameBytes = frames.frameBytesAt(at);
      if (frameBytes > rest && segment.position + frameBytes <= limit) {
        return "end";
      }
      if (!frames.wholeFrameAt(at)) {
        return "damage";
      }
      const seq = frames.seqAt(at);
      // A lower seq was read before, or is what the file held in its earlier life as another segment.
      if (seq >= this.#nextSeq && seq < segment.endSeq) {
        if (seq > this.#nextSeq) {
          const bytes = segment.position - segment.wholeEnd;
          this.#gap(seq - 1, bytes, "damaged", `segment ${segment.file.number} holds broken records`);
        }
        records.push(this.#records.at(frames, at));
        this.#nextSeq = seq + 1;
      }
      at += frameBytes;
      segment.wholeEnd = start + at;
    }
  }

  /** Moves to the next whole frame with an unread seq; where there is none, a segment that may grow stays where it is. */
  #skipDamage(segment: OpenSegment, limit: number): void {
    const { file } = segment;
    for (let from = segment.position + 8; from + FRAME_HEADER_BYTES <= limit; ) {
      const window = file.read(from, Math.min(limit - from, SCAN_BYTES));
      const last = window.length - FRAME_HEADER_BYTES;
      for (let at = 0; at <= last; at += 8) {
        const bytes = window.frameBytesAt(at);
        if (bytes > 0 && from + at + bytes <= limit && window.seqAt(at) >= this.#nextSeq) {
          const inWindow = at + bytes <= window.length;
          if (inWindow ? window.wholeFrameAt(at) : file.read(from + at, bytes).wholeFrameAt(0)) {
            segment.position = from + at;
            return;
          }
        }
      }
      if (last < 0) {
        break;
      }
      from += last + 8;
    }
    if (segment.final) {
      segment.position = limit;
    } else {
      segment.barrenTo = limit;
    }
  }

  #gap(to: number, bytes: number, cause: Gap["cause"], detail: string): void {
    const from = this.#nextSeq;
    this.#nextSeq = to + 1;
    this.#options.onGap({ from, to, bytes, cause, detail });
  }
}

function unreadIn({ firstSeq, count }: SegmentHeader, nextSeq: number): number {
  return Math.max(0, firstSeq + count - Math.max(nextSeq, firstSeq));
}

/** 0, which is long ago, when it cannot be read. */
function timestampAt(file: SegmentFile, position: number): number {
  const frames = file.read(position, FRAME_HEADER_BYTES);
  return frames.length === FRAME_HEADER_BYTES && frames.frameBytesAt(0) > 0 ? frames.timestampAt(0) : 0;
}
