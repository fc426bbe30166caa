/**
 * When the first record of a journal was logged that is not delivered. Where that one lies in the middle of a segment, all
 * before it have to be passed by, for frames are of any length; so it is remembered where it was, and the next look goes on
 * from there.
 */
import { listSegments } from "../journal/folder.js";
import { FRAME_HEADER_BYTES, SEGMENT_HEADER_BYTES } from "../journal/format.js";
import { SegmentFile, type SegmentHeader } from "../journal/segment-file.js";

/** What is looked through at a time. */
const WINDOW_BYTES = 1 << 16;

interface Place {
  readonly segment: number;
  /** Where a frame begins, none before it being of use any more. */
  readonly position: number;
}

export class OldestUndelivered {
  #places = new Map<string, Place>();
  #found = new Map<string, Place>();

  /**
   * Undefined where it cannot be found, such as behind damage. Rejects with an errno error where the folder cannot be read.
   * `pause` is waited for after every window, so that others have their turn where a segment is large.
   */
  async find(folder: string, nextSeq: number, pause: () => Promise<void>): Promise<number | undefined> {
    for (const number of listSegments(folder)) {
      const file = SegmentFile.open(folder, number);
      const header = file?.header();
      try {
        if (file !== undefined && header !== undefined && header.firstSeq + header.count > nextSeq) {
          return await this.#findIn(file, header, nextSeq, folder, pause);
        }
      } finally {
        file?.close();
      }
    }
    return undefined;
  }

  /** All journals were looked at once: those that were not are forgotten. */
  endLook(): void {
    this.#places = this.#found;
    this.#found = new Map();
  }

  async #findIn(
    file: SegmentFile,
    header: SegmentHeader,
    nextSeq: number,
    folder: string,
    pause: () => Promise<void>,
  ): Promise<number | undefined> {
    const known = this.#places.get(folder);
    let position = known?.segment === file.number ? known.position : SEGMENT_HEADER_BYTES;
    while (position + FRAME_HEADER_BYTES <= header.commit) {
      const frames = file.read(position, Math.min(WINDOW_BYTES, header.commit - position) & ~7);
      let at = 0;
      while (at + FRAME_HEADER_BYTES <= frames.length) {
        const frameBytes = frames.frameBytesAt(at);
        if (frameBytes === 0) {
          return undefined;
        }
        if (frames.seqAt(at) >= nextSeq) {
          // Delivered meanwhile, and used again by its writer: then this is a record of another segment.
          if (file.header() === undefined) {
            return undefined;
          }
          this.#found.set(folder, { segment: file.number, position: position + at });
          return frames.timestampAt(at);
        }
        at += frameBytes;
      }
      if (at === 0) {
        return undefined;
      }
      position += at;
      await pause();
    }
    return undefined;
  }
}
