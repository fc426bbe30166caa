import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { ManualClock } from "../system/manual-clock.cases.js";
import { DeadLetters } from "./dead-letters.js";
import { deadLetterBytes } from "./folder.js";
import { DESTINATION, deadLettersFor, found, letterOf, linesIn } from "./letters.cases.js";
import { type FoundLetter, lettersWith } from "./read-letters.js";

const ADDER = fileURLToPath(new URL("./add-letters.cases.js", import.meta.url));

test("letters stand a line each, in a file of the day that only the owner can read", async (context) => {
  const clock = new ManualClock(Date.UTC(2026, 0, 1, 23, 59, 59));
  const { dir, letters } = deadLettersFor(context, clock);
  const hostile = '{"data":"\u2028 \\n \\" 🐉"}';
  await letters.add([letterOf(hostile), letterOf("second")]);
  clock.advance(1000);
  const never = { cause: undefined, attempts: 0, firstTriedAtMs: undefined, lastTriedAtMs: undefined };
  await letters.add([letterOf("next day", { ...never, destination: undefined, requestId: undefined })]);
  const [first, second, ...others] = readdirSync(dir).sort();
  assert.match(`${first} ${second}`, /^2026-01-01-\w{6}\.ndjson 2026-01-02-\w{6}\.ndjson$/);
  assert.deepEqual(others, []);
  const common = {
    at: "2026-01-01T23:59:59.000Z",
    reason: "invalid",
    cause: "data",
    detail: "why",
    attempts: 3,
    first_tried_at: "1970-01-01T00:00:00.000Z",
    last_tried_at: "1970-01-01T00:00:01.000Z",
    destination: DESTINATION,
    request_id: "r",
  };
  const linesOf = (name: string) =>
    readFileSync(join(dir, name), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  assert.deepEqual(linesOf(first!), [
    { ...common, line: hostile },
    { ...common, line: "second" },
  ]);
  assert.deepEqual(linesOf(second!), [
    { at: "2026-01-02T00:00:00.000Z", reason: "invalid", detail: "why", attempts: 0, line: "next day" },
  ]);
  assert.equal(statSync(join(dir, first!)).mode & 0o777, 0o600);
  assert.equal(statSync(dir).mode & 0o777, 0o700);
});

test("any line and any detail is read back byte for byte, with the key under which it lies", async (context) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.uint8Array({ maxLength: 300 }), fc.string({ unit: "binary" })), { minLength: 1 }),
      fc.array(fc.nat(100_000)),
      async (texts, sizes) => {
        const { dir, letters } = deadLettersFor(context);
        const lines = [
          ...texts.map(([bytes]) => Buffer.from(bytes)),
          ...sizes.map((size) => Buffer.alloc(size, "🐉")),
        ];
        await letters.add(lines.map((line, i) => letterOf(line, { detail: texts[i]?.[1] ?? "" })));
        const read = await found(dir);
        assert.deepEqual(
          read.map(({ letter }) => letter.line),
          lines,
        );
        for (const { file, at, bytes, key, letter } of read) {
          const text = readFileSync(join(dir, file))
            .subarray(at, at + bytes)
            .toString();
          assert.equal(JSON.parse(text).at, letter.at);
          assert.equal(key, `${file.replace(".ndjson", "")}:${at}`);
        }
        rmSync(dir, { recursive: true });
      },
    ),
    { numRuns: 60 },
  );
});

test("letters of any size are read whole, however the pieces lie in which their file is read", async (context) => {
  const { dir, letters } = deadLettersFor(context);
  const numbers = Array.from({ length: 500_000 }, (_, n) => `${n}`).join(" ");
  const texts = Array.from({ length: 500 }, (_, n) => numbers.slice(n * 5000, n * 5000 + 7001));
  await letters.add([...texts, numbers, ...texts].map((text) => letterOf(text)));
  const unreadable = { damaged: 0, torn: 0 };
  const read = await found(dir, unreadable);
  assert.deepEqual(unreadable, { damaged: 0, torn: 0 });
  assert.ok(statSync(join(dir, read[0]!.file)).size > 10_000_000);
  assert.deepEqual(
    read.map(({ letter }) => letter.line.toString()),
    [...texts, numbers, ...texts],
  );
  const some = [0, 100, 500, 1000].map((index) => read[index]!);
  const named: FoundLetter[] = [];
  for await (const letter of lettersWith(
    dir,
    some.map(({ key }) => key),
  ))
    named.push(letter);
  assert.deepEqual(named, some);
});

