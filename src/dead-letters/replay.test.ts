import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { listJournals } from "../buffer/journal.js";
import { readWriterInfo, writerIsGone } from "../journal/folder.js";
import { JournalReader } from "../journal/reader.js";
import type { StoredRecord } from "../record/stored-record.js";
import { systemClock } from "../system/clock.js";
import { changeLetters, type OnStep } from "./change.js";
import { DeadLetters } from "./dead-letters.js";
import { deadLettersFor, letterOf, lineOf, linesIn } from "./letters.cases.js";
import { type Replayed, replayLetters } from "./replay.js";
import type { Selection } from "./selection.js";

const REPLAYER = fileURLToPath(new URL("./replay-letters.cases.js", import.meta.url));
/** More steps than any replay here has. */
const STEPS_MAX = 100;
const START = Date.UTC(2026, 0, 1);
const NOTHING_DONE: Replayed = { letters: 0, records: 0, journals: 0, unfit: 0 };

interface Setup {
  readonly selection?: Partial<Selection>;
  readonly stepLettersMax?: number;
  readonly onStep?: OnStep;
}

async function replay(journalDir: string, { selection, stepLettersMax, onStep = () => {} }: Setup = {}) {
  let completed = 0;
  const done = await changeLetters(
    journalDir,
    systemClock,
    (hold, before) => {
      completed = before;
      return replayLetters({
        journalDir,
        selection: { keys: [], sinceMs: undefined, reason: undefined, service: undefined, ...selection },
        hold,
        signal: new AbortController().signal,
        onStep,
        onProgress: () => {},
        ...(stepLettersMax === undefined ? {} : { stepLettersMax }),
      });
    },
    onStep,
  );
  return { done, completed };
}

/** What stands in the journals, journal after journal in the order in which they came into being. */
function recordsIn(journalDir: string): StoredRecord[] {
  const journals = listJournals(journalDir).map((folder) => ({ folder, info: readWriterInfo(folder)! }));
  journals.sort((a, b) => a.info.createdAt - b.info.createdAt);
  return journals.flatMap(({ folder, info }) => {
    assert.ok(writerIsGone(folder, info, systemClock.now()), "it is left to the shippers");
    const onGap = () => assert.fail("something is missing");
    const reader = new JournalReader({ folder, writer: info.writer, fromSeq: 0, restarted: false, onGap });
    const records: StoredRecord[] = [];
    for (let chunk = reader.read(1 << 16, true); chunk.length > 0; chunk = reader.read(1 << 16, true)) {
      records.push(...chunk);
    }
    reader.close();
    return records;
  });
}

const textOf = ({ bytes, start, end }: StoredRecord) => bytes.toString("utf8", start, end);

test("letters become records with the same bytes, in order of timestamp, writer and seq, and are gone", async (context) => {
  const { journalDir, dir, letters } = deadLettersFor(context);
  const lines = [
    lineOf("b-0", { timestamp: START }),
    lineOf("b-9", { timestamp: START, service: 'we"b\n' }),
    lineOf("b-10", { timestamp: START, data: "🐉".repeat(3_000_000) }),
    lineOf("a-2", { timestamp: START + 1 }),
    lineOf("c-1", { timestamp: START + 1 }),
    lineOf("a-0", { timestamp: START + 2 }).replace('"INFO"', '"AUDIT"'),
  ];
  for (const index of [3, 1, 5, 0, 4, 2]) await letters.add([letterOf(lines[index]!)]);
  const notUtf8 = Buffer.from(lineOf("z-0", { timestamp: START + 3, data: "?" }));
  notUtf8[notUtf8.indexOf("?")] = 0xff;
  await letters.add([letterOf(notUtf8)]);
  const { done } = await replay(journalDir);
  assert.deepEqual(done, { letters: 7, records: 7, journals: 1, unfit: 0 });
  const records = recordsIn(journalDir);
  assert.deepEqual(records.slice(0, 6).map(textOf), lines);
  assert.deepEqual(records[6]!.bytes.subarray(records[6]!.start, records[6]!.end), notUtf8);
  assert.deepEqual(
    records.map(({ timestamp, service, type, seq }) => [timestamp - START, service, type, seq]),
    [
      [0, "web", "INFO", 0],
      [0, 'we"b\n', "INFO", 1],
      [0, "web", "INFO", 2],
      [1, "web", "INFO", 3],
      [1, "web", "INFO", 4],
      [2, "web", "AUDIT", 5],
      [3, "web", "INFO", 6],
    ],
  );
  assert.deepEqual(await linesIn(dir), []);
  assert.deepEqual(
    readdirSync(dir).filter((name) => !/^lease\.|\.gone$/.test(name)),
    [],
  );
  assert.deepEqual((await replay(journalDir)).done, NOTHING_DONE);
});

