/**
 * Log text is foreign: it may hold what moves a cursor, hides itself or turns the direction of what stands beside it. Such
 * characters are shown, as a symbol or by their number.
 */

/** C0, DEL, C1; marks, overrides and isolates of direction; what has no width; line separators; tags; lone surrogates. */
const UNSEEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\p{Cs}]/gu;
const UNSEEN_BUT_LINES =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\p{Cs}]/gu;

/** For one line: line ends and tabs are shown as symbols too. */
export function visibleLine(text: string): string {
  return text.replace(UNSEEN, symbolOf);
}

/** For a block of text, which keeps its lines and tabs. */
export function visibleText(text: string): string {
  return text.replace(UNSEEN_BUT_LINES, symbolOf);
}

function symbolOf(character: string): string {
  const code = character.codePointAt(0)!;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return `\\u{${code.toString(16)}}`;
}

/** No more than `charsMax` characters, without cutting one in two. */
export function cut(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  const last = text.charCodeAt(charsMax - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? charsMax - 1 : charsMax);
}