test("letters that are added at once stand whole and in order, in one file", async (context) => {
  const { dir, letters } = deadLettersFor(context);
  const texts = Array.from({ length: 200 }, (_, n) => `${n}`);
  await Promise.all(texts.map((text) => letters.add([letterOf(text)])));
  assert.deepEqual(await linesIn(dir), texts);
  assert.equal(readdirSync(dir).length, 1);
});

test("two processes that add at once do not write into each other's lines", async (context) => {
  const { dir, letters } = deadLettersFor(context);
  const child = spawn(process.execPath, [ADDER, dir, "100"], { stdio: ["ignore", "ignore", "inherit"] });
  const exit = once(child, "exit");
  for (let n = 0; n < 100; n++) await letters.add([letterOf(`own ${n} ${"x".repeat(n * 150)}`)]);
  assert.deepEqual(await exit, [0, null]);
  const unreadable = { damaged: 0, torn: 0 };
  assert.equal((await found(dir, unreadable)).length, 200);
  assert.deepEqual(unreadable, { damaged: 0, torn: 0 });
  assert.equal(readdirSync(dir).length, 2);
});

test("a folder that is removed meanwhile is made again", async (context) => {
  const { dir, letters } = deadLettersFor(context);
  await letters.add([letterOf("one")]);
  rmSync(dir, { recursive: true });
  await letters.add([letterOf("two")]);
  assert.deepEqual(await linesIn(dir), ["two"]);
});

test("what cannot be written is rejected with the reason", async (context) => {
  const { dir, letters } = deadLettersFor(context);
  // A file in the place of the folder refuses root as well.
  mkdirSync(join(dir, ".."), { recursive: true });
  writeFileSync(dir, "");
  await assert.rejects(letters.add([letterOf("one")]), { code: "EEXIST" });
  rmSync(dir);
  await letters.add([letterOf("one")]);
  assert.deepEqual(await linesIn(dir), ["one"]);
});

test("where the disk takes only a part of the letters none are added, and those before them are whole", async (context) => {
  const { dir } = deadLettersFor(context);
  // The limit of a file's size is met in the middle of a write, like a full disk.
  const out = execFileSync("sh", [
    "-c",
    `ulimit -f 16; exec "$0" "$@"`,
    process.execPath,
    ADDER,
    dir,
    "10",
    "3000",
  ]);
  const { added, refused } = JSON.parse(`${out}`) as { added: number; refused: string[] };
  assert.ok(added > 0 && refused.length > 0, `${out}`);
  assert.deepEqual([...new Set(refused)], ["EFBIG"]);
  const unreadable = { damaged: 0, torn: 0 };
  assert.equal((await found(dir, unreadable)).length, added);
  assert.deepEqual(unreadable, { damaged: 0, torn: 0 });
});

test("torn and foreign lines hide no letter, count as none, and are reported", async (context) => {
  const { dir, letters } = deadLettersFor(context);
  await letters.add([letterOf("one")]);
  const [name] = readdirSync(dir);
  appendFileSync(join(dir, name!), '{"at":"2026-01-01T00:00:00.000Z","reason":"invalid","line":"torn');
  writeFileSync(
    join(dir, "2026-01-02.ndjson"),
    'not json\n[]\n{"at":1}\n\n{"at":"2026-01-01T00:00:00Z","reason":"r","line":"old"}\n\0\0',
  );
  writeFileSync(join(dir, "notes.txt"), "no letters\n");
  const unreadable = { damaged: 0, torn: 0 };
  assert.deepEqual(
    (await found(dir, unreadable)).map(({ letter }) => letter.line.toString()),
    ["one", "old"],
  );
  assert.deepEqual(unreadable, { damaged: 4, torn: 2 });
});

test("at the cap nothing is added, and where letters are deleted there is room again", async (context) => {
  const { dir, clock } = deadLettersFor(context);
  const letters = new DeadLetters(dir, clock, { bytesMax: 10_000 });
  const other = new DeadLetters(dir, clock, { bytesMax: 10_000 });
  await other.add([letterOf("x".repeat(5000))]);
  await letters.add([letterOf("x".repeat(3000))]);
  assert.equal(letters.bytes, deadLetterBytes(dir));
  const full = {
    code: "DRAGONLOG_DEAD_LETTERS_FULL",
    message: /may take 9\.8 KiB/,
    hint: /dragonlog dead replay/,
  };
  await assert.rejects(letters.add([letterOf("x".repeat(2000))]), full);
  await letters.add([letterOf("small")]);
  assert.equal((await found(dir)).length, 3);

  rmSync(dir, { recursive: true });
  clock.advance(1000);
  await letters.add([letterOf("x".repeat(2000))]);
  assert.equal(letters.bytes, deadLetterBytes(dir));
  clock.advance(10_000);
  assert.equal(other.bytes, letters.bytes, "what others add is seen without adding");
});
