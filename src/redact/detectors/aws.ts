/**
 * What AWS takes as a sign of who you are: ids of access keys (AKIA…, ASIA… and their like), secret access keys, and session
 * tokens. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 *
 * An id is found by how it begins. A secret access key is 40 characters of base64 that begin like nothing: it is taken for one
 * where it holds capitals, small letters and digits in a mixture that words, paths and hashes do not have. Of a thousand random
 * ones this misses about five; none that stands behind its name in the same text.
 */
import { charTable, type Detector, DIGITS, endOfRun, LOWER, type Span, UPPER } from "./detector.js";

const IDS_AND_SESSIONS = /A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{16}|IQoJb3JpZ2lu|FwoGZXIvYXdz/g;
const ID_CHARS = 20;
const IN_ID = charTable(UPPER + DIGITS);
const IN_SESSION = charTable(`${UPPER}${LOWER}${DIGITS}+/=_-`);
const DIGIT = /\d/;

const SECRET_CHARS = 40;
const IN_SECRET = charTable(`${UPPER}${LOWER}${DIGITS}+/`);
const SLASH = 0x2f;
/** Changes between capitals, small letters, digits and the rest: of random ones 25 on average, of words and paths fewer. */
const CHANGES_MIN = 15;
const DISTINCT_MIN = 22;
const SLASHES_MAX = 3;
const NAME_CHARS_MAX = 40;
const NAMED = /secret[_\-. ]?(?:access[_\-. ]?)?key["'\\\s:=>]{1,8}$/i;

export const aws: Detector = (text, found) => {
  findIdsAndSessions(text, found);
  findSecretKeys(text, found);
};

function findIdsAndSessions(text: string, found: Span[]): void {
  IDS_AND_SESSIONS.lastIndex = 0;
  for (let each = IDS_AND_SESSIONS.exec(text); each !== null; each = IDS_AND_SESSIONS.exec(text)) {
    const start = each.index;
    const isId = each[0].length === ID_CHARS;
    const end = isId ? start + ID_CHARS : endOfRun(text, start, IN_SESSION);
    if (!isId || DIGIT.test(each[0].slice(4)) || standsAlone(text, start, end)) {
      found.push({ start, end });
      IDS_AND_SESSIONS.lastIndex = end;
    } else {
      IDS_AND_SESSIONS.lastIndex = start + 1;
    }
  }
}

/** An id without a digit may be the beginning of a word in capitals. */
function standsAlone(text: string, start: number, end: number): boolean {
  return IN_ID[text.charCodeAt(start - 1)] !== 1 && IN_ID[text.charCodeAt(end)] !== 1;
}

/** Only every 40th character is looked at: no run of so many is between two of them. */
function findSecretKeys(text: string, found: Span[]): void {
  let from = 0;
  for (let at = SECRET_CHARS - 1; at < text.length; ) {
    if (IN_SECRET[text.charCodeAt(at)] !== 1) {
      from = at + 1;
      at += SECRET_CHARS;
      continue;
    }
    let start = at;
    while (start > from && IN_SECRET[text.charCodeAt(start - 1)] === 1) start--;
    const end = endOfRun(text, at, IN_SECRET);
    if (end - start >= SECRET_CHARS) findInRun(text, start, end, found);
    from = end + 1;
    at = end + SECRET_CHARS;
  }
}

/** A key fills the run, or what stands between two slashes of it, as in a path. */
function findInRun(text: string, start: number, end: number, found: Span[]): void {
  for (let from = start; end - from >= SECRET_CHARS; from++) {
    const to = from + SECRET_CHARS;
    const isWhole = to === end || text.charCodeAt(to) === SLASH;
    if (isWhole && looksLikeSecret(text.slice(from, to), text, from)) {
      found.push({ start: from, end: to });
      from = to;
    }
    // Behind the next slash.
    while (from < end && text.charCodeAt(from) !== SLASH) from++;
  }
}

function looksLikeSecret(secret: string, text: string, start: number): boolean {
  let [uppers, lowers, digits, slashes, changes] = [0, 0, 0, 0, 0];
  let [before, beyondHex] = [0, false];
  for (let i = 0; i < secret.length; i++) {
    const char = secret.charCodeAt(i);
    const kind = char >= 0x61 ? 1 : char >= 0x41 ? 2 : char >= 0x30 ? 3 : 4;
    if (kind === 1) lowers++;
    else if (kind === 2) uppers++;
    else if (kind === 3) digits++;
    else if (char === SLASH) slashes++;
    beyondHex ||= kind === 4 || (kind < 3 && (char & 0x1f) > 6);
    if (i > 0 && kind !== before) changes++;
    before = kind;
  }
  if (!beyondHex) return false;
  if (NAMED.test(text.slice(Math.max(0, start - NAME_CHARS_MAX), start))) return true;
  const mixed = uppers > 0 && lowers > 0 && digits > 0 && slashes <= SLASHES_MAX && changes >= CHANGES_MIN;
  return mixed && new Set(secret).size >= DISTINCT_MIN;
}
