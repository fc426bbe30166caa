/** Texts and numbers of JSON in bytes. What ends them must stand behind them: any other byte will do, a zero too. */

/** Numbers of so many digits come through a double unchanged: DBL_DIG of IEEE 754. */
const EXACT_DIGITS_MAX = 15;

const QUOTE = 0x22;
const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const BACKSLASH = 0x5c;
const LOWER_E = 0x65;
const LOWER_U = 0x75;
const TO_LOWER = 0x20;
const ESCAPED = new Set(Buffer.from('"\\/bfnrt'));

/**
 * Where a text ends whose first byte stands at `start`, behind its closing quote; or -1. `words` is the same memory: a long text
 * is gone through by four bytes where none of them is a quote, a backslash or a control character.
 */
export function stringEnd(bytes: Buffer, words: Int32Array, start: number): number {
  for (let at = start; ; at++) {
    if ((at & 3) === 0 && !endsOrEscapes(words[at >> 2]!)) {
      let word = (at >> 2) + 1;
      while (!endsOrEscapes(words[word]!)) word++;
      at = word << 2;
    }
    const byte = bytes[at]!;
    if (byte === QUOTE) return at + 1;
    if (byte < 0x20) return -1;
    if (byte === BACKSLASH) {
      at = escapeEnd(bytes, at + 1);
      if (at < 0) return -1;
    }
  }
}

/** The usual trick on bytes in a word, as in `encode/pen.ts`. The zero behind a line is a control character. */
function endsOrEscapes(word: number): boolean {
  const found = ((word ^ 0x02020202) - 0x21212121) | ((word ^ 0x5c5c5c5c) - 0x01010101);
  return (found & ~word & 0x80808080) !== 0;
}

/** The last byte of an escape, whose first one behind the backslash stands at `at`; or -1. */
function escapeEnd(bytes: Buffer, at: number): number {
  if (bytes[at] === LOWER_U) {
    return /^[0-9a-fA-F]{4}$/.test(bytes.toString("latin1", at + 1, at + 5)) ? at + 4 : -1;
  }
  return ESCAPED.has(bytes[at]!) ? at : -1;
}

/** Where a number ends that begins at `start`; or -1, also where a double does not hold it. */
export function numberEnd(bytes: Buffer, start: number): number {
  let at = bytes[start] === MINUS ? start + 1 : start;
  const digitsStart = at;
  while (isDigit(bytes[at]!)) at++;
  let digits = at - digitsStart;
  if (digits === 0 || (digits > 1 && bytes[digitsStart] === ZERO)) return -1;
  if (bytes[at] === POINT) {
    const fractionStart = ++at;
    while (isDigit(bytes[at]!)) at++;
    if (at === fractionStart) return -1;
    digits += at - fractionStart;
  }
  if ((bytes[at]! | TO_LOWER) === LOWER_E) {
    at++;
    if (bytes[at] === PLUS || bytes[at] === MINUS) at++;
    while (isDigit(bytes[at]!)) at++;
  } else if (digits <= EXACT_DIGITS_MAX) {
    return at;
  }
  // What JSON.stringify writes of a double comes out as it went in.
  const text = bytes.toString("latin1", start, at);
  return `${Number(text)}` === text ? at : -1;
}

/** The number that stands there, where it is an integer without sign of at most 15 digits; else -1. */
export function integerAt(bytes: Buffer, start: number, end: number): number {
  if (end - start > EXACT_DIGITS_MAX) return -1;
  let value = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (!isDigit(byte)) return -1;
    value = value * 10 + byte - ZERO;
  }
  return value;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}
