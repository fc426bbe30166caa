/** Where in a journal a follower begins, by the headers of its segments: they say where each begins, and how much it holds. */
import { readCursor } from "../../journal/cursor.js";
import { listSegments } from "../../journal/folder.js";
import { FRAME_BYTES_MIN, FRAME_HEADER_BYTES, SEGMENT_HEADER_BYTES } from "../../journal/format.js";
import { JournalReader } from "../../journal/reader.js";
import { SegmentFile, type SegmentHeader } from "../../journal/segment-file.js";
import type { Start } from "../follower.js";

/** A writer uses delivered segments again while they are looked at, but not that often. */
const ATTEMPTS_MAX = 3;
const FIRST_READ_BYTES = 65_536;

export interface JournalPlace {
  readonly folder: string;
  readonly writer: string;
  /** The machine restarted since the writer lived, so that what headers say of how much there is may be wrong. */
  readonly restarted: boolean;
}

/**
 * The seq to begin with, or a lower one. Throws an errno error for a folder that cannot be read.
 *
 * For `since` a segment is passed over when the next one was begun before that time, and begins with a record of before: a
 * record to which the application gave a time ahead of the clock may be among them.
 */
export function startSeq(place: JournalPlace, start: Start): number {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    const seq = seqFor(place, listSegments(place.folder), start);
    if (seq !== undefined) {
      return seq;
    }
  }
  return firstReadable(place);
}

/** Undefined when the headers do not say. */
function seqFor(place: JournalPlace, numbers: readonly number[], start: Start): number | undefined {
  if (numbers.length === 0) {
    // Nothing is there yet, or not any more.
    return readCursor(place.folder).next;
  }
  const first = start.at === "end" ? undefined : headerOf(place.folder, numbers[0]!)?.firstSeq;
  if (start.at === "beginning") {
    return first;
  }
  if (start.at === "since") {
    return begunBefore(place, numbers.slice(1), start.sinceMs) ?? first;
  }
  const end = endOf(place, numbers);
  if (end === undefined || start.at === "end") {
    return end;
  }
  return first === undefined ? undefined : Math.max(first, end - start.records);
}

/** The seq behind the last record; a lower one where that is in doubt. */
function endOf({ folder, restarted }: JournalPlace, numbers: readonly number[]): number | undefined {
  for (const number of [...numbers].reverse()) {
    const header = headerOf(folder, number);
    if (header !== undefined) {
      return header.firstSeq + (restarted ? 0 : countIn(header));
    }
  }
  return undefined;
}

/** No checksum guards the count, so one that cannot be is taken for none. */
function countIn({ count, commit, fileBytes }: SegmentHeader): number {
  const bytes = commit <= fileBytes ? commit - SEGMENT_HEADER_BYTES : 0;
  return count >= 0 && count * FRAME_BYTES_MIN <= bytes ? count : 0;
}

/** The first seq of the last of these segments whose records, and those of all before, are from before that time. */
function begunBefore(
  { folder }: JournalPlace,
  numbers: readonly number[],
  sinceMs: number,
): number | undefined {
  for (const number of [...numbers].reverse()) {
    const file = SegmentFile.open(folder, number);
    try {
      const header = file?.header();
      const firstMs = file && header && firstTimestamp(file);
      // A clock that was set back makes a segment begin before the records of the one before it.
      if (header && firstMs !== undefined && Math.max(header.createdMs, firstMs) < sinceMs) {
        return header.firstSeq;
      }
    } finally {
      file?.close();
    }
  }
  return undefined;
}

function firstTimestamp(file: SegmentFile): number | undefined {
  const frames = file.read(SEGMENT_HEADER_BYTES, FRAME_HEADER_BYTES);
  const isThere = frames.length === FRAME_HEADER_BYTES && frames.frameBytesAt(0) > 0;
  return isThere ? frames.timestampAt(0) : undefined;
}

function headerOf(folder: string, number: number): SegmentHeader | undefined {
  const file = SegmentFile.open(folder, number);
  try {
    return file?.header();
  } finally {
    file?.close();
  }
}

/** The seq of the first record that can be read; 0 where there is none. */
function firstReadable({ folder, writer, restarted }: JournalPlace): number {
  const reader = new JournalReader({ folder, writer, restarted, fromSeq: 0, onGap: () => {} });
  try {
    return reader.read(FIRST_READ_BYTES)[0]?.seq ?? 0;
  } finally {
    reader.close();
  }
}
