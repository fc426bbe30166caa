import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fileNameOf, nameOfFile } from "./file-names.js";

const hostile = fc.string({
  unit: fc.constantFrom(
    ".",
    "/",
    "\\",
    "%",
    "\u0000",
    "a",
    "A",
    "~",
    "u",
    "2",
    "E",
    ".ndjson",
    "é",
    "\ud800",
  ),
  maxLength: 120,
});

test("ordinary names stay readable", () => {
  assert.equal(fileNameOf("checkout-api.v2_blue"), "checkout-api.v2_blue");
  assert.equal(fileNameOf("/aws/app prod"), "%2Faws%2Fapp%20prod");
  assert.equal(fileNameOf("a.ndjson"), "a%2Endjson");
  assert.equal(fileNameOf(".."), "%2E.");
});

test("a name is found again in its file's name, unless that was cut", () => {
  fc.assert(
    fc.property(fc.oneof(hostile, fc.string({ unit: "binary", maxLength: 600 })), (name) => {
      const file = fileNameOf(name);
      assert.equal(nameOfFile(file), file.includes("%~") ? file : name);
    }),
  );
  for (const foreign of ["%", "%zz", "50%", "%E0%A4"]) assert.equal(typeof nameOfFile(foreign), "string");
});

test("no name leaves its folder, is hidden, too long for a file system, or taken for a log file", () => {
  fc.assert(
    fc.property(fc.oneof(hostile, fc.string({ unit: "binary", maxLength: 600 })), (name) => {
      const file = fileNameOf(name);
      assert.match(file, /^[A-Za-z0-9_%-][A-Za-z0-9._%~-]*$/);
      assert.ok(file.length <= 255);
      assert.doesNotMatch(file, /\.ndjson$/);
    }),
  );
});

test("different names never meet", () => {
  fc.assert(
    fc.property(hostile, hostile, (one, other) => {
      assert.equal(fileNameOf(one) === fileNameOf(other), one === other);
    }),
  );
  assert.notEqual(fileNameOf("\ud800"), fileNameOf("\ufffd"));
  const long = "x".repeat(300);
  assert.notEqual(fileNameOf(`${long}a`), fileNameOf(`${long}b`));
});

test("a name that was not cut decodes back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 10 }), (name) => {
      const file = fileNameOf(name);
      fc.pre(!file.includes("%~"));
      assert.equal(decodeURIComponent(file), name);
    }),
  );
});
