/** The lines of `dragonlog status`, before it is known how wide they may be, and whether in colour. */
import { printable } from "../system/printable.js";

export type Tone = "plain" | "good" | "bad" | "warning" | "heading";

export interface StatusLine {
  /** Printable; without colour. */
  readonly text: string;
  readonly tone: Tone;
}

export function lineOf(text: string, tone: Tone = "plain"): StatusLine {
  return { text: printable(text), tone };
}

export const EMPTY = lineOf("");

const ESCAPES: Readonly<Record<Tone, string>> = {
  plain: "",
  good: "\u001b[1;32m",
  bad: "\u001b[1;31m",
  warning: "\u001b[33m",
  heading: "\u001b[1m",
};
const RESET = "\u001b[0m";

export function paint({ text, tone }: StatusLine, inColour: boolean): string {
  return inColour && ESCAPES[tone] !== "" ? `${ESCAPES[tone]}${text}${RESET}` : text;
}

/** A column of a table: foreign text, or figures, which stand at the right. */
export interface Column<Row> {
  readonly heading: string;
  readonly cell: (row: Row) => string;
  readonly right?: true;
}

/** What people look at, at most: more is said to be there. */
const ROWS_MAX = 20;

/** Rows under their headings. A column that has nothing to say is left out; so is a table without rows. */
export function tableLines<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { more = 0, what }: { readonly more?: number; readonly what: string },
): StatusLine[] {
  const shown = rows.slice(0, ROWS_MAX);
  const filled = columns
    .map(({ heading, cell, right }) => ({ heading, right, cells: shown.map((row) => printable(cell(row))) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ""));
  if (filled.length === 0) {
    return [];
  }
  const widths = filled.map(({ heading, cells }) =>
    Math.max(heading.length, ...cells.map((cell) => cell.length)),
  );
  const joined = (texts: readonly string[]): string =>
    texts
      .map((text, index) =>
        filled[index]!.right ? text.padStart(widths[index]!) : text.padEnd(widths[index]!),
      )
      .join("  ")
      .trimEnd();
  const left = rows.length - shown.length + more;
  return [
    { text: joined(filled.map(({ heading }) => heading)), tone: "heading" },
    ...shown.map(
      (_, index) => ({ text: joined(filled.map(({ cells }) => cells[index]!)), tone: "plain" }) as const,
    ),
    ...(left > 0 ? [lineOf(`and ${left} more ${what}`)] : []),
  ];
}
