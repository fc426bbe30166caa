import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ManualClock } from "../../system/manual-clock.cases.js";
import { type JoinedRecord, LineJoiner } from "./line-joiner.js";
import type { Place, Rule } from "./rule.js";

const WAIT_MS = 300;

/** A rule that goes by the first letter of the line. */
const BY_LETTER: Rule = {
  placeOf: (line) => PLACES[`${line}`[0] ?? ""] ?? "begins",
  isTrace: false,
};
const PLACES: Readonly<Record<string, Place>> = { "+": "continues", "?": "perhaps", "!": "alone" };

function joiner({ linesMax = 500, bytesMax = 262_144 } = {}) {
  const clock = new ManualClock();
  const records: JoinedRecord[] = [];
  const lines = new LineJoiner({
    rule: BY_LETTER,
    linesMax,
    bytesMax,
    waitMs: WAIT_MS,
    clock,
    onRecord: (record) => records.push(record),
  });
  const add = (...texts: string[]) => {
    for (const text of texts) lines.add(Buffer.from(text));
    lines.wait();
  };
  return { clock, lines, add, records, texts: () => records.map(({ bytes }) => `${bytes}`) };
}

test("a record is handed on when the next one begins", () => {
  const { add, texts } = joiner();
  add("a", "+b", "+c");
  assert.deepEqual(texts(), []);
  add("d");
  assert.deepEqual(texts(), ["a\n+b\n+c"]);
});

test("a record waits so long for a further line, and no longer", () => {
  const { add, texts, clock } = joiner();
  add("a");
  clock.advance(WAIT_MS - 1);
  add("+b");
  clock.advance(WAIT_MS - 1);
  assert.deepEqual(texts(), []);
  clock.advance(1);
  assert.deepEqual(texts(), ["a\n+b"]);
  // What comes too late is a record of its own.
  add("+c");
  clock.advance(WAIT_MS);
  assert.deepEqual(texts(), ["a\n+b", "+c"]);
  assert.equal(clock.timers, 0, "nothing waits, and no timer runs");
});

test("a line that is a record of its own does not wait", () => {
  const { add, texts, clock } = joiner();
  add("a", "!b");
  assert.deepEqual(texts(), ["a", "!b"]);
  assert.equal(clock.timers, 0);
});

test("lines of which the next ones decide belong to the record, or are records of their own", () => {
  const joined = joiner();
  joined.add("a", "?b", "?c", "+d", "e");
  assert.deepEqual(joined.texts(), ["a\n?b\n?c\n+d"]);
  const apart = joiner();
  apart.add("a", "+b", "?c", "?d", "e");
  assert.deepEqual(apart.texts(), ["a\n+b", "?c", "?d"]);
  const late = joiner();
  late.add("a", "?b");
  late.clock.advance(WAIT_MS);
  assert.deepEqual(late.texts(), ["a", "?b"]);
});

test("lines of which nothing decides are held in a small number only", () => {
  const { add, texts } = joiner();
  add("a", ...Array.from({ length: 30 }, (_, i) => `?${i}`));
  assert.ok(texts().length > 15, String(texts().length));
});

test("a record that reaches a bound goes on in the next one, and says so", () => {
  for (const bounds of [{ linesMax: 3 }, { bytesMax: 10 }]) {
    const { add, lines, records, texts } = joiner(bounds);
    add("aa", "+b", "+c", "+d", "+e");
    lines.flush();
    assert.deepEqual(texts(), ["aa\n+b\n+c\n", "+d\n+e"]);
    assert.deepEqual(
      records.map(({ continues }) => continues),
      [true, false],
    );
  }
});

test("whatever the lines and bounds: all come out in order, within the bounds", () => {
  const given = fc.array(
    fc.tuple(fc.constantFrom("", "+", "?", "!"), fc.stringMatching(/^[a-z]{0,8}$/), fc.nat({ max: 400 })),
    { minLength: 1, maxLength: 60, size: "max" },
  );
  fc.assert(
    fc.property(
      given,
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 40 }),
      (steps, linesMax, bytesMax) => {
        const { add, lines, records, clock } = joiner({ linesMax, bytesMax });
        for (const [mark, text, ms] of steps) {
          add(mark + text);
          clock.advance(ms);
        }
        lines.flush();
        const out = records.map(({ bytes, continues }) => (continues ? `${bytes}` : `${bytes}\n`)).join("");
        assert.equal(out, steps.map(([mark, text]) => `${mark}${text}\n`).join(""));
        for (const record of records) {
          assert.ok(record.lines <= linesMax);
          assert.ok(record.lines === 1 || record.bytes.length <= bytesMax, `${record.bytes}`);
        }
        assert.equal(clock.timers, 0);
      },
    ),
  );
});
