/**
 * JSON text whose numbers a double may not hold. Whoever reads it as values and writes these again would change them: the id
 * 12345678901234567890 would come out as 12345678901234567000.
 */

/** A decimal of so many digits comes back from a double unchanged: DBL_DIG of IEEE 754. */
const EXACT_DIGITS_MAX = 15;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const NOT_A_BRACKET = /[^[\]{}]+/g;
/** What every number that is not exact looks like somewhere; quick to look for. */
const SUSPICIOUS = /[\d.]{16}|\d[eE]/;

/** The value of a JSON text, in which such numbers are texts of their digits, as a BigInt is in a line. Throws SyntaxError. */
export function parseExactly(json: string): unknown {
  const value: unknown = JSON.parse(json);
  if (!SUSPICIOUS.test(json)) {
    return value;
  }
  const exact = [...piecesOf(json)].map(({ text, isString }) =>
    isString ? text : text.replace(NUMBER, (number) => (isExactNumber(number) ? number : `"${number}"`)),
  );
  return JSON.parse(exact.join(""));
}

/** True where every number keeps its meaning as a double, and nothing is nested deeper than that. */
export function isExactWithin(json: string, depthMax: number): boolean {
  let depth = 0;
  let isExact = true;
  for (const { text, isString } of piecesOf(json)) {
    for (const mark of isString ? "" : text.replace(NOT_A_BRACKET, "")) {
      depth += mark === "{" || mark === "[" ? 1 : -1;
      isExact &&= depth <= depthMax;
    }
    isExact &&= isString || (text.match(NUMBER) ?? []).every(isExactNumber);
  }
  return isExact;
}

function isExactNumber(token: string): boolean {
  const digits = token
    .replace(/[eE].*$/, "")
    .replace(/[-.]/g, "")
    .replace(/^0+/, "");
  const value = Number(token);
  if (digits === "") return true;
  return (
    (digits.length <= EXACT_DIGITS_MAX && Number.isFinite(value) && value !== 0) || String(value) === token
  );
}

/** The texts in valid JSON, quotes included, and what stands between them. */
function* piecesOf(json: string): Generator<{ readonly text: string; readonly isString: boolean }> {
  for (let at = 0; at < json.length; ) {
    const quote = json.indexOf('"', at);
    const end = quote < 0 ? json.length : quote;
    yield { text: json.slice(at, end), isString: false };
    at = quote < 0 ? end : endOfString(json, quote) + 1;
    yield { text: json.slice(end, at), isString: true };
  }
}

/** The index of the quote that closes the string which opens at `start`. */
function endOfString(json: string, start: number): number {
  let at = json.indexOf('"', start + 1);
  while (isEscaped(json, at)) at = json.indexOf('"', at + 1);
  return at;
}

function isEscaped(json: string, at: number): boolean {
  let backslashes = 0;
  while (json[at - 1 - backslashes] === "\\") backslashes++;
  return backslashes % 2 === 1;
}