test("a record that became a letter twice is sent once, and lines that fit into no journal stay", async (context) => {
  const { journalDir, dir, letters } = deadLettersFor(context);
  const unfit = [
    "",
    "not json",
    '{"timestamp":"2026-01-01T00:00:00.000Z","service":7,"data":"xxxxxxxxxxxxxxxxxxxx"}',
    '{"timestamp":"2026-02-30T00:00:00.000Z","service":"w","data":"xxxxxxxxxxxxxxxxxxx"}',
    '{"timestamp":"2026-01-01T00:00:00.000Z","service":"without end',
  ];
  await letters.add([...unfit, lineOf("a-1"), lineOf("a-0"), lineOf("a-1")].map((line) => letterOf(line)));
  const { done } = await replay(journalDir);
  assert.deepEqual(done, { letters: 3, records: 2, journals: 1, unfit: unfit.length });
  assert.deepEqual(recordsIn(journalDir).map(textOf), [lineOf("a-0"), lineOf("a-1")]);
  assert.deepEqual(await linesIn(dir), unfit);
});

test("only what is selected is sent", async (context) => {
  const { journalDir, dir, letters, clock } = deadLettersFor(context);
  await letters.add([letterOf(lineOf("a-0")), letterOf(lineOf("a-1", { service: "api" }))]);
  clock.advance(1000);
  await letters.add([letterOf(lineOf("a-2", { service: "api" }), { reason: "too-old" })]);
  const sinceMs = clock.now();
  const both: Partial<Selection> = { service: "api", reason: "invalid" };
  assert.equal((await replay(journalDir, { selection: { ...both, sinceMs } })).done.letters, 0);
  assert.equal((await replay(journalDir, { selection: both })).done.letters, 1);
  assert.deepEqual(await linesIn(dir), [lineOf("a-0"), lineOf("a-2", { service: "api" })]);
  assert.equal((await replay(journalDir, { selection: { sinceMs } })).done.letters, 1);
  assert.deepEqual(await linesIn(dir), [lineOf("a-0")]);
});

test("many letters are sent in steps that are not cut within a millisecond, each earlier than the next", async (context) => {
  const { journalDir, letters } = deadLettersFor(context);
  const lines = Array.from({ length: 40 }, (_, n) =>
    lineOf(`a-${n}`, { timestamp: START + Math.floor(n / 3) }),
  );
  await letters.add([...lines].reverse().map((line) => letterOf(line)));
  const { done } = await replay(journalDir, { stepLettersMax: 8 });
  assert.deepEqual(done, { letters: 40, records: 40, journals: 7, unfit: 0 });
  const writers = new Map<string, number[]>();
  for (const { writer, timestamp } of recordsIn(journalDir)) {
    writers.set(writer, [...(writers.get(writer) ?? []), timestamp]);
  }
  const spans = [...writers.values()]
    .map((times) => [times[0]!, times.at(-1)!])
    .sort((a, b) => a[0]! - b[0]!);
  assert.equal(spans.length, 7);
  for (const [index, [first]] of spans.slice(1).entries()) assert.ok(spans[index]![1]! < first!);
});

test("more letters of one millisecond than a step holds are sent all the same", async (context) => {
  const { journalDir, letters, dir } = deadLettersFor(context);
  await letters.add(Array.from({ length: 20 }, (_, n) => letterOf(lineOf(`a-${n}`))));
  assert.deepEqual((await replay(journalDir, { stepLettersMax: 8 })).done, {
    letters: 20,
    records: 20,
    journals: 3,
    unfit: 0,
  });
  assert.deepEqual(await linesIn(dir), []);
});

