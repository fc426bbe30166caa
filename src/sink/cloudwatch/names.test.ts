import assert from "node:assert/strict";
import { test } from "node:test";
import { nameFault } from "./names.js";

test("names that CloudWatch takes pass", () => {
  for (const group of ["a", "/aws/lambda/x", "A-z.0_9#/", "g".repeat(512), "awsome"]) {
    assert.equal(nameFault({ group, stream: "web" }), undefined);
  }
  for (const stream of ["web", "host 1/ü/🐉", "s".repeat(512)]) {
    assert.equal(nameFault({ group: "app", stream }), undefined);
  }
});

test("names that it never takes are found, and the error says which", () => {
  for (const group of ["", "aws/x", "with space", "ü", "g".repeat(513), "a\nb"]) {
    assert.match(String(nameFault({ group, stream: "web" })?.message), /log group$/);
  }
  for (const stream of ["", "a:b", "a*", "s".repeat(513), "\ud800"]) {
    assert.match(String(nameFault({ group: "app", stream })?.message), /log stream$/);
  }
});
