/** Private keys that come line by line: nothing of them is left, and what comes between and behind is. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { keyLinesOf } from "./key-lines.js";

const pem = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
  type: "pkcs1",
  format: "pem",
});
const LINES = pem.toString().trimEnd().split("\n");
const BODY = LINES.slice(1, -1);

function shown(lines: readonly string[], redactBy: "censor" | "remove" = "censor"): string[] {
  const keyLines = keyLinesOf({ redact: ["secrets"], redactBy })!;
  return lines.map((line) => keyLines.shown(Buffer.from(line, "latin1")).toString("latin1"));
}

test("no line of a key is left, whatever stands before it or is printed meanwhile", () => {
  const ways: [way: string, spell: (line: string) => string][] = [
    ["as it is", (line) => line],
    ["with carriage returns", (line) => `${line}\r`],
    ["indented", (line) => `    ${line}`],
    ["with a time", (line) => `2026-11-28T10:00:00Z shop[12]: ${line}`],
    ["as Docker keeps it", (line) => JSON.stringify({ log: `${line}\n`, stream: "stdout" })],
  ];
  for (const [way, spell] of ways) {
    const between = "GET /orders/1 took 12 ms";
    const kept = shown(LINES.flatMap((line) => [spell(line), between]));
    assert.equal(kept.filter((line) => line === between).length, LINES.length, way);
    // The last line has padding, or is all there is in it, or is long.
    const all = kept.join("\n");
    for (const line of BODY.filter(({ length }) => length >= 16)) assert.ok(!all.includes(line), way);
    assert.equal(kept[0], spell(LINES[0]!), "for the detector");
    assert.equal(kept.at(-2), spell(LINES.at(-1)!), "for people");
  }
  assert.deepEqual(
    shown(LINES, "remove").slice(1, -1),
    BODY.map(() => ""),
  );
});

test("what is outside of a key is left alone, byte for byte", () => {
  const others = [
    "a".repeat(64),
    "done",
    "\u0000\u00ff\u0080",
    "-----END PRIVATE KEY-----",
    "your PRIVATE KEY is safe",
  ];
  assert.deepEqual(shown(others), others);
  assert.deepEqual(shown([...LINES, ...others]).slice(LINES.length), others);
  const whole = LINES.join("\\n");
  assert.deepEqual(shown([whole, ...others]), [whole, ...others]);
});

test("a key without an end is over when nothing of it came for long", () => {
  const others = Array.from({ length: 30 }, (_, i) => `GET /orders/${i} took 12 ms`);
  const kept = shown([...LINES.slice(0, 3), ...others, "done", BODY[2]!]);
  assert.deepEqual(kept.slice(3), [...others, "done", BODY[2]]);
});

test("a key is found behind what another ended on the same line", () => {
  const bundle = ["-----BEGIN CERTIFICATE-----", `-----END CERTIFICATE-----${LINES[0]}`, ...BODY];
  assert.deepEqual(shown([...bundle, LINES.at(-1)!, "done"]), [
    ...bundle.slice(0, 2),
    ...BODY.map(() => "[redacted]"),
    LINES.at(-1),
    "done",
  ]);
  const two = [LINES.join("\\n") + LINES[0], ...BODY];
  assert.deepEqual(
    shown(two).slice(1),
    BODY.map(() => "[redacted]"),
  );
});

test("neither a word nor a key of SSH2 is taken for an end", () => {
  const lines = ["---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----", "Comment: BACK-END OF SHOP-1", ...BODY];
  const kept = shown([...lines, "---- END SSH2 ENCRYPTED PRIVATE KEY ----", "done"]);
  assert.deepEqual(
    kept.slice(2, -2),
    BODY.map(() => "[redacted]"),
  );
  assert.equal(kept.at(-1), "done");
});

test("what follows a line that only speaks of a key is left alone", () => {
  const others = Array.from({ length: 200 }, (_, i) => [
    `GET /api/v1/users/${i}`,
    `${i} da39a3ee5e6b4b0d3255bfef95601890afd80709`,
    "done",
  ]).flat();
  const lines = ["bad key: want -----BEGIN PRIVATE KEY-----", ...others];
  assert.deepEqual(shown(lines), lines);
});

test("a key without an end does not go on for ever", () => {
  const path = "/usr/lib/jvm/Contents/Home/lib/security/cacerts";
  const paths = Array.from({ length: 2000 }, () => `reads ${path}`);
  const kept = shown([LINES[0]!, ...paths]);
  assert.equal(kept[1], "reads [redacted]");
  assert.deepEqual(kept.slice(1001), paths.slice(1000));
  const requests = Array.from({ length: 30 }, () => "GET /api/v1/users/1234");
  assert.deepEqual(shown([LINES[0]!, BODY[0]!, ...requests]).slice(22), requests.slice(20));
});

test("without the detector nobody looks", () => {
  assert.equal(keyLinesOf({ redact: ["aws", "metadata.password"], redactBy: "censor" }), undefined);
  assert.ok(keyLinesOf({ redact: ["private-key"], redactBy: "censor" }));
});
