/**
 * Passwords in URLs, `scheme://name:password@host`, and a token in place of both, `https://token@host` (RFC 3986, 3.2.1). The name
 * stays. A password that holds a slash or the like, which it should not, is found as far as the next `@` near by.
 */
import { charTable, type Detector, type Span } from "./detector.js";

const ENDS_AUTHORITY = charTable("/?# \t\r\n\"'<>\\`");
const ENDS_URL = charTable(" \t\r\n\"'<>\\`");
const COLON = 0x3a;
const AT = 0x40;
const BRACKET = 0x5b;
/** How far a password that ends the authority too early is followed. */
const STRAY_CHARS_MAX = 128;
/** Shorter ones before an `@` are names. */
const BARE_TOKEN_CHARS_MIN = 16;
const WEB_SCHEME = /https?$/i;
const PORT = /^\d*$/;

const BEFORE_AUTHORITY = "://";

export const urlPassword: Detector = (text, found) => {
  for (let at = text.indexOf(BEFORE_AUTHORITY); at >= 0; ) {
    const start = at + BEFORE_AUTHORITY.length;
    const span = secretAt(text, start, at);
    if (span !== undefined) found.push(span);
    at = text.indexOf(BEFORE_AUTHORITY, span?.end ?? start);
  }
};

function secretAt(text: string, start: number, schemeEnd: number): Span | undefined {
  if (text.charCodeAt(start) === BRACKET) return undefined;
  let [colon, at, end] = [-1, -1, start];
  for (; end < text.length; end++) {
    const char = text.charCodeAt(end);
    if (ENDS_AUTHORITY[char] === 1) break;
    if (char === COLON && colon < 0) colon = end;
    else if (char === AT) at = end;
  }
  if (at < 0 && colon >= 0 && !PORT.test(text.slice(colon + 1, Math.min(end, colon + STRAY_CHARS_MAX)))) {
    at = strayAt(text, end);
  }
  if (at < 0) return undefined;
  if (colon >= 0 && colon < at) return colon + 1 === at ? undefined : { start: colon + 1, end: at };
  const isToken =
    at - start >= BARE_TOKEN_CHARS_MIN && WEB_SCHEME.test(text.slice(Math.max(0, schemeEnd - 5), schemeEnd));
  return isToken ? { start, end: at } : undefined;
}

/** The last `@` of the same URL that is near. */
function strayAt(text: string, from: number): number {
  let found = -1;
  for (let at = from; at < text.length && at < from + STRAY_CHARS_MAX; at++) {
    const char = text.charCodeAt(at);
    if (ENDS_URL[char] === 1) break;
    if (char === AT) found = at;
  }
  return found;
}
