import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { batchOf } from "./batch-of.cases.js";
import { openDirectory } from "./directory.js";
import type { ReadEvent, ReadQuery } from "./sink.js";

const SIGNAL = new AbortController().signal;
const NOON = Date.parse("2026-08-01T12:00:00Z");
const DAY_MS = 86_400_000;
const ALL = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };

function open(context: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "dragonlog-read-back-"));
  const sink = openDirectory(folder, { fileBytesMax: 1024 });
  context.after(async () => {
    await sink.close();
    rmSync(folder, { recursive: true });
  });
  const send = async (stream: string, timestamp: number, ...names: string[]) => {
    const texts = names.map((name) => ({ text: lineOf(name, timestamp), timestamp }));
    const answer = await sink.send(batchOf(texts, { group: "app", stream }), SIGNAL);
    assert.equal(answer.verdict, "delivered");
  };
  const read = async (query: Partial<ReadQuery> = {}) => {
    const events: ReadEvent[] = [];
    for await (const page of sink.readBack!.read({ group: "app", ...ALL, ...query }, SIGNAL))
      events.push(...page);
    return events;
  };
  const names = async (query: Partial<ReadQuery> = {}) =>
    (await read(query)).map(({ message }) => /"name":"(.*?)"/.exec(message)?.[1] ?? message);
  return { folder, send, read, names };
}

const lineOf = (name: string, timestamp: number) =>
  JSON.stringify({ timestamp: new Date(timestamp).toISOString(), name });

test("what was sent is read stream by stream, day by day and file by file", async (context) => {
  const { send, read, names } = open(context);
  const many = Array.from({ length: 150 }, (_, index) => `n${index}`);
  await send("web", NOON + DAY_MS, "tomorrow");
  await send("web", NOON, ...many);
  await send("a/🐉", NOON, "other");
  assert.deepEqual(await names(), ["other", ...many, "tomorrow"]);
  assert.deepEqual(await names({ stream: "web" }), [...many, "tomorrow"]);
  assert.deepEqual((await read({ stream: "a/🐉" }))[0], {
    stream: "a/🐉",
    timestamp: NOON,
    message: lineOf("other", NOON),
  });
  assert.equal((await read())[0]!.stream, "a/🐉");
});

test("both ends are in the range, and files of days outside it are not even opened", async (context) => {
  const { folder, send, names } = open(context);
  for (const offset of [-DAY_MS, -1, 0, 1, 2, DAY_MS]) await send("web", NOON + offset, `${offset}`);
  for (const day of ["2026-07-31", "2026-08-02"]) {
    rmSync(join(folder, "app", "web", `${day}.ndjson`));
    mkdirSync(join(folder, "app", "web", `${day}.ndjson`));
  }
  assert.deepEqual(await names({ fromMs: NOON, toMs: NOON + 1 }), ["0", "1"]);
});

test("a group or stream that does not exist holds nothing, and other files are left alone", async (context) => {
  const { folder, send, names } = open(context);
  await send("web", NOON, "one");
  writeFileSync(join(folder, "app", "web", "notes.txt"), "not ours\n");
  writeFileSync(join(folder, "app", "README"), "not ours\n");
  assert.deepEqual(await names(), ["one"]);
  assert.deepEqual(await names({ group: "none" }), []);
  assert.deepEqual(await names({ stream: "none" }), []);
});

test("lines are given as they stand: torn, empty, without an end, of any bytes and longer than a piece", async (context) => {
  const { folder, send, read } = open(context);
  await send("web", NOON, "one");
  const long = "x".repeat(3 << 20);
  const path = join(folder, "app", "web", "2026-08-01.ndjson");
  appendFileSync(
    path,
    Buffer.concat([Buffer.from(`{"torn\n\n${long}\n\n`), Buffer.from([0xff, 0x0a]), Buffer.from("end")]),
  );
  const events = await read();
  assert.deepEqual(
    events.slice(1).map(({ message }) => message),
    ['{"torn', long, "\ufffd", "end"],
  );
  assert.equal(events[1]!.timestamp, Date.parse("2026-08-01T00:00:00Z"));
});

test("a file that grows is read up to the length that it had", async (context) => {
  const { folder, read } = open(context);
  const path = join(folder, "app", "web", "2026-08-01.ndjson");
  mkdirSync(join(folder, "app", "web"), { recursive: true });
  writeFileSync(path, `${lineOf("one", NOON)}\n${"x".repeat(1 << 20)}\n`);
  const pages = openDirectory(folder).readBack!.read({ group: "app", stream: "web", ...ALL }, SIGNAL);
  let lines = 0;
  for await (const page of pages) {
    lines += page.length;
    appendFileSync(path, `${lineOf("more", NOON)}\n`);
  }
  assert.equal(lines, 2);
  assert.ok((await read()).length > 2);
});

test("a file that cannot be read is said, by its path", async (context) => {
  const { folder, names } = open(context);
  mkdirSync(join(folder, "app", "web", "2026-08-01.ndjson"), { recursive: true });
  await assert.rejects(names(), { code: "DRAGONLOG_SINK_FAILED", message: /2026-08-01\.ndjson/ });
});

test("an abort ends the read", async (context) => {
  const { folder, send } = open(context);
  await send("web", NOON, "one");
  const aborted = new AbortController();
  aborted.abort(new Error("enough"));
  const pages = openDirectory(folder).readBack!.read({ group: "app", ...ALL }, aborted.signal);
  await assert.rejects(async () => {
    for await (const page of pages) assert.fail(`${page.length} events`);
  }, /enough/);
});
