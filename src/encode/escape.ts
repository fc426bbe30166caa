/** Strings and keys as JSON text, for the values that are put together as text first (`any.ts`). */

/**
 * What has to be escaped, or may have to be: JSON.stringify escapes surrogates that stand alone. Looking for it takes half
 * the time of JSON.stringify.
 */
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/;

/** The string with quotes, escaped. */
export function stringText(value: string): string {
  return ESCAPED.test(value) ? JSON.stringify(value) : `"${value}"`;
}

/** `"key":`, escaped. */
export function keyText(key: string): string {
  return `${stringText(key)}:`;
}
