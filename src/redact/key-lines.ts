/**
 * A private key that comes line by line, as programs print one: the line that begins it is found by the detector, and those behind
 * it say by nothing but their place what they are.
 *
 *     outside ──a line that begins a key and does not end it──► within: what can be of a key is marked
 *        ▲──────a line that ends one, or too many lines in a row that have nothing of a key──┘
 *
 * What else is printed meanwhile passes, and what stands before each line stays, such as a time.
 */
import { privateKey } from "./detectors/private-key.js";
import { detectorsOf } from "./detectors.js";
import { type RedactOptions, Redactor } from "./redactor.js";

/** So many lines of others may come between two of a key; one without an end is over then. */
const OTHERS_MAX = 20;
const BEGIN = /-BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY/;
const END = /-END [A-Z0-9 ]{1,64}-/;
const BASE64 = /[A-Za-z0-9+/]{4,}={0,2}/g;
/** As long as this it is of a key wherever it stands in a line; the last line of a key is shorter. */
const CHARS_MIN = 40;
const LAST_CHARS_MIN = 16;
const PADDED_CHARS_MIN = 8;

export class KeyLines {
  readonly #redactor: Redactor;
  /** How many lines of others may still come; 0 is outside of a key. */
  #othersLeft = 0;

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  /** A line as it may be stored, but for what detectors find in it; the same bytes where nothing is changed. */
  shown(line: Buffer): Buffer {
    if (this.#othersLeft === 0 && !line.includes("PRIVATE KEY")) return line;
    // One character for each byte, so that a line comes out as it went in.
    const text = line.toString("latin1");
    if (BEGIN.test(text)) {
      this.#othersLeft = END.test(text) ? 0 : OTHERS_MAX;
      return line;
    }
    if (this.#othersLeft === 0) return line;
    const marked = this.#marked(text);
    this.#othersLeft = END.test(text) ? 0 : marked === text ? this.#othersLeft - 1 : OTHERS_MAX;
    return marked === text ? line : Buffer.from(marked, "latin1");
  }

  #marked(text: string): string {
    const end = text.trimEnd().length;
    const start = text.length - text.trimStart().length;
    return text.replace(BASE64, (found, at: number) => {
      const isLast = at + found.length === end;
      const isOfKey =
        found.length >= CHARS_MIN ||
        (isLast && (at === start || found.length >= LAST_CHARS_MIN)) ||
        (found.endsWith("=") && found.length >= PADDED_CHARS_MIN);
      return isOfKey ? this.#redactor.mark(found) : found;
    });
  }
}

/** For one stream of lines; undefined where nobody asked for private keys to be found. */
export function keyLinesOf(options: RedactOptions): KeyLines | undefined {
  return detectorsOf(options.redact).includes(privateKey) ? new KeyLines(new Redactor(options)) : undefined;
}
