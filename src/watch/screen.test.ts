import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { fitted, openScreen } from "./screen.js";
import { type Column, lineOf, paint, tableLines } from "./status-line.js";

class Terminal extends PassThrough {
  readonly isTTY = true;
  columns = 20;
  rows = 4;

  get printed(): string {
    return `${this.read() ?? ""}`;
  }
}

/** Whatever the variables of whoever runs the tests say of colours. */
function inColour(run: () => void): void {
  const before = process.env.FORCE_COLOR;
  process.env.FORCE_COLOR = "1";
  try {
    run();
  } finally {
    if (before === undefined) delete process.env.FORCE_COLOR;
    else process.env.FORCE_COLOR = before;
  }
}

test("on a terminal lines are drawn in place, on a screen of their own, and the cursor is back at the end", () => {
  inColour(() => {
    const terminal = new Terminal();
    const screen = openScreen(terminal);
    screen.show([lineOf("healthy", "good"), lineOf("x".repeat(30))]);
    assert.equal(
      terminal.printed,
      `\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[H\u001b[K\u001b[1;32mhealthy\u001b[0m\r\n\u001b[K${"x".repeat(19)}…\r\n\u001b[J`,
    );
    terminal.columns = 40;
    terminal.emit("resize");
    assert.ok(terminal.printed.includes(`\u001b[K${"x".repeat(30)}\r\n`));
    const { length } = process.listeners("exit");
    screen.close();
    assert.equal(terminal.printed, "\u001b[?7h\u001b[?25h\u001b[?1049l");
    assert.equal(process.listeners("exit").length, length - 1);
    terminal.emit("resize");
    assert.equal(terminal.printed, "");
  });
});

test("a terminal is given back while the process is stopped, and when it is ended without an exit", (context) => {
  const sent: unknown[] = [];
  context.mock.method(process, "kill", (pid: number, signal: string) => void sent.push([pid, signal]));
  const terminal = new Terminal();
  const screen = openScreen(terminal);
  screen.show([lineOf("healthy")]);
  const enter = "\u001b[?1049h\u001b[?25l\u001b[?7l";
  const leave = "\u001b[?7h\u001b[?25h\u001b[?1049l";
  terminal.read();
  process.emit("SIGTSTP");
  assert.deepEqual([terminal.printed, sent], [leave, [[process.pid, "SIGSTOP"]]]);
  process.emit("SIGCONT");
  const { printed } = terminal;
  assert.ok(printed.startsWith(enter) && printed.includes("healthy"), JSON.stringify(printed));
  process.emit("SIGQUIT");
  assert.deepEqual([terminal.printed, sent[1]], [leave, [process.pid, "SIGQUIT"]]);
  screen.close();
  for (const signal of ["SIGTSTP", "SIGCONT", "SIGQUIT"]) assert.equal(process.listenerCount(signal), 0);
});

test("elsewhere it is one block after another, without colour", () => {
  const file = new PassThrough();
  const screen = openScreen(file);
  screen.show([lineOf("NOT HEALTHY: x", "bad"), lineOf("y".repeat(300))]);
  screen.show([lineOf("healthy", "good")]);
  screen.close();
  assert.equal(`${file.read()}`, `NOT HEALTHY: x\n${"y".repeat(300)}\n\nhealthy\n`);
});

test("without colour a line is its text", () => {
  assert.equal(paint(lineOf("x", "bad"), false), "x");
});

test("what finds no room on a low terminal is said to be there, and no character is cut in two", () => {
  const lines = ["a", "b", "c", "d", "e"].map((text) => lineOf(text));
  const texts = (columns: number, rows: number) => fitted(lines, columns, rows).map(({ text }) => text);
  assert.deepEqual(texts(80, 5), ["a", "b", "c", "d", "e"]);
  assert.deepEqual(texts(80, 3), ["a", "b", "… 3 more lines: make the terminal higher"]);
  assert.equal(fitted([lineOf("😀😀😀😀")], 4, 1)[0]!.text, "😀😀😀…");
});

test("what is wrong is told to its end, whatever the width", () => {
  const told = (text: string, columns: number) =>
    fitted([lineOf(text, "bad")], columns, 99).map((line) => line.text);
  assert.deepEqual(told("NOT HEALTHY: nobody ships them: start it", 20), [
    "NOT HEALTHY: nobody",
    "    ships them:",
    "    start it",
  ]);
  assert.deepEqual(told("x".repeat(25), 10), ["xxxxxxxxxx", "    xxxxxx", "    xxxxxx", "    xxx"]);
  assert.ok(told("a b c d", 3).every((text) => text.length <= 3));
});

test("a table has no empty columns, figures at the right, no control characters, and a screen of rows at most", () => {
  const rows = Array.from({ length: 25 }, (_, n) => ({ name: `\u001b[2J${n}`, count: n * 10 }));
  const columns: Column<(typeof rows)[0]>[] = [
    { heading: "name", cell: ({ name }) => name },
    { heading: "nothing", cell: () => "" },
    { heading: "count", cell: ({ count }) => `${count}`, right: true },
  ];
  const lines = tableLines(columns, rows, { more: 5, what: "things" }).map(({ text }) => text);
  assert.deepEqual(lines.slice(0, 3), ["name         count", "\\u{1b}[2J0       0", "\\u{1b}[2J1      10"]);
  assert.deepEqual([lines.length, lines.at(-1)], [22, "and 10 more things"]);
  assert.deepEqual(tableLines(columns, [], { what: "things" }), []);
});
