/** Frames become records. */
import type { StoredRecord } from "../record/stored-record.js";
import { LEVELS, OTHER_TYPE } from "../record/types.js";
import { FRAME_HEADER_BYTES, SERVICE_AT } from "./format.js";
import type { Frames } from "./frames.js";

/** Those of one writer. */
export class FrameRecords {
  readonly #writer: string;
  #serviceBytes = Buffer.alloc(0);
  #service = "";

  constructor(writer: string) {
    this.#writer = writer;
  }

  /** The record of the whole frame at `at`. It points into the frames. */
  at(frames: Frames, at: number): StoredRecord {
    const start = at + FRAME_HEADER_BYTES;
    const end = start + frames.lineBytesAt(at);
    const seq = frames.seqAt(at);
    const typeCode = frames.typeCodeAt(at);
    return {
      timestamp: frames.timestampAt(at),
      writer: this.#writer,
      seq,
      ordinal: seq,
      service: this.#serviceOf(frames, start + SERVICE_AT, frames.serviceBytesAt(at)),
      type: typeCode < OTHER_TYPE ? LEVELS[typeCode]! : typeOf(frames.bytes.toString("utf8", start, end)),
      bytes: frames.bytes,
      start,
      end,
    };
  }

  /** Nearly always the same as before, and comparing bytes is cheaper than decoding them. */
  #serviceOf({ bytes }: Frames, start: number, length: number): string {
    if (!this.#isLast(bytes, start, length)) {
      this.#serviceBytes = Buffer.from(bytes.subarray(start, start + length));
      this.#service = textOf(this.#serviceBytes.toString("utf8"));
    }
    return this.#service;
  }

  /** So few bytes are compared here in less time than a call out of V8 takes. */
  #isLast(bytes: Buffer, start: number, length: number): boolean {
    const known = this.#serviceBytes;
    for (let n = 0; n < known.length; n++) {
      if (known[n] !== bytes[start + n]) {
        return false;
      }
    }
    return known.length === length;
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
