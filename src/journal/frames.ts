import { OTHER_TYPE } from "../record/types.js";
import { align8, FRAME_BYTES_MIN, FRAME_HEADER_BYTES, frameChecksum, SERVICE_AT } from "./format.js";

/** A stretch of a segment in memory that does not change, which the records then point into. Positions are multiples of 8. */
export class Frames {
  readonly bytes: Buffer;
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;

  /** `length` bytes of `memory` are filled; both are multiples of 8. */
  constructor(
    memory: ArrayBufferLike,
    readonly length: number,
  ) {
    this.bytes = Buffer.from(memory);
    this.#words = new Int32Array(memory);
    this.#doubles = new Float64Array(memory);
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
      lineBytes >= FRAME_BYTES_MIN - FRAME_HEADER_BYTES &&
      typeCode >= 0 &&
      typeCode <= OTHER_TYPE &&
      serviceBytes >= 2 &&
      SERVICE_AT + serviceBytes <= lineBytes;
    return possible ? align8(FRAME_HEADER_BYTES + lineBytes) : 0;
  }

  wholeFrameAt(at: number): boolean {
    const frameBytes = this.frameBytesAt(at);
    if (frameBytes <= 0 || at + frameBytes > this.length) {
      return false;
    }
    const word = at >> 2;
    return this.#words[word + 1] === frameChecksum(this.#words, word, (at + frameBytes) >> 2);
  }
}
