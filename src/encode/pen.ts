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
  /** The same memory, for words that stand anywhere. */
  readonly view: DataView;
}

/** Node's writer of UTF-8 without the argument checks of `Buffer.write`; writes whole characters only. */
type Utf8Writer = { utf8Write(text: string, at: number, bytesMax: number): number };

/** Up to here a loop over the characters is faster than a call. */
const LOOP_CHARS_MAX = 40;
const COPY_LOOP_BYTES_MAX = 400;
/** UTF-8 takes at most 3 bytes for a UTF-16 unit. */
const UTF8_BYTES_PER_CHAR_MAX = 3;
/** Digits of the largest 32-bit integer. */
const DIGITS_MAX = 10;
/** Fractions of so many digits at most are written by a loop: a price's two, a duration's three. */
const THOUSANDTHS = 1000;
const THOUSANDTHS_MAX = 2 ** 31;

const QUOTE = 0x22;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;

/** Text that is written as it is, made into words once; of the last one not all bytes may count. */
export interface Constant {
  readonly words: Int32Array;
  readonly bytes: number;
}

export function constant(text: string): Constant {
  const bytes = Buffer.from(text);
  const words = new Int32Array(Math.ceil(bytes.length / 4));
  Buffer.from(words.buffer).set(bytes);
  return { words, bytes: bytes.length };
}

export class Pen {
  /** Where the next byte goes. */
  at = 0;
  full = false;
  #bytes: Buffer = Buffer.alloc(0);
  #words: Int32Array = new Int32Array(0);
  #view: DataView = new DataView(this.#words.buffer);
  #limit = 0;

  begin({ bytes, words, view }: LineTarget, at: number): void {
    this.#bytes = bytes;
    this.#words = words;
    this.#view = view;
    this.#limit = bytes.length;
    this.at = at;
    this.full = false;
  }

  /** What is written from here on goes nowhere. */
  close(): void {
    this.#limit = 0;
  }

  byte(byte: number): void {
    if (this.at < this.#limit) {
      this.#bytes[this.at++] = byte;
    } else {
      this.full = true;
    }
  }

  constant({ words, bytes }: Constant): void {
    const view = this.#view;
    let { at } = this;
    if (at + words.length * 4 > this.#limit) {
      this.#constantAtEnd(words, bytes);
      return;
    }
    for (let i = 0; i < words.length; i++) {
      view.setInt32(at, words[i]!, true);
      at += 4;
    }
    this.at += bytes;
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
      return;
    }
    const thousandths = Math.round(value * THOUSANDTHS);
    // Decimals of so few digits are one number each, so this is the shortest text that is read as the value again.
    if (value > 0 && thousandths < THOUSANDTHS_MAX && thousandths / THOUSANDTHS === value) {
      this.#thousandths(thousandths | 0);
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

  /** Bytes of UTF-8 that are JSON already; `source` and `sourceView` are the same memory. */
  copy(source: Buffer, sourceView: DataView, from: number, to: number): void {
    const length = to - from;
    let { at } = this;
    if (at + length > this.#limit) {
      this.full = true;
      return;
    }
    this.at = at + length;
    if (length > COPY_LOOP_BYTES_MAX) {
      source.copy(this.#bytes, at, from, to);
      return;
    }
    const view = this.#view;
    let i = from;
    for (; i + 4 <= to; i += 4) {
      view.setInt32(at, sourceView.getInt32(i, true), true);
      at += 4;
    }
    const bytes = this.#bytes;
    for (; i < to; i++) {
      bytes[at++] = source[i]!;
    }
  }

  /** Goes back to an earlier `at` and `full`: what was written since does not count. */
  rewind(at: number, full: boolean): void {
    this.at = at;
    this.full = full;
  }

  #integer(value: number): void {
    // The smallest one has no positive counterpart of 32 bits.
    if (this.at + DIGITS_MAX + 1 > this.#limit || value === -THOUSANDTHS_MAX) {
      this.#utf8(`${value}`);
      return;
    }
    let rest = value;
    if (rest < 0) {
      this.#bytes[this.at++] = MINUS;
      rest = -rest;
    }
    this.#digits(rest, digitsOf(rest));
  }

  /** A fraction, not zero and above 0. */
  #thousandths(thousandths: number): void {
    if (this.at + DIGITS_MAX + 1 > this.#limit) {
      this.#utf8(`${thousandths / THOUSANDTHS}`);
      return;
    }
    const whole = (thousandths / THOUSANDTHS) | 0;
    this.#digits(whole, digitsOf(whole));
    this.#bytes[this.at++] = POINT;
    let rest = thousandths - whole * THOUSANDTHS;
    let digits = 3;
    for (let tenth = (rest / 10) | 0; tenth * 10 === rest; tenth = (rest / 10) | 0) {
      rest = tenth;
      digits--;
    }
    this.#digits(rest, digits);
  }

  /** So many digits of a number, the last ones; not checked for room. */
  #digits(value: number, digits: number): void {
    const bytes = this.#bytes;
    const end = this.at + digits;
    let rest = value | 0;
    for (let at = end - 1; at >= this.at; at--) {
      const tens = (rest / 10) | 0;
      bytes[at] = ZERO + rest - tens * 10;
      rest = tens;
    }
    this.at = end;
  }

  #constantAtEnd(words: Int32Array, length: number): void {
    if (this.at + length > this.#limit) {
      this.full = true;
      return;
    }
    this.#bytes.set(new Uint8Array(words.buffer, 0, length), this.at);
    this.at += length;
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

/** Digits of a 32-bit integer that is not negative. */
function digitsOf(value: number): number {
  if (value < 10) return 1;
  if (value < 100) return 2;
  if (value < 1000) return 3;
  if (value < 10_000) return 4;
  if (value < 100_000) return 5;
  if (value < 1_000_000) return 6;
  if (value < 10_000_000) return 7;
  if (value < 100_000_000) return 8;
  return value < 1_000_000_000 ? 9 : DIGITS_MAX;
}

/** True when a byte in [from, to) is a quote, a backslash or a control character. */
function needsEscape(bytes: Buffer, words: Int32Array, from: number, to: number): boolean {
  const firstWord = (from + 3) >> 2;
  const lastWord = to >> 2;
  if (firstWord >= lastWord) {
    return escapesIn(bytes, from, to);
  }
  return (
    escapesIn(bytes, from, firstWord << 2) ||
    escapesIn(bytes, lastWord << 2, to) ||
    escapesInWords(words, firstWord, lastWord)
  );
}

/*
 * The usual trick on bytes in a word: x - n borrows into the top bit of each byte that is below n. A quote is 0x22, and with bit
 * 1 flipped it falls below 0x21 together with all control characters, and nothing else does. Bytes whose top bit is set before
 * are left out.
 */

function escapesInWords(words: Int32Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const a = words[i]!;
    const found = ((a ^ 0x02020202) - 0x21212121) | ((a ^ 0x5c5c5c5c) - 0x01010101);
    if ((found & ~a & 0x80808080) !== 0) {
      return true;
    }
  }
  return false;
}

function escapesIn(bytes: Buffer, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!;
    if (byte < 0x20 || byte === QUOTE || byte === 0x5c) {
      return true;
    }
  }
  return false;
}
