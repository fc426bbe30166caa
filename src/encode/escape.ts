/** Strings and keys as JSON text, for the values that are put together as text first (`any.ts`). */

/**
 * What has to be escaped, or may have to be: JSON.stringify escapes surrogates that stand alone. Looking for it takes half
 * the time of JSON.stringify.
 */
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/;

/** Up to here a loop over the characters is faster than the search. */
const LOOP_CHARS_MAX = 40;

/** The string with quotes, escaped. */
export function stringText(value: string): string {
  return isPlainAscii(value) || !ESCAPED.test(value) ? `"${value}"` : JSON.stringify(value);
}

/** True for a short text that holds nothing to be escaped; false says nothing. */
function isPlainAscii(value: string): boolean {
  if (value.length > LOOP_CHARS_MAX) {
    return false;
  }
  for (let i = 0; i < value.length; i++) {
    const char = value.charCodeAt(i);
    if (char < 0x20 || char > 0x7e || char === 0x22 || char === 0x5c) {
      return false;
    }
  }
  return true;
}

/** `"key":`, escaped. */
export function keyText(key: string): string {
  return `${stringText(key)}:`;
}
