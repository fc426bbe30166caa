/**
 * Writes JSON to memory, piece by piece, straight to where it will stay.
 *
 * No string is made for a line, and nothing is joined: constants are copied from bytes made once, short texts and numbers
 * are written by a loop, and only longer texts by a call into native code. For so few bytes a call costs more than the
 * bytes do: in bench/log-call a small record took a fifth less than joined into one string and written at once.
 *
 * `full` is set when something did not fit: then what was written since `begin` is worthless. Nothing is ever written
 * behind the end of the target.
 */

/** Memory that a line can be written to. */
export interface LineTarget {
  readonly bytes: Buffer;
  /** The same memory; its first word stands at the first byte. */
  readonly words: Int32Array;
}

/** Node's writer of UTF-8 without the argument checks of `Buffer.write`; writes whole characters only. */
type Utf8Writer = { utf8Write(text: string, at: number, bytesMax: number): number };

/** Up to here a loop over the characters is faster than a call. */
const LOOP_CHARS_MAX = 40;
/** UTF-8 takes at most 3 bytes for a UTF-16 unit. */
const UTF8_BYTES_PER_CHAR_MAX = 3;
/** Digits of the largest 32-bit integer. */
const DIGITS_MAX = 10;

const QUOTE = 0x22;
const MINUS = 0x2d;
const ZERO = 0x30;

/** Text that is written as it is, made into bytes once. */
export function constant(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text));
}

export class Pen {
  /** Where the next byte goes. */
  at = 0;
  full = false;
  #bytes: Buffer = Buffer.alloc(0);
  #words: Int32Array = new Int32Array(0);
  #limit = 0;

  begin({ bytes, words }: LineTarget, at: number): void {
    this.#bytes = bytes;
    this.#words = words;
    this.#limit = bytes.length;
    this.at = at;
    this.full = false;
  }

  byte(byte: number): void {
    if (this.at < this.#limit) {
      this.#bytes[this.at++] = byte;
    } else {
      this.full = true;
    }
  }

  constant(constant: Uint8Array): void {
    const bytes = this.#bytes;
    const { length } = constant;
    let { at } = this;
    if (at + length > this.#limit) {
      this.full = true;
      return;
    }
    for (let i = 0; i < length; i++) {
      bytes[at++] = constant[i]!;
    }
    this.at = at;
  }

  /** Words at a multiple of 4; `length` is what of their bytes counts. */
  constantWords(constant: Int32Array, length: number): void {
    const words = this.#words;
    if (this.at + constant.length * 4 > this.#limit) {
      this.full = true;
      return;
    }
    let word = this.at >> 2;
    for (let i = 0; i < constant.length; i++) {
      words[word++] = constant[i]!;
    }
    this.at += length;
  }

  /** A finite number. */
  number(value: number): void {
    // Not the negative zero, which JSON reads as a number of its own, and JSON.stringify writes as 0.
    if ((value | 0) === value) {
      this.#integer(value);
    } else {
      this.text(`${value}`);
    }
  }

  /** The text as a JSON string, quotes included. */
  string(value: string): void {
    const { length } = value;
    const bytes = this.#bytes;
    const start = this.at;
    if (length > LOOP_CHARS_MAX || start + length + 2 > this.#limit) {
      this.#longString(value);
      return;
    }
    let at = start;
    bytes[at++] = QUOTE;
    for (let i = 0; i < length; i++) {
      const char = value.charCodeAt(i);
      if (char < 0x20 || char > 0x7e || char === QUOTE || char === 0x5c) {
        this.#longString(value);
        return;
      }
      bytes[at++] = char;
    }
    bytes[at++] = QUOTE;
    this.at = at;
  }

  /** Text that is JSON already. */
  text(text: string): void {
    const { length } = text;
    const bytes = this.#bytes;
    let { at } = this;
    if (length <= LOOP_CHARS_MAX && at + length <= this.#limit) {
      let i = 0;
      for (; i < length; i++) {
        const char = text.charCodeAt(i);
        if (char > 0x7e) {
          break;
        }
        bytes[at++] = char;
      }
      if (i === length) {
        this.at = at;
        return;
      }
    }
    this.#utf8(text);
  }

  /** Goes back to an earlier `at`: what was written since does not count. */
  rewind(at: number): void {
    this.at = at;
    this.full = false;
  }

  #integer(value: number): void {
    const bytes = this.#bytes;
    if (this.at + DIGITS_MAX + 1 > this.#limit) {
      this.#utf8(`${value}`);
      return;
    }
    let rest = value;
    if (rest < 0) {
      bytes[this.at++] = MINUS;
      rest = -rest;
    }
    let end = this.at + 1;
    for (let left = rest; left >= 10; left = Math.floor(left / 10)) {
      end++;
    }
    for (let at = end - 1; at >= this.at; at--) {
      const tens = Math.floor(rest / 10);
      bytes[at] = ZERO + rest - tens * 10;
      rest = tens;
    }
    this.at = end;
  }

  /** Written to its place as it is and looked through there; only if it holds something to be escaped, written again. */
  #longString(value: string): void {
    const start = this.at;
    this.byte(QUOTE);
    this.#utf8(value);
    const onlyAscii = this.at - start - 1 === value.length;
    if (this.full) {
      return;
    }
    if (needsEscape(this.#bytes, this.#words, start + 1, this.at) || !(onlyAscii || value.isWellFormed())) {
      this.at = start;
      this.#utf8(JSON.stringify(value));
    } else {
      this.byte(QUOTE);
    }
  }

  #utf8(text: string): void {
    const room = this.#limit - this.at;
    if (text.length * UTF8_BYTES_PER_CHAR_MAX > room && Buffer.byteLength(text) > room) {
      this.full = true;
      return;
    }
    this.at += (this.#bytes as unknown as Utf8Writer).utf8Write(text, this.at, room);
  }
}

/** True when a byte in [from, to) is a quote, a backslash or a control character. */
function needsEscape(bytes: Buffer, words: Int32Array, from: number, to: number): boolean {
  let i = from;
  for (; i < to && (i & 3) !== 0; i++) {
    if (escapes(bytes[i]!)) {
      return true;
    }
  }
  // The usual trick on bytes in a word: x - n borrows into the top bit of each byte that is below n. A quote is 0x22,
  // and with bit 1 flipped it falls below 0x21 together with all control characters, and nothing else does.
  let word = i >> 2;
  for (const last = (to >> 2) - 1; word < last; word += 2) {
    const a = words[word]!;
    const b = words[word + 1]!;
    const aSlash = a ^ 0x5c5c5c5c;
    const bSlash = b ^ 0x5c5c5c5c;
    const found =
      (((a ^ 0x02020202) - 0x21212121) & ~a) |
      ((aSlash - 0x01010101) & ~aSlash) |
      (((b ^ 0x02020202) - 0x21212121) & ~b) |
      ((bSlash - 0x01010101) & ~bSlash);
    if ((found & 0x80808080) !== 0) {
      return true;
    }
  }
  for (i = Math.max(i, word << 2); i < to; i++) {
    if (escapes(bytes[i]!)) {
      return true;
    }
  }
  return false;
}

function escapes(byte: number): boolean {
  return byte < 0x20 || byte === QUOTE || byte === 0x5c;
}
