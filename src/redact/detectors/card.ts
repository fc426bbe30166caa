/**
 * Numbers of payment cards: of a length and a beginning that an issuer gives out, with the right check digit (Luhn, ISO/IEC
 * 7812-1); in one piece, or in groups as they stand on the card, parted by one and the same of space, tab, dash, point, `_` or `+`.
 *
 * Left alone are fractions (0.4111…), what follows `_-`, and what of 17 to 19 digits is part of a name, as in
 * `blk_-6952295868487656571`: ids of that length are common, and one in ten has the right check digit.
 * Visa's old numbers of 13 digits are not looked for, which are gone, and look like the numbers below bar codes.
 */
import type { Detector, Span } from "./detector.js";

const DIGITS_MIN = 14;
const DIGITS_MAX = 19;
const GROUP_DIGITS = 4;
/** From so many on, a number must not be part of a name. */
const LONG_DIGITS_MIN = 17;

const SEPARATOR = "([ \\t._+\\u00a0-])";
const IN_FOURS = new RegExp(`\\d{4}${SEPARATOR}\\d{4}\\1\\d{4}\\1\\d{4}(?!\\d)`, "y");
/** A status or an amount may stand behind a shorter one, which is then looked at, too. */
const IN_FOURS_AND_THREE = new RegExp(`\\d{4}${SEPARATOR}(?:\\d{4}\\1){3}\\d{3}(?!\\d)`, "y");
/** As a form has American Express that parts every number so. */
const IN_FOURS_UP_TO_THREE = new RegExp(`3[47]\\d\\d${SEPARATOR}\\d{4}\\1\\d{4}\\1\\d{3}(?!\\d)`, "y");
/** As on cards of American Express and Diners Club. */
const IN_THREE = new RegExp(`3\\d{3}${SEPARATOR}\\d{6}\\1\\d{4,5}(?!\\d)`, "y");
const NO_DIGITS = /\D/g;

const FRACTION = /\d\.$/;
const NEGATIVE_ID = /_-$/;
const NAME_BEFORE = /[A-Za-z_]-?$/;
const NAME_AFTER = /^[A-Za-z_]/;

/** The shortest number, as a value, that may be that of a card. */
export const CARD_NUMBER_MIN = 1e13;

export const card: Detector = (text, found) => {
  let from = 0;
  // The shortest group of a card number has so many digits that one of them is looked at.
  for (let at = GROUP_DIGITS - 1; at < text.length; ) {
    if (!isDigitAt(text, at)) {
      at += GROUP_DIGITS;
      continue;
    }
    let start = at;
    while (start > from && isDigitAt(text, start - 1)) start--;
    let end = at + 1;
    while (end < text.length && isDigitAt(text, end)) end++;
    const span = end - start === GROUP_DIGITS ? groupedAt(text, start) : wholeAt(text, start, end);
    if (span !== undefined) {
      found.push(span);
      end = span.end;
    }
    from = end;
    at = end + GROUP_DIGITS - 1;
  }
};

function isDigitAt(text: string, at: number): boolean {
  const char = text.charCodeAt(at);
  return char >= 0x30 && char <= 0x39;
}

function wholeAt(text: string, start: number, end: number): Span | undefined {
  const digits = end - start;
  if (digits < DIGITS_MIN || digits > DIGITS_MAX) return undefined;
  const before = text.slice(Math.max(0, start - 2), start);
  if (FRACTION.test(before) || NEGATIVE_ID.test(before)) return undefined;
  if (digits >= LONG_DIGITS_MIN && (NAME_BEFORE.test(before) || NAME_AFTER.test(text.slice(end, end + 1)))) {
    return undefined;
  }
  return isCard(text.slice(start, end)) ? { start, end } : undefined;
}

function groupedAt(text: string, start: number): Span | undefined {
  for (const groups of [IN_FOURS_AND_THREE, IN_FOURS, IN_FOURS_UP_TO_THREE, IN_THREE]) {
    groups.lastIndex = start;
    const [number = ""] = groups.exec(text) ?? [];
    const secret = number.replace(NO_DIGITS, "");
    if (isCard(secret)) return { start, end: start + number.length, secret };
  }
  return undefined;
}

function isCard(digits: string): boolean {
  return isIssued(digits) && hasCheckDigit(digits);
}

/** https://en.wikipedia.org/wiki/Payment_card_number lists who issues what. */
function isIssued(digits: string): boolean {
  const { length } = digits;
  const two = Number(digits.slice(0, 2));
  const four = Number(digits.slice(0, 4));
  if (two >= 40 && two <= 49) return length === 16 || length === 19;
  if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)) return length === 16;
  if (two === 34 || two === 37) return length === 15;
  if (two === 36 || two === 38 || two === 39 || (four >= 3000 && four <= 3059))
    return length === 14 || length === 16;
  if (four >= 3528 && four <= 3589) return length >= 16;
  if (four >= 2200 && four <= 2204) return length === 16;
  if (two === 62 || two === 60 || two === 64 || two === 65 || two === 81) return length >= 16;
  return (two === 50 || (two >= 56 && two <= 69)) && length === 16;
}

function hasCheckDigit(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 0x30;
    const counted = i % 2 === 0 ? digit : digit * 2;
    sum += counted > 9 ? counted - 9 : counted;
  }
  return sum % 10 === 0;
}
