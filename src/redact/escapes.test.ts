/** Escapes are read, however often they were made, and every place leads back to where it was written. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { unescaped } from "./escapes.js";
import { Redactor } from "./redactor.js";
import { secrets } from "./secrets.cases.js";

const hex = (char: string) => char.charCodeAt(0).toString(16).padStart(2, "0");

/** How a character is written by those who escape: of a URL, by PHP in JSON, by those who make JSON safe for HTML, and by nobody. */
const ESCAPES: readonly ((char: string) => string)[] = [
  (char) => `%${hex(char)}`,
  (char) => `%${hex(char).toUpperCase()}`,
  (char) => (char === "/" ? "\\/" : char),
  (char) => `\\u00${hex(char)}`,
  (char) => `\\\\\\u00${hex(char)}`,
];
const plain = fc.stringMatching(/^[ -$&-[\]-~]{0,30}$/);
const escapedAt = fc.array(fc.option(fc.constantFrom(...ESCAPES)), { minLength: 1, maxLength: 7 });

/** Each character by the next of the escapes, or as it is. */
function written(text: string, escapes: readonly (((char: string) => string) | null)[]): string[] {
  return [...text].map((char, i) => escapes[i % escapes.length]?.(char) ?? char);
}

test("a text with escapes reads as it was meant, and leads back", () => {
  fc.assert(
    fc.property(plain, escapedAt, (text, escapes) => {
      const pieces = written(text, escapes);
      const [level] = unescaped(pieces.join(""));
      if (level === undefined) {
        assert.equal(pieces.join(""), text);
        return;
      }
      assert.equal(level.text, text);
      for (let place = 0, written = 0; place <= text.length; place++) {
        assert.equal(level.before(place), written, `${place} of ${text}`);
        written += pieces[place]?.length ?? 0;
      }
    }),
  );
});

test("what is no escape is none", () => {
  for (const text of ["100%", "C:\\users", "\\\\", '\\"', "%4", "%4g", "\\u004", "\\u00g1"]) {
    assert.deepEqual(unescaped(text), [], text);
  }
});

/** Or its letters would be taken for a part of what stands behind it. */
test("what is no printable character is read, too: of a URL byte by byte", () => {
  const read = (text: string) => unescaped(text)[0]?.text;
  assert.equal(read("%0a%7f%E5%8F%B7"), "\n\x7f\xe5\x8f\xb7");
  assert.equal(read("\\n\\\\t\\r\\b\\f"), "\n\t\r\b\f");
  assert.equal(read("\\u000a\\u5361\\ud83d\\udcb3"), "\n\u5361\u{1f4b3}");
});

test("a secret is found however its characters are written, and nothing beside it is touched", () => {
  const all = new Redactor({ redact: ["secrets"], redactBy: "censor" });
  fc.assert(
    fc.property(secrets, escapedAt, fc.integer({ min: 0, max: 1 }), ({ secret, text }, escapes, again) => {
      const at = text.indexOf(secret);
      const spelled = written(secret, escapes).join("");
      const once = `<%3C ${text.slice(0, at)}${spelled}${text.slice(at + secret.length)} \\u003e>`;
      const said = again === 0 ? once : encodeURIComponent(once);
      const redacted = all.text(said);
      assert.match(redacted, /\[redacted\]/);
      assert.ok(redacted.startsWith(again === 0 ? "<%3C " : "%3C%253C%20"), redacted);
      assert.ok(redacted.endsWith(again === 0 ? " \\u003e>" : "%20%5Cu003e%3E"), redacted);
      assert.ok(redacted.length < said.length, redacted);
      for (const { text: read } of [{ text: redacted }, ...unescaped(redacted)]) {
        assert.ok(!read.includes(secret), `${said} becomes ${redacted}`);
      }
    }),
    { numRuns: 1000 },
  );
});

test("secrets that are written in different ways have one hash", () => {
  const hashing = new Redactor({ redact: ["secrets"], redactBy: "hash", redactSalt: "0123456789abcdef" });
  const [first, ...others] = [
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "wJalrXUtnFEMI%2FK7MDENG%2fbPxRfiCYEXAMPLEKEY",
    "wJalrXUtnFEMI\\/K7MDENG\\/bPxRfiCYEXAMPLEKEY",
    "wJalrXUtnFEMI\\u002fK7MDENG%252FbPxRfiCYEXAMPLEKEY",
  ].map((text) => hashing.text(text));
  assert.match(first!, /^\[hash:[a-p]{16}\]$/);
  assert.deepEqual(others, [first, first, first]);
  assert.equal(hashing.text("4111%201111%201111%201111"), hashing.text("4111111111111111"));
});