test("what becomes a letter meanwhile is not touched", async (context) => {
  const { journalDir, dir, clock, letters } = deadLettersFor(context);
  await letters.add([letterOf(lineOf("a-0")), letterOf(lineOf("a-1", { timestamp: START + 5 }))]);
  const other = new DeadLetters(dir, clock);
  let pending = Promise.resolve();
  const onStep = (step: string) => {
    if (step !== "decided") return;
    pending = pending.then(() => letters.add([letterOf(lineOf("again-0"))]));
    pending = pending.then(() => other.add([letterOf(lineOf("again-1"))]));
  };
  assert.equal((await replay(journalDir, { stepLettersMax: 1, onStep })).done.letters, 2);
  await pending;
  assert.equal(recordsIn(journalDir).length, 2);
  assert.deepEqual((await linesIn(dir)).map((line) => JSON.parse(line).id).sort(), [
    "again-0",
    "again-0",
    "again-1",
    "again-1",
  ]);
});

test("one command at a time changes dead letters", async (context) => {
  const { journalDir, letters } = deadLettersFor(context);
  await letters.add([letterOf(lineOf("a-0"))]);
  await changeLetters(journalDir, systemClock, async () => {
    await assert.rejects(replay(journalDir), {
      code: "DRAGONLOG_DEAD_LETTERS_BUSY",
      message: new RegExp(`process ${process.pid} is at it`),
    });
  });
  assert.equal((await replay(journalDir)).done.letters, 1);
});

test("a replay that is killed at any step loses nothing and sends nothing twice", async (context) => {
  let kills = 0;
  for (let step = 1; step < STEPS_MAX; step++) {
    const { journalDir, dir, clock, letters } = deadLettersFor(context);
    const ids = Array.from({ length: 12 }, (_, n) => `a-${n}`);
    const lines = ids.map((id, n) => lineOf(id, { timestamp: START + n }));
    await letters.add(lines.slice(0, 7).map((line) => letterOf(line)));
    await new DeadLetters(dir, clock).add(lines.slice(7).map((line) => letterOf(line)));
    const { signal, status, stderr } = spawnSync(process.execPath, [REPLAYER, journalDir, `${step}`]);
    assert.ok(signal === "SIGKILL" || status === 0, `${stderr}`);
    kills += signal === "SIGKILL" ? 1 : 0;
    // What is sent by then is delivered before anyone comes back to the letters.
    const sent = recordsIn(journalDir).map(textOf);
    for (const folder of listJournals(journalDir)) rmSync(folder, { recursive: true });
    const shown = await linesIn(dir);
    assert.ok(!shown.some((line) => sent.includes(line)), "what is sent is no letter any more");
    const { done, completed } = await replay(journalDir, { stepLettersMax: 5 });
    assert.equal(done.letters, shown.length);
    const rest = recordsIn(journalDir).map(textOf);
    assert.equal(done.records + completed >= rest.length, true);
    assert.deepEqual([...sent, ...rest].sort(), [...lines].sort(), `killed at step ${step}`);
    assert.deepEqual(await linesIn(dir), []);
    if (status === 0) break;
  }
  assert.ok(kills >= 20 && kills < STEPS_MAX - 1, `${kills} steps`);
});

test("what an undecided replay left behind is of no account", async (context) => {
  const { journalDir, dir, letters } = deadLettersFor(context);
  await letters.add([letterOf(lineOf("a-0"))]);
  mkdirSync(join(dir, "replay"));
  writeFileSync(join(dir, "replay", "000000000000.seg"), "half of one");
  writeFileSync(join(dir, "replay.json"), '{"writer":"../../elsewhere","letters":{');
  assert.deepEqual(await linesIn(dir), [lineOf("a-0")]);
  assert.equal((await replay(journalDir)).done.letters, 1);
  assert.deepEqual(recordsIn(journalDir).map(textOf), [lineOf("a-0")]);
  assert.ok(!existsSync(join(dir, "replay")));
});
