/**
 * Texts in which characters are written by escapes: of URLs (`%2F`), and of JSON that stands in a text (`\/`, `\u002f`, with as
 * many backslashes as it has by then). Only what is printable ASCII is read, of which secrets are made.
 */

/** A redirect in a redirect is escaped twice. */
const LEVELS_MAX = 3;
/** Of a printable character. */
const HEX = "(?:[2-6][\\dA-Fa-f]|7[\\dA-Ea-e])";
const HEX_CHARS = 2;
const IS_HEX = new RegExp(`^${HEX}$`);
const UNICODE = "u00";
const ANY_ESCAPE = new RegExp(`%${HEX}|\\\\(?:${UNICODE}${HEX}|/)`);
const PERCENT = 0x25;
const SLASH = 0x2f;
const BACKSLASH = 0x5c;

export class Unescaped {
  /** With its escapes read. */
  readonly text: string;
  /** Of each escape: where its character stands now, and how much shorter everything is up to and with it. */
  readonly #places: readonly number[];
  readonly #shorter: readonly number[];

  constructor(text: string, places: readonly number[], shorter: readonly number[]) {
    this.text = text;
    this.#places = places;
    this.#shorter = shorter;
  }

  /** Where in the text before stands what stands at `place`. */
  before(place: number): number {
    let [low, high] = [0, this.#places.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#places[middle]! < place) low = middle + 1;
      else high = middle;
    }
    return place + (low === 0 ? 0 : this.#shorter[low - 1]!);
  }
}

/** The text as it reads with its escapes read, then as that reads with its own, as long as there are any. */
export function unescaped(text: string): readonly Unescaped[] {
  const levels: Unescaped[] = [];
  for (let last = text; levels.length < LEVELS_MAX && ANY_ESCAPE.test(last); ) {
    const level = readEscapes(last);
    levels.push(level);
    last = level.text;
  }
  return levels;
}

function readEscapes(text: string): Unescaped {
  const places: number[] = [];
  const shorter: number[] = [];
  let read = "";
  let from = 0;
  for (let at = 0; at < text.length; ) {
    const first = text.charCodeAt(at);
    if (first !== PERCENT && first !== BACKSLASH) {
      at++;
      continue;
    }
    let next = at + 1;
    while (first === BACKSLASH && text.charCodeAt(next) === BACKSLASH) next++;
    const isSlash = first === BACKSLASH && text.charCodeAt(next) === SLASH;
    const hexAt = first === PERCENT ? next : text.startsWith(UNICODE, next) ? next + UNICODE.length : -1;
    const code = isSlash ? SLASH : hexAt < 0 ? -1 : printableAt(text, hexAt);
    if (code >= 0) {
      next = isSlash ? next + 1 : hexAt + HEX_CHARS;
      read += text.slice(from, at) + String.fromCharCode(code);
      from = next;
      places.push(read.length - 1);
      shorter.push(next - read.length);
    }
    at = next;
  }
  return new Unescaped(read + text.slice(from), places, shorter);
}

/** The code of a printable character in two hex digits; -1 where there is none. */
function printableAt(text: string, at: number): number {
  const hex = text.slice(at, at + HEX_CHARS);
  return IS_HEX.test(hex) ? Number.parseInt(hex, 16) : -1;
}
