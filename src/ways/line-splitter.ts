/**
 * Bytes become lines, byte for byte: a line is what stands before a `\n`, and a `\r` belongs to it. The last line counts
 * without a `\n` too, unless it is empty.
 *
 * The splitter holds the beginning of the line that has not ended yet, never more than `lineBytesMax` and one chunk. A
 * line that is longer is cut into pieces; joined again in order, they are the line. A piece ends between two UTF-8
 * characters wherever the line is UTF-8, so that each piece of a text is a text.
 */

const LINE_FEED = 0x0a;
/** Bytes of a UTF-8 character after its first: https://datatracker.ietf.org/doc/html/rfc3629#section-3 */
const CONTINUATION_BYTES_MAX = 3;

/** Receives a line or a piece of one; `continues` is true for each piece but the last. */
export type OnLine = (bytes: Buffer, continues: boolean) => void;

export class LineSplitter {
  readonly #lineBytesMax: number;
  readonly #onLine: OnLine;
  #held: Buffer[] = [];
  #heldBytes = 0;

  /** `lineBytesMax` is at least 4, the length of the longest character. */
  constructor(lineBytesMax: number, onLine: OnLine) {
    this.#lineBytesMax = lineBytesMax;
    this.#onLine = onLine;
  }

  /** The chunk must not be written to afterwards. */
  push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      this.#hold(chunk.subarray(start, end));
      this.#emitLine();
      start = end + 1;
    }
    if (start < chunk.length) this.#hold(chunk.subarray(start));
  }

  /** Ends the input: the line that has not ended is the last one. */
  end(): void {
    if (this.#heldBytes > 0) this.#emitLine();
  }

  #emitLine(): void {
    this.#onLine(this.#take(), false);
  }

  #hold(bytes: Buffer): void {
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes <= this.#lineBytesMax) return;
    let rest = this.#take();
    while (rest.length > this.#lineBytesMax) {
      const cut = characterBoundary(rest, this.#lineBytesMax);
      this.#onLine(rest.subarray(0, cut), true);
      rest = rest.subarray(cut);
    }
    this.#held.push(rest);
    this.#heldBytes = rest.length;
  }

  #take(): Buffer {
    const bytes = this.#held.length === 1 ? this.#held[0]! : Buffer.concat(this.#held, this.#heldBytes);
    this.#held = [];
    this.#heldBytes = 0;
    return bytes;
  }
}

/** The last place at or before `at` where a UTF-8 character begins; `at` itself if there is none nearby. */
export function characterBoundary(bytes: Buffer, at: number): number {
  for (let place = at; place > 0 && place >= at - CONTINUATION_BYTES_MAX; place--) {
    if ((bytes[place]! & 0xc0) !== 0x80) return place;
  }
  return at;
}
