/**
 * Private keys in PEM (RFC 7468) and the forms like it of OpenSSH and PGP, from the dashes before BEGIN to those behind END,
 * line breaks written in whatever way. One without an end goes as far as what follows can be of a key.
 */
import { charTable, type Detector, DIGITS, endOfRun, LOWER, UPPER } from "./detector.js";

const WORD = "PRIVATE";
/** What stands before the word, from the first dash on, and after it, up to the last. */
const HEAD_BEFORE = /-{4,5}[ +]?BEGIN(?:[ +][A-Z0-9]{1,12}){0,3}[ +]$/;
const HEAD_AFTER = /^[ +]KEY(?:[ +]BLOCK)?[ +]?-{4,5}/;
const HEAD_CHARS_MAX = 80;
/** With as many dashes as no word has before it, such as FRONT-END. */
const END = "----END";
const END_SPACED = "---- END";
const FOOT = /^---- ?END(?:[ +][A-Z0-9]{1,12}){0,5}[ +]?-{0,5}/;
const IN_BODY = charTable(`${UPPER}${LOWER}${DIGITS}+/=\r\n\t \\%:,-`);

export const privateKey: Detector = (text, found) => {
  let word = text.indexOf(WORD);
  if (word < 0) return;
  const ends = new Ends(text);
  let from = 0;
  while (word >= 0) {
    const before = HEAD_BEFORE.exec(text.slice(Math.max(0, word - HEAD_CHARS_MAX), word));
    const after = HEAD_AFTER.exec(text.slice(word + WORD.length, word + HEAD_CHARS_MAX));
    let next = word + WORD.length;
    const start = word - (before?.[0].length ?? 0);
    if (before !== null && after !== null && start >= from) {
      const body = next + after[0].length;
      const end = ends.from(body);
      next = end === undefined ? endOfRun(text, body, IN_BODY) : footEnd(text, end);
      found.push({ start, end: next });
      from = next;
    }
    word = text.indexOf(WORD, next);
  }
};

/** Where the next END stands; each is looked for once, or a text with many keys would be gone through for each of them. */
class Ends {
  readonly #text: string;
  readonly #next = new Map([END, END_SPACED].map((end) => [end, -1]));

  constructor(text: string) {
    this.#text = text;
  }

  from(at: number): number | undefined {
    for (const [end, next] of this.#next) {
      if (next < at) this.#next.set(end, placeOf(this.#text, end, at));
    }
    const first = Math.min(...this.#next.values());
    return first === Number.POSITIVE_INFINITY ? undefined : first;
  }
}

function placeOf(text: string, part: string, from: number): number {
  const at = text.indexOf(part, from);
  return at < 0 ? Number.POSITIVE_INFINITY : at;
}

function footEnd(text: string, at: number): number {
  return at + (FOOT.exec(text.slice(at, at + HEAD_CHARS_MAX))?.[0].length ?? END.length);
}
