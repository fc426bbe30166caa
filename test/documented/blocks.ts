/** The fenced code blocks of a Markdown page, with the comments right above them. */
import { type Markers, readMarker } from "./markers.js";

export interface Block {
  /** Of the fence, from 1. */
  readonly line: number;
  /** The first word behind the fence, in small letters; empty where there is none. */
  readonly language: string;
  readonly code: string;
  readonly markers: Markers;
}

const FENCE = /^([ \t>]*)(`{3,}|~{3,})[ \t]*([^\s`{]*)/;
const COMMENT = /^\s*<!--\s*(.*?)\s*-->\s*$/;

/** Throws for a block that does not end, for a marker without a block, and for a comment above a block that is no marker. */
export function blocksOf(page: string): Block[] {
  const lines = page.split("\n");
  const blocks: Block[] = [];
  let comments: { line: number; text: string }[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = at + 1;
    const fence = FENCE.exec(lines[at]!);
    const comment = COMMENT.exec(lines[at]!)?.[1];
    if (fence) {
      const [, indent, ticks, language] = fence as unknown as [string, string, string, string];
      const end = lines.findIndex((each, i) => i > at && closes(each, ticks));
      if (end === -1) throw new Error(`line ${line}: the block does not end`);
      const code = lines.slice(at + 1, end).map((each) => withoutIndent(each, indent.length));
      const all = comments.map(({ text, line }) => markerOf(text, line));
      const given = all.flatMap((marker) => marker.given ?? []);
      const markers: Markers = Object.assign({}, ...all, given.length > 0 ? { given } : {});
      blocks.push({ line, language: language.toLowerCase(), code: `${code.join("\n")}\n`, markers });
      at = end;
      comments = [];
    } else if (comment !== undefined) {
      comments.push({ line, text: comment });
    } else if (lines[at]!.trim() !== "") {
      if (isIndentedCode(lines, at))
        throw new Error(`line ${line}: code stands between fences, not behind spaces`);
      const stray = comments.find(({ text }) => readMarker(text) !== undefined);
      if (stray) throw new Error(`line ${stray.line}: no block follows <!-- ${stray.text} -->`);
      comments = [];
    }
  }
  return blocks;
}

/** Four spaces below an empty line are code, but for what goes on in a list. */
function isIndentedCode(lines: readonly string[], at: number): boolean {
  const before = lines.slice(0, at).findLast((line) => line.trim() !== "");
  return /^ {4}/.test(lines[at]!) && lines[at - 1] === "" && !/^\s|^([-*+]|\d+[.)]) /.test(before ?? "");
}

function closes(line: string, ticks: string): boolean {
  const text = line.replace(/^[\s>]*/, "").trimEnd();
  return text.startsWith(ticks) && new Set(text).size === 1;
}

function markerOf(text: string, line: number): Markers {
  const marker = readMarker(text);
  if (marker === undefined)
    throw new Error(`line ${line}: <!-- ${text} --> is no marker; see test/documented/markers.ts`);
  return marker;
}

function withoutIndent(line: string, width: number): string {
  return line.slice(0, width).trim() === "" ? line.slice(width) : line;
}
