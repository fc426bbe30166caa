/**
 * Whole numbers in as few bytes as they need: seven bits a byte, the lowest first, the top bit set where another follows.
 * Signed ones are folded so that small ones stay short on both sides of zero.
 */

/** A safe integer has 53 bits. */
const VARINT_BYTES_MAX = 8;

export class VarintWriter {
  #bytes = Buffer.allocUnsafe(256);
  #length = 0;

  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  unsigned(value: number): void {
    this.#room(VARINT_BYTES_MAX);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) + 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  /** Exact where twice the value is a safe integer too, as between any two timestamps. */
  signed(value: number): void {
    this.unsigned(value < 0 ? -2 * value - 1 : 2 * value);
  }

  text(value: string): void {
    const bytes = Buffer.from(value);
    this.unsigned(bytes.length);
    this.#room(bytes.length);
    this.#length += bytes.copy(this.#bytes, this.#length);
  }

  #room(bytes: number): void {
    if (this.#length + bytes > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(2 * (this.#length + bytes));
      this.#bytes.copy(larger);
      this.#bytes = larger;
    }
  }
}

/** Reads what a `VarintWriter` wrote. Throws a RangeError where the bytes end early or hold no such number. */
export class VarintReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Where the next one starts. */
  get at(): number {
    return this.#at;
  }

  unsigned(): number {
    let value = 0;
    let scale = 1;
    for (let n = 0; n < VARINT_BYTES_MAX && this.#at < this.#bytes.length; n++) {
      const byte = this.#bytes[this.#at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        return value;
      }
      scale *= 0x80;
    }
    throw new RangeError("no number where one should be");
  }

  signed(): number {
    const folded = this.unsigned();
    return folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
  }

  text(): string {
    const length = this.unsigned();
    if (length > this.#bytes.length - this.#at) {
      throw new RangeError("a text ends behind the end");
    }
    this.#at += length;
    return this.#bytes.toString("utf8", this.#at - length, this.#at);
  }
}
