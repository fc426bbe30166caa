/**
 * What a request carries to say who sends it: JSON web tokens (RFC 7519) wherever they stand, what follows `Bearer` (RFC 6750),
 * and name and password after `Basic` (RFC 7617).
 *
 * "Bearer" is also a word, so what follows it is a token where it looks like one: it holds a digit, a change from small to
 * capital letters, or is long; or where it stands behind `authorization`, or is all there is in the text. Behind `authorization`
 * it goes on to what ends a value there, whatever it is made of.
 */
import { charTable, type Detector, DIGITS, endOfRun, LOWER, type Span, UPPER } from "./detector.js";

const IN_BASE64URL = charTable(`${UPPER}${LOWER}${DIGITS}_-`);
const IN_JWT = charTable(`${UPPER}${LOWER}${DIGITS}_-.`);
/** Those of RFC 6750, and two that tokens of frameworks are parted by. */
const IN_TOKEN = charTable(`${UPPER}${LOWER}${DIGITS}._~+/=-|:`);
const ENDS_VALUE = charTable(" \t\r\n\"'`<>,;&()[]{}\\");
/** `{"` in base64url, or with spaces or a line break between the two. */
const JWT_START = /ey(?:J|A[gi])|ew(?:o[giJ]|0K)/g;
const JWT_START_CHARS = 4;
/** No header of a token is shorter. */
const JWT_HEADER_CHARS_MIN = 10;
const POINT = 0x2e;
const EQUALS = 0x3d;

const SCHEME = /bearer|basic/gi;
const BEARER_CHARS = 6;
const TOKEN_CHARS_MIN = 8;
const LONG_TOKEN_CHARS_MIN = 20;
const LOOKS_MADE = /\d|[a-z][A-Z]/;
const ONLY_SMALL = /^[a-z]+$/;
const HEADER_CHARS_MAX = 24;
const HEADER_BEFORE = /authorization["'\\\s:=>,]{1,10}$/i;
/** So many are looked at, which is more than a name is long. */
const CREDENTIALS_CHARS_MAX = 512;
const CREDENTIALS = /^[^\x00-\x1f\x7f\ufffd]*:[^\x00-\x1f\x7f\ufffd]*$/;

export const token: Detector = (text, found) => {
  findJwts(text, found);
  findCredentials(text, found);
};

function findJwts(text: string, found: Span[]): void {
  JWT_START.lastIndex = 0;
  for (let each = JWT_START.exec(text); each !== null; each = JWT_START.exec(text)) {
    const at = each.index;
    const headerEnd = endOfRun(text, at, IN_BASE64URL);
    JWT_START.lastIndex = headerEnd;
    if (headerEnd - at >= JWT_HEADER_CHARS_MIN && text.charCodeAt(headerEnd) === POINT) {
      const payloadEnd = endOfRun(text, headerEnd + 1, IN_BASE64URL);
      const isToken = text.charCodeAt(payloadEnd) === POINT || isJwtStart(text, headerEnd + 1);
      if (isToken) {
        const end = endOfRun(text, payloadEnd, IN_JWT);
        found.push({ start: at, end });
        JWT_START.lastIndex = end;
      }
    }
  }
}

function isJwtStart(text: string, at: number): boolean {
  return text.slice(at, at + JWT_START_CHARS).search(JWT_START) === 0;
}

function findCredentials(text: string, found: Span[]): void {
  SCHEME.lastIndex = 0;
  // Schemes that stand in one run of characters have one end, which is looked for once.
  let runEnd = 0;
  for (let scheme = SCHEME.exec(text); scheme !== null; scheme = SCHEME.exec(text)) {
    const schemeEnd = scheme.index + scheme[0].length;
    const start = afterSpace(text, schemeEnd);
    SCHEME.lastIndex = start;
    if (start === schemeEnd || text.charCodeAt(start) === EQUALS) continue;
    const inHeader = HEADER_BEFORE.test(
      text.slice(Math.max(0, scheme.index - HEADER_CHARS_MAX), scheme.index),
    );
    if (start >= runEnd) runEnd = endOfRun(text, start, IN_TOKEN);
    const end = inHeader ? endOfValue(text, start) : runEnd;
    if (end === start) continue;
    const said = text.slice(start, end);
    const isAll = scheme.index === 0 && end === text.length;
    const isBearer = scheme[0].length === BEARER_CHARS;
    const isSecret = inHeader || (isBearer ? isToken(said, isAll) : isCredentials(said, isAll));
    if (isSecret) {
      found.push({ start, end });
      SCHEME.lastIndex = end;
    }
  }
}

function endOfValue(text: string, at: number): number {
  let end = at;
  while (end < text.length && ENDS_VALUE[text.charCodeAt(end)] !== 1) end++;
  return end;
}

/** Behind the spaces that stand at `at`, as they are or as in a form. */
function afterSpace(text: string, at: number): number {
  let end = at;
  for (;;) {
    const char = text.charCodeAt(end);
    if (char === 0x20 || char === 0x09 || char === 0x2b) end++;
    else return end;
  }
}

function isToken(said: string, isAll: boolean): boolean {
  if (isAll && !ONLY_SMALL.test(said)) return true;
  return said.length >= TOKEN_CHARS_MIN && (said.length >= LONG_TOKEN_CHARS_MIN || LOOKS_MADE.test(said));
}

/** Any bytes but those of control characters may be Latin-1, which a word would be too often: it counts where there is nothing else. */
function isCredentials(said: string, isAll: boolean): boolean {
  const bytes = Buffer.from(said.slice(0, CREDENTIALS_CHARS_MAX), "base64");
  return CREDENTIALS.test(bytes.toString(isAll ? "latin1" : "utf8"));
}
