import assert from "node:assert/strict";
import { test } from "node:test";
import { flagOf, nearest, variableOf } from "./names.js";
import { OPTIONS } from "./options.js";

test("an option has one flag and one variable", () => {
  assert.equal(flagOf("journalBytesMax"), "--journal-bytes-max");
  assert.equal(variableOf("journalBytesMax"), "DRAGONLOG_JOURNAL_BYTES_MAX");
  assert.equal(flagOf("to"), "--to");
  const keys = Object.keys(OPTIONS);
  assert.equal(new Set(keys.map(flagOf)).size, keys.length);
  assert.equal(new Set(keys.map(variableOf)).size, keys.length);
});

test("the nearest name is found for a slip, and none for something else", () => {
  const keys = Object.keys(OPTIONS);
  const slips: [string, string | undefined][] = [
    ["intervall", "interval"],
    ["interva", "interval"],
    ["inetrval", "interval"],
    ["journaldir", "journalDir"],
    ["flushRecord", "flushRecords"],
    ["regoin", "region"],
    ["colour", undefined],
    ["x", undefined],
    ["", undefined],
  ];
  for (const [slip, meant] of slips) assert.equal(nearest(slip, keys), meant, slip);
});
