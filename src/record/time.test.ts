import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { parseTimestamp, Stamp, WriterTime } from "./time.js";

const FIRST = Date.parse("0000-01-01T00:00:00.000Z");
const LAST = Date.parse("9999-12-31T23:59:59.999Z");

const textOf = ({ words }: Stamp) =>
  Buffer.from(words.buffer, words.byteOffset, words.byteLength).toString("latin1");
const expected = (ms: number) => `{"timestamp":"${new Date(ms).toISOString()}","service`;

const anyMs = fc.integer({ min: FIRST, max: LAST });
const boundary = fc
  .tuple(fc.constantFrom(1000, 60_000, 3_600_000, 86_400_000), anyMs, fc.integer({ min: -2, max: 2 }))
  .map(([unit, ms, by]) => Math.min(LAST, Math.max(FIRST, Math.floor(ms / unit) * unit + by)));
const years = fc.constantFrom(
  ...[
    "0000-01-01T00:00:00.000Z",
    "1969-12-31T23:59:59.999Z",
    "1970-01-01T00:00:00.000Z",
    "1999-12-31T23:59:59.999Z",
    "2000-02-29T12:00:00.000Z",
    "2024-02-29T23:59:59.999Z",
    "2026-12-31T23:59:59.999Z",
    "9999-12-31T23:59:59.999Z",
  ].map((text) => Date.parse(text)),
);

test("the text of a stamp is Date's own, whatever stood there before", () => {
  const stamp = new Stamp();
  fc.assert(
    fc.property(fc.array(fc.oneof(anyMs, boundary, years), { maxLength: 30 }), (all) => {
      for (const ms of all) {
        stamp.set(ms);
        assert.equal(textOf(stamp), expected(ms));
      }
    }),
    { numRuns: 500 },
  );
});

test("within a minute every second and every millisecond is right", () => {
  const stamp = new Stamp();
  const start = Date.UTC(2026, 5, 1, 12, 34);
  for (let ms = 0; ms < 60_000; ms += 7) {
    stamp.set(start + ms);
    assert.equal(textOf(stamp), expected(start + ms));
  }
});

test("a writer's time never runs backwards, and what is held back is counted", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 100_000 })), (clock) => {
      const time = new WriterTime();
      let last = Number.NEGATIVE_INFINITY;
      let held = 0;
      for (const ms of clock) {
        held += ms < last ? 1 : 0;
        assert.equal(time.advance(ms), ms > last);
        last = Math.max(last, ms);
        assert.equal(time.ms, last);
        assert.equal(textOf(time.stamp), expected(last));
      }
      assert.equal(time.heldBack, held);
    }),
  );
});

const at = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
const READ: [unknown, number | undefined][] = [
  [new Date(at), at],
  [at, at],
  [at + 0.9, at],
  ["2026-01-02T03:04:05.006Z", at],
  ["2026-01-02T03:04:05.006", at],
  ["2026-01-02 03:04:05.006", at],
  [" 2026-01-02T03:04:05.006 ", at],
  ["2026-01-02T05:04:05.006+02:00", at],
  ["2026-01-02T05:04:05.006+0200", at],
  ["2026-01-01T19:04:05.006-08:00", at],
  ["2026-01-02", Date.UTC(2026, 0, 2)],
  ["2026-01-02T03:04Z", Date.UTC(2026, 0, 2, 3, 4)],
  ["2026-01-02T03:04:05.123456789Z", Date.UTC(2026, 0, 2, 3, 4, 5, 123)],
  ["2026-01-02 03:04:05,006", at],
  ["2026-01-02T03:04:05.006 z", at],
  ["2024-02-29", Date.UTC(2024, 1, 29)],
  ["2026-02-29", undefined],
  ["2026-01-32", undefined],
  ["2026-01-02T25:04:05Z", undefined],
  ["2026-01-02T03:60:05Z", undefined],
  ["Jan 2, 2026", undefined],
  ["1/2/2026", undefined],
  [FIRST, FIRST],
  [LAST, LAST],
  [FIRST - 1, undefined],
  [LAST + 1, undefined],
  ["+010000-01-01T00:00:00.000Z", undefined],
  [Number.NaN, undefined],
  [Number.POSITIVE_INFINITY, undefined],
  [new Date(Number.NaN), undefined],
  ["yesterday", undefined],
  ["", undefined],
  [" ", undefined],
  ["12", undefined],
  [{}, undefined],
  [[2026], undefined],
  [true, undefined],
  [5n, undefined],
  [Symbol("x"), undefined],
];

test("a timestamp is read the same in every time zone; what is none is undefined", () => {
  for (const [given, ms] of READ) assert.equal(parseTimestamp(given), ms, `${typeof given} ${String(given)}`);
});

test("this holds in another time zone", {
  skip: process.env.TZ === "America/New_York" && "this is the one",
}, () => {
  const env = { ...process.env, TZ: "America/New_York", NODE_TEST_CONTEXT: undefined };
  execFileSync(process.execPath, ["--test-name-pattern", "read the same", fileURLToPath(import.meta.url)], {
    env,
    stdio: "pipe",
  });
});
