/**
 * A private key that comes line by line, as programs print one: the line that begins it is found by the detector, and those behind
 * it say by nothing but their place what they are.
 *
 *     outside ──a line that begins a key and does not end it──► within: what can be of a key is marked
 *        ▲──────a line that ends one, or too many lines in a row without a long piece of a key──┘
 *
 * What else is printed meanwhile passes, and what stands before each line stays, such as a time. A line may only speak of a key: so
 * what is short counts as one's last line only when a long piece has come, and nothing goes on for ever.
 */
import { privateKey } from "./detectors/private-key.js";
import { detectorsOf } from "./detectors.js";
import { type RedactOptions, Redactor } from "./redactor.js";

/** So many lines of others may come between two of a key; one without an end is over then. */
const OTHERS_MAX = 20;
/** Of the longest key, with others between. */
const LINES_MAX = 1000;
/** Up to the last that is begun. */
const BEGIN = /^[\s\S]*- ?BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY/;
const END = /---- ?END [A-Z0-9 ]{1,64}-/;
const BASE64 = /[A-Za-z0-9+/]{4,}={0,2}/g;
/** As long as this it is of a key wherever it stands in a line, but for hashes and paths; the last line of a key is shorter. */
const LONG_CHARS_MIN = 40;
const SMALL = /[a-z]/;
const CAPITAL = /[A-Z]/;
const LAST_CHARS_MIN = 16;
const PADDED_CHARS_MIN = 8;

export class KeyLines {
  readonly #redactor: Redactor;
  /** How many lines of others may still come, and lines at all; 0 is outside of a key. */
  #othersLeft = 0;
  #linesLeft = 0;
  #hadLong = false;

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  /** A line as it may be stored, but for what detectors find in it; the same bytes where nothing is changed. */
  shown(line: Buffer): Buffer {
    if (this.#othersLeft === 0 && !line.includes("PRIVATE KEY")) return line;
    // One character for each byte, so that a line comes out as it went in.
    const text = line.toString("latin1");
    const begun = BEGIN.exec(text)?.[0];
    // What another ended before it, as a certificate in a bundle, does not end it.
    const ends = END.test(text.slice(begun?.length ?? 0));
    if (begun !== undefined) {
      this.#othersLeft = ends ? 0 : OTHERS_MAX;
      this.#linesLeft = LINES_MAX;
      this.#hadLong = false;
      return line;
    }
    if (this.#othersLeft === 0) return line;
    this.#othersLeft--;
    const marked = this.#marked(text);
    if (ends || --this.#linesLeft === 0) this.#othersLeft = 0;
    return marked === text ? line : Buffer.from(marked, "latin1");
  }

  #marked(text: string): string {
    const end = text.trimEnd().length;
    const start = text.length - text.trimStart().length;
    return text.replace(BASE64, (found, at: number) => {
      const isLast = at + found.length === end;
      const isLong = found.length >= LONG_CHARS_MIN && SMALL.test(found) && CAPITAL.test(found);
      const isShort =
        (isLast && (at === start || found.length >= LAST_CHARS_MIN)) ||
        (found.endsWith("=") && found.length >= PADDED_CHARS_MIN);
      if (isLong) {
        this.#othersLeft = OTHERS_MAX;
        this.#hadLong = true;
      }
      return isLong || (isShort && this.#hadLong) ? this.#redactor.mark(found) : found;
    });
  }
}

/** For one stream of lines; undefined where nobody asked for private keys to be found. */
export function keyLinesOf(options: RedactOptions): KeyLines | undefined {
  return detectorsOf(options.redact).includes(privateKey) ? new KeyLines(new Redactor(options)) : undefined;
}
