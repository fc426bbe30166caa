import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { recordOf } from "../ship/shipping.cases.js";
import { ManualClock } from "../system/manual-clock.cases.js";
import { DeadLetters } from "./dead-letters.js";

const DESTINATION = { group: "g", stream: "s" };

function open(context: TestContext, clock = new ManualClock()) {
  const root = mkdtempSync(join(tmpdir(), "dragonlog-dead-"));
  context.after(() => rmSync(root, { recursive: true }));
  const dir = join(root, "journal/dead");
  return { dir, letters: new DeadLetters(dir, clock) };
}

function letter(text: string) {
  return {
    record: recordOf({ text }),
    destination: DESTINATION,
    reason: "invalid",
    detail: "why",
    cause: undefined,
    attempts: 1,
    firstTriedAtMs: undefined,
    lastTriedAtMs: undefined,
    requestId: "r",
  };
}

function linesIn(path: string): Record<string, unknown>[] {
  return readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

test("letters stand a line each, in a file of the day that only the owner can read", async (context) => {
  const clock = new ManualClock(Date.UTC(2026, 0, 1, 23, 59, 59));
  const { dir, letters } = open(context, clock);
  const hostile = '{"data":"\u2028 \\n \\" 🐉"}';
  await letters.add([letter(hostile), letter("second")]);
  clock.advance(1000);
  await letters.add([{ ...letter("next day"), destination: undefined, requestId: undefined }]);
  assert.deepEqual(readdirSync(dir), ["2026-01-01.ndjson", "2026-01-02.ndjson"]);
  const common = {
    at: "2026-01-01T23:59:59.000Z",
    reason: "invalid",
    detail: "why",
    cause: undefined,
    attempts: 1,
    firstTriedAtMs: undefined,
    lastTriedAtMs: undefined,
    destination: DESTINATION,
  };
  assert.deepEqual(linesIn(join(dir, "2026-01-01.ndjson")), [
    { ...common, request_id: "r", line: hostile },
    { ...common, request_id: "r", line: "second" },
  ]);
  assert.deepEqual(linesIn(join(dir, "2026-01-02.ndjson")), [
    { at: "2026-01-02T00:00:00.000Z", reason: "invalid", detail: "why", line: "next day" },
  ]);
  assert.equal(statSync(join(dir, "2026-01-01.ndjson")).mode & 0o777, 0o600);
  assert.equal(statSync(dir).mode & 0o777, 0o700);
});

test("a folder that is removed meanwhile is made again", async (context) => {
  const { dir, letters } = open(context);
  await letters.add([letter("one")]);
  rmSync(dir, { recursive: true });
  await letters.add([letter("two")]);
  assert.deepEqual(
    linesIn(join(dir, "2026-01-01.ndjson")).map(({ line }) => line),
    ["two"],
  );
});

test("what cannot be written is rejected with the reason", async (context) => {
  const { dir, letters } = open(context);
  // A folder in the place of the file refuses root as well.
  mkdirSync(join(dir, "2026-01-01.ndjson"), { recursive: true });
  await assert.rejects(letters.add([letter("one")]), { code: "EISDIR" });
  rmSync(join(dir, "2026-01-01.ndjson"), { recursive: true });
  await letters.add([letter("one")]);
  assert.equal(linesIn(join(dir, "2026-01-01.ndjson")).length, 1);
});
