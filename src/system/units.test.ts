import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DragonlogError } from "./errors.js";
import { formatDuration, formatSize, parseDuration, parseSize } from "./units.js";

const wholeNumbers = fc.nat({ max: Number.MAX_SAFE_INTEGER });

test("durations read as milliseconds", () => {
  const cases: [string, number][] = [
    ["0ms", 0],
    ["300ms", 300],
    ["30s", 30_000],
    ["2m", 120_000],
    ["1h", 3_600_000],
    ["14d", 1_209_600_000],
  ];
  for (const [text, ms] of cases) assert.equal(parseDuration(text, "interval"), ms, text);
});

test("sizes read as bytes, in binary and decimal units", () => {
  const cases: [string, number][] = [
    ["900B", 900],
    ["64KiB", 65_536],
    ["1MiB", 1_048_576],
    ["1GiB", 1_073_741_824],
    ["64KB", 64_000],
    ["8MB", 8_000_000],
    ["2GB", 2_000_000_000],
  ];
  for (const [text, bytes] of cases) assert.equal(parseSize(text, "flushBytes"), bytes, text);
});

test("every whole number prints to a text that reads back to it", () => {
  fc.assert(fc.property(wholeNumbers, (n) => parseDuration(formatDuration(n), "x") === n));
  fc.assert(fc.property(wholeNumbers, (n) => parseSize(formatSize(n), "x") === n));
});

test("values print in the largest unit that keeps them exact", () => {
  assert.deepEqual([0, 1, 1500, 120_000, 5_400_000, 172_800_000].map(formatDuration), [
    "0ms",
    "1ms",
    "1500ms",
    "2m",
    "90m",
    "2d",
  ]);
  assert.deepEqual([0, 1000, 65_536, 1_048_576, 3 * 2 ** 30].map(formatSize), [
    "0B",
    "1000B",
    "64KiB",
    "1MiB",
    "3GiB",
  ]);
});

test("what is not exactly a number and a unit is refused with the name, the text and the accepted form", () => {
  const wrong = [
    "",
    "30",
    "s",
    "-1s",
    "1.5s",
    "30 s",
    " 30s",
    "30s\n",
    "30S",
    "1h30m",
    "1e3s",
    "30constructor",
  ];
  for (const text of wrong) {
    assert.throws(
      () => parseDuration(text, "interval"),
      (error: unknown) => {
        assert.ok(error instanceof DragonlogError);
        assert.equal(error.code, "DRAGONLOG_OPTION_INVALID");
        assert.equal(error.message, `interval cannot be ${JSON.stringify(text)}`);
        assert.match(error.hint, /^interval takes a duration: .*300ms, 30s, 2m, 1h, 14d/);
        return true;
      },
      text,
    );
  }
  for (const text of ["1024", "1kib", "1K", "1.5MiB", "1TiB", "1MiBs"]) {
    assert.throws(() => parseSize(text, "flushBytes"), { code: "DRAGONLOG_OPTION_INVALID" }, text);
  }
});

test("a quantity beyond exact integers is refused, not rounded", () => {
  assert.throws(() => parseDuration("999999999999999d", "interval"), { code: "DRAGONLOG_OPTION_INVALID" });
  assert.throws(() => parseSize("9007199254740993B", "flushBytes"), { code: "DRAGONLOG_OPTION_INVALID" });
});
