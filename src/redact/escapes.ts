/**
 * Texts in which characters are written by escapes: of URLs (`%2F`), and of JSON that stands in a text (`\/`, `\u002f`, `\n`, with
 * as many backslashes as it has by then). Secrets are made of ASCII, and so the bytes of what else a URL holds are read one by one:
 * that they are no part of a secret is what has to be seen.
 */

/** A redirect in a redirect is escaped twice. */
const LEVELS_MAX = 3;
/** Only from the first of its backslashes on, or many of them would be gone through for each. */
const ESCAPE = /%([\dA-Fa-f]{2})|(?<!\\)\\+(?:u([\dA-Fa-f]{4})|([/nrtbf]))/g;
/** What one letter says behind a backslash. */
const LETTERS: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };

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
  for (let last = text; levels.length < LEVELS_MAX; ) {
    const level = readEscapes(last);
    if (level.text.length === last.length) break;
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
  ESCAPE.lastIndex = 0;
  for (let each = ESCAPE.exec(text); each !== null; each = ESCAPE.exec(text)) {
    const [, byte, unit, short] = each;
    const code = byte ?? unit;
    const char =
      code === undefined ? (LETTERS[short!] ?? short!) : String.fromCharCode(Number.parseInt(code, 16));
    read += text.slice(from, each.index) + char;
    from = ESCAPE.lastIndex;
    places.push(read.length - 1);
    shorter.push(from - read.length);
  }
  return new Unescaped(read + text.slice(from), places, shorter);
}
