import assert from "node:assert/strict";

/** Parses a line's part after it was proved to be one line of valid JSON in valid UTF-8. */
export function parsed(text: string): unknown {
  assert.ok(text.isWellFormed(), "no lone surrogates");
  assert.doesNotMatch(text, /[\u0000-\u001f]/, "no raw control characters");
  return JSON.parse(text);
}

/** The regular expression below runs out of stack somewhere above. */
const LOOKED_THROUGH_CHARS_MAX = 1_000_000;

/** The names of every object in a JSON text, proved to stand there once each. */
export function assertNamesOnce(json: string): void {
  if (json.length > LOOKED_THROUGH_CHARS_MAX) return;
  // JSON.parse keeps the last of equal names, so a text that says one twice comes back shorter.
  assert.equal(
    JSON.stringify(JSON.parse(json)).length,
    minified(json).length,
    `a name stands twice in ${json}`,
  );
}

/** Numbers and escapes as JSON.stringify would write them. */
function minified(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) => JSON.stringify(JSON.parse(token)));
}
