import assert from "node:assert/strict";
import { test } from "node:test";
import { firstLineRule } from "./first-line.js";

const placesOf = (regex: string, lines: readonly string[]) => {
  const rule = firstLineRule(regex, "--multiline");
  return lines.map((line) => rule.placeOf(Buffer.from(line)));
};

test("a line that matches begins a record, and every other one continues it", () => {
  assert.deepEqual(placesOf("/^\\d{4}-\\d\\d-\\d\\d /", ["2026-01-02 a", " b", "", "2026-01-03 c"]), [
    "begins",
    "continues",
    "continues",
    "begins",
  ]);
  assert.deepEqual(placesOf("/^\\S/", ["a", "\tb", "€", "  c"]), [
    "begins",
    "continues",
    "begins",
    "continues",
  ]);
});

test("the expression sees the beginning of a line only", () => {
  assert.deepEqual(placesOf("/x/", [`${"a".repeat(100)}x`, `${"€".repeat(10_000)}x`]), [
    "begins",
    "continues",
  ]);
});

test("an expression that could take longer than linear time is refused, and so is one that is none", () => {
  for (const regex of [
    "/(?!a)b/",

    "/(a)\\1/",
    "/a/i",
    "/a/u",
    "/a{1000}/",
    "/(/",
    "/a/xyz",
    "/a/gg",
  ]) {
    assert.throws(() => firstLineRule(regex, "--multiline"), { code: "DRAGONLOG_OPTION_INVALID" }, regex);
  }
});

test("an expression that tracks back without end does not hold up a line", () => {
  const lines = Array.from({ length: 200 }, () => `${"a".repeat(500)}!`);
  // By tracking back this takes longer than the universe has had.
  assert.ok(placesOf("/^(a+)+$/", lines).every((place) => place === "continues"));
  assert.ok(placesOf("/^(?:a|aa|aaa)+b/", lines).every((place) => place === "continues"));
});
