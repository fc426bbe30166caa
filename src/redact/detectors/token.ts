/**
 * What a request carries to say who sends it: JSON web tokens (RFC 7519) wherever they stand, what follows `Bearer` (RFC 6750),
 * and name and password after `Basic` (RFC 7617).
 *
 * "Bearer" is also a word, so what follows it is a token where it looks like one: it holds a digit, a change from small to
 * capital letters, or is long; or where it stands behind `authorization`, or is all there is in the text.
 */
import { charTable, type Detector, DIGITS, endOfRun, LOWER, type Span, UPPER } from "./detector.js";

const IN_BASE64URL = charTable(`${UPPER}${LOWER}${DIGITS}_-`);
const IN_JWT = charTable(`${UPPER}${LOWER}${DIGITS}_-.`);
const IN_TOKEN = charTable(`${UPPER}${LOWER}${DIGITS}._~+/=-`);
/** `{"` in base64url. */
const JWT_START = "eyJ";
/** No header of a token is shorter. */
const JWT_HEADER_CHARS_MIN = 10;
const POINT = 0x2e;

const SCHEME = /bearer|basic/gi;
const BEARER_CHARS = 6;
const TOKEN_CHARS_MIN = 8;
const LONG_TOKEN_CHARS_MIN = 20;
const LOOKS_MADE = /\d|[a-z][A-Z]/;
const ONLY_SMALL = /^[a-z]+$/;
const HEADER_CHARS_MAX = 24;
const HEADER_BEFORE = /authorization["'\\\s:=>,]{1,10}$/i;
const CREDENTIALS_CHARS_MAX = 4096;
const CREDENTIALS = /^[^\x00-\x1f\x7f\ufffd]*:[^\x00-\x1f\x7f\ufffd]*$/;

export const token: Detector = (text, found) => {
  findJwts(text, found);
  findCredentials(text, found);
};

function findJwts(text: string, found: Span[]): void {
  for (let at = text.indexOf(JWT_START); at >= 0; ) {
    const headerEnd = endOfRun(text, at, IN_BASE64URL);
    let next = headerEnd;
    if (headerEnd - at >= JWT_HEADER_CHARS_MIN && text.charCodeAt(headerEnd) === POINT) {
      const payloadEnd = endOfRun(text, headerEnd + 1, IN_BASE64URL);
      const isToken = text.charCodeAt(payloadEnd) === POINT || text.startsWith(JWT_START, headerEnd + 1);
      if (isToken) {
        next = endOfRun(text, payloadEnd, IN_JWT);
        found.push({ start: at, end: next });
      }
    }
    at = text.indexOf(JWT_START, next);
  }
}

function findCredentials(text: string, found: Span[]): void {
  SCHEME.lastIndex = 0;
  for (let scheme = SCHEME.exec(text); scheme !== null; scheme = SCHEME.exec(text)) {
    const schemeEnd = scheme.index + scheme[0].length;
    const start = afterSpace(text, schemeEnd);
    const end = start === schemeEnd ? start : endOfRun(text, start, IN_TOKEN);
    SCHEME.lastIndex = Math.max(schemeEnd, start);
    if (end === start || text.charCodeAt(start) === 0x3d) continue;
    const said = text.slice(start, end);
    const isBearer = scheme[0].length === BEARER_CHARS;
    const isSecret =
      HEADER_BEFORE.test(text.slice(Math.max(0, scheme.index - HEADER_CHARS_MAX), scheme.index)) ||
      (isBearer ? isToken(said, scheme.index === 0 && end === text.length) : isCredentials(said));
    if (isSecret) {
      found.push({ start, end });
      SCHEME.lastIndex = end;
    }
  }
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

function isCredentials(said: string): boolean {
  return CREDENTIALS.test(Buffer.from(said.slice(0, CREDENTIALS_CHARS_MAX), "base64").toString("utf8"));
}
