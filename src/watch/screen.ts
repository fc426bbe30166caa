/**
 * Shows lines again and again. On a terminal in place, on the screen that programs have for themselves, so that what stood there
 * before is back when it ends, however it ends; elsewhere one block after another, with an empty line between them.
 */
import type { Writable } from "node:stream";
import type { WriteStream } from "node:tty";
import { paint, type StatusLine } from "./status-line.js";
import { hasColour } from "./tail/ink.js";

/** Without a cursor, and with lines that end at the edge: one with wide characters must not push the others down. */
const ENTER = "\u001b[?1049h\u001b[?25l\u001b[?7l";
const LEAVE = "\u001b[?7h\u001b[?25h\u001b[?1049l";
const HOME = "\u001b[H";
const CLEAR_LINE_END = "\u001b[K";
const CLEAR_BELOW = "\u001b[J";
/** Of a line that goes on with the one before. */
const INDENT = "    ";

export interface Screen {
  show(lines: readonly StatusLine[]): void;
  close(): void;
}

export function openScreen(out: Writable): Screen {
  return isTerminal(out) ? onTerminal(out) : inBlocks(out);
}

function isTerminal(out: Writable): out is WriteStream {
  return (out as Partial<WriteStream>).isTTY === true;
}

function inBlocks(out: Writable): Screen {
  let shown = false;
  return {
    show(lines) {
      out.write(`${shown ? "\n" : ""}${lines.map(({ text }) => `${text}\n`).join("")}`);
      shown = true;
    },
    close() {},
  };
}

function onTerminal(out: WriteStream): Screen {
  const inColour = hasColour(out, process.env);
  let last: readonly StatusLine[] = [];
  const draw = (): void => {
    const fitting = fitted(last, out.columns, out.rows);
    // Cleared before they are written: behind a line that fills the width, its last character would be cleared.
    const text = fitting.map((line) => `${CLEAR_LINE_END}${paint(line, inColour)}`).join("\r\n");
    out.write(`${HOME}${text}${fitting.length < out.rows ? `\r\n${CLEAR_BELOW}` : ""}`);
  };
  const leave = (): void => void out.write(LEAVE);
  const stop = (): void => {
    leave();
    process.kill(process.pid, "SIGSTOP");
  };
  const goOn = (): void => {
    out.write(ENTER);
    draw();
  };
  const quit = (): void => {
    leave();
    // Nobody listens any more: it ends the process as it does elsewhere.
    process.kill(process.pid, "SIGQUIT");
  };
  out.write(ENTER);
  out.on("resize", draw);
  // A second Ctrl-C ends the process where it stands; Ctrl-Z stops it, and Ctrl-\ ends it without an exit.
  process.once("exit", leave);
  process.on("SIGTSTP", stop);
  process.on("SIGCONT", goOn);
  process.once("SIGQUIT", quit);
  return {
    show(lines) {
      last = lines;
      draw();
    },
    close() {
      process.off("exit", leave);
      process.off("SIGTSTP", stop);
      process.off("SIGCONT", goOn);
      process.off("SIGQUIT", quit);
      out.off("resize", draw);
      leave();
    },
  };
}

/**
 * Cut to the size of the terminal; what finds no room is said to be there. What is wrong is told to its end, on as many lines
 * as that takes.
 */
export function fitted(lines: readonly StatusLine[], columns: number, rows: number): readonly StatusLine[] {
  const cut = lines.flatMap(({ text, tone }): StatusLine[] => {
    const isTold = tone === "bad" || tone === "warning";
    return (isTold ? wrapped(text, columns) : [cutTo(text, columns)]).map((part) => ({ text: part, tone }));
  });
  if (cut.length <= rows) {
    return cut;
  }
  const more = `… ${cut.length - rows + 1} more lines: make the terminal higher`;
  return [...cut.slice(0, Math.max(0, rows - 1)), { text: cutTo(more, columns), tone: "plain" }];
}

function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > columns && columns > INDENT.length) {
    const space = rest.lastIndexOf(" ", columns);
    const end = space > INDENT.length ? space : columns;
    lines.push(rest.slice(0, end));
    rest = `${INDENT}${rest.slice(end).trimStart()}`;
  }
  return [...lines, cutTo(rest, columns)];
}

function cutTo(text: string, columns: number): string {
  return text.length <= columns ? text : `${[...text].slice(0, Math.max(0, columns - 1)).join("")}…`;
}
