/**
 * Private keys in PEM (RFC 7468) and the forms like it of OpenSSH and PGP, from the dashes before BEGIN to those behind END,
 * line breaks written in whatever way. One without an end goes as far as what follows can be of a key.
 */
import {
  charTable,
  type Detector,
  DIGITS,
  endOfRun,
  LOWER,
  replaceSpans,
  type Span,
  UPPER,
} from "./detector.js";

const WORD = "PRIVATE";
/** What stands before the word, from the first dash on, and after it, up to the last. */
const HEAD_BEFORE = /-{4,5}(?: |%20|\+)?BEGIN(?:(?: |%20|\+)[A-Z0-9]{1,12}){0,3}(?: |%20|\+)$/;
const HEAD_AFTER = /^(?: |%20|\+)KEY(?:(?: |%20|\+)BLOCK)?(?: |%20|\+)?-{4,5}/;
const HEAD_CHARS_MAX = 80;
const END = "-END";
const END_SPACED = "- END";
const FOOT = /^(?:-{1,5}| )*END(?:(?: |%20|\+)[A-Z0-9]{1,12}){0,5}(?: |%20|\+)?-{0,5}/;
const IN_BODY = charTable(`${UPPER}${LOWER}${DIGITS}+/=\r\n\t \\%:,-`);

export const privateKey: Detector = (text, mark) => {
  let word = text.indexOf(WORD);
  if (word < 0) return text;
  const spans: Span[] = [];
  const ends = new Ends(text);
  while (word >= 0) {
    const before = HEAD_BEFORE.exec(text.slice(Math.max(0, word - HEAD_CHARS_MAX), word));
    const after = HEAD_AFTER.exec(text.slice(word + WORD.length, word + HEAD_CHARS_MAX));
    let next = word + WORD.length;
    const start = word - (before?.[0].length ?? 0);
    if (before !== null && after !== null && start >= (spans.at(-1)?.end ?? 0)) {
      const body = next + after[0].length;
      const end = ends.from(body);
      next = end === undefined ? endOfRun(text, body, IN_BODY) : footEnd(text, end);
      spans.push({ start, end: next });
    }
    word = text.indexOf(WORD, next);
  }
  return replaceSpans(text, spans, mark);
};

/** Where the next END stands, looked for once where there is none. */
class Ends {
  readonly #text: string;
  #none = false;

  constructor(text: string) {
    this.#text = text;
  }

  from(at: number): number | undefined {
    if (this.#none) return undefined;
    const found = [this.#text.indexOf(END, at), this.#text.indexOf(END_SPACED, at)].filter(
      (each) => each >= 0,
    );
    this.#none = found.length === 0;
    return this.#none ? undefined : Math.min(...found);
  }
}

function footEnd(text: string, at: number): number {
  return at + (FOOT.exec(text.slice(at, at + HEAD_CHARS_MAX))?.[0].length ?? END.length);
}
