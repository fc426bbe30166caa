import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { systemClock } from "../../system/clock.js";
import { type JoinedRecord, LineJoiner } from "./line-joiner.js";
import { TraceRule } from "./trace-rule.js";
import { LONE_LINES, TRACES } from "./traces.cases.js";

function joined(text: string): JoinedRecord[] {
  const records: JoinedRecord[] = [];
  const joiner = new LineJoiner({
    rule: new TraceRule(),
    linesMax: 500,
    bytesMax: 262_144,
    waitMs: 300,
    clock: systemClock,
    onRecord: (record) => records.push(record),
  });
  for (const line of text.split("\n")) joiner.add(Buffer.from(line));
  joiner.flush();
  return records;
}

const textsOf = (records: readonly JoinedRecord[]) => records.map(({ bytes }) => `${bytes}`);

for (const [name, trace] of Object.entries(TRACES)) {
  test(`a stack trace is one record: ${name}`, () => {
    for (const text of [trace, trace.replaceAll("\n", "\r\n")]) {
      const [first, second, ...rest] = joined(`before\n${text}\n2026-01-02 after`);
      assert.deepEqual([`${first!.bytes}`, `${second!.bytes}`], ["before", text]);
      assert.deepEqual(textsOf(rest), ["2026-01-02 after"]);
    }
    const isOfAConsole = name === ".NET, its console logger";
    assert.deepEqual(
      joined(`before\n${trace}\nafter`).map(({ isTrace }) => isTrace),
      [false, !isOfAConsole, false],
    );
  });
}

test("lines that are no trace are records of their own", () => {
  for (const a of LONE_LINES) {
    for (const b of LONE_LINES) {
      const lines = [a, b, a, a];
      assert.deepEqual(textsOf(joined(lines.join("\n"))), lines);
    }
  }
});

test("two errors in a row are two records", () => {
  const trace = TRACES["Node.js, with a cause and members"]!;
  assert.deepEqual(textsOf(joined(`${trace}\n${trace}`)), [trace, trace]);
  const python = TRACES.Python!;
  assert.deepEqual(textsOf(joined(`${python}\n${python}`)), [python, python]);
});

test("an error that nobody caught is a record of its own, whatever was logged before it", () => {
  for (const name of [
    "Python",
    "Node.js, nobody caught it",
    "Java, nobody caught it",
    ".NET, nobody caught it",
  ]) {
    const trace = TRACES[name]!;
    const before = name === "Python" ? "INFO:root:ready" : "ERROR not so good";
    assert.deepEqual(textsOf(joined(`${before}\n${trace}`)), [before, trace], name);
  }
});

test("an error without a trace does not become part of the line before it", () => {
  const lines = ["[error] failed", "Error: no room", "[info] going on"];
  assert.deepEqual(textsOf(joined(lines.join("\n"))), lines);
});

test("whatever the lines, all come out, in order", () => {
  const parts = [...Object.values(TRACES), ...LONE_LINES].flatMap((text) => text.split("\n"));
  const lines = fc.array(fc.oneof(fc.constantFrom(...parts), fc.string({ maxLength: 20 })), {
    minLength: 1,
    maxLength: 60,
    size: "max",
  });
  fc.assert(
    fc.property(lines, (given) => {
      const text = given.map((line) => line.replaceAll("\n", "")).join("\n");
      assert.equal(textsOf(joined(text)).join("\n"), text);
    }),
  );
});
