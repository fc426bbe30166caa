/** What becomes of a journal while it is followed: used again in the middle of a read, deleted, made anew, damaged. */
import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { type TestContext, test } from "node:test";
import { deliverUpTo } from "../../journal/deliver.cases.js";
import { listSegments, segmentPath } from "../../journal/folder.js";
import { COMMIT_WORD, COUNT_WORD, SEGMENT_HEADER_BYTES } from "../../journal/format.js";
import { append, framesOf, openJournal, temporaryFolder } from "../../journal/journal.cases.js";
import type { Journal } from "../../journal/journal.js";
import { SegmentFile } from "../../journal/segment-file.js";
import { systemClock } from "../../system/clock.js";
import { ManualClock } from "../../system/manual-clock.cases.js";
import { Seen } from "../follower.cases.js";
import type { Start } from "../follower.js";
import { openFollower } from "../open.js";

const PAYLOAD = "x".repeat(900);

async function follow(t: TestContext, dir: string, start: Start = { at: "beginning" }, clock = systemClock) {
  const follower = await openFollower({ kind: "journal", dir }, { start, clock });
  t.after(() => follower.close());
  return new Seen(follower);
}

function open(t: TestContext, dir: string, writer = "w"): Journal {
  const { journal } = openJournal(dir, { writer });
  t.after(() => journal.closeNow());
  return journal;
}

function log(journal: Journal, records: number): void {
  for (let n = 0; n < records; n++) append(journal, PAYLOAD);
}

/** Delivers all and logs on, until the file of segment `number`, the oldest one, is another segment, and full. */
function useAgain(journal: Journal, number: number): void {
  const inoOf = (each: number): number => statSync(segmentPath(journal.folder, each)).ino;
  const ino = inoOf(number);
  for (let turns = 0; turns < 100; turns++) {
    deliverUpTo(journal.folder, journal.nextSeq);
    log(journal, 10);
    const sealed = listSegments(journal.folder).slice(0, -1);
    if (sealed.some((each) => each > number && inoOf(each) === ino)) return;
  }
  assert.fail("it was not used again");
}

/** The seqs from the first segment that is left to the last record. */
function leftIn(journal: Journal): number[] {
  const first = framesOf(journal.folder)[0]!.seq;
  return Array.from({ length: journal.nextSeq - first }, (_, n) => first + n);
}

test("a segment that becomes another one while it is read costs what it held, and nothing behind it", async (t) => {
  const dir = temporaryFolder(t);
  const journal = open(t, dir);
  const seen = await follow(t, dir);
  // Seqs of three digits, so that frames stand in the same places before and after.
  log(journal, 150);
  await seen.readAll();
  deliverUpTo(journal.folder, 130);
  log(journal, 40);
  const read = SegmentFile.prototype.read;
  let uses = 0;
  t.mock.method(
    SegmentFile.prototype,
    "read",
    function (this: SegmentFile, ...args: Parameters<typeof read>) {
      if (uses++ === 0) {
        useAgain(journal, this.number);
        // From here on nothing is deleted.
        deliverUpTo(journal.folder, 0);
      }
      return read.apply(this, args);
    },
  );
  await seen.readAll();
  const left = leftIn(journal);
  assert.deepEqual(seen.of("w").slice(150), left);
  assert.equal(seen.missed, left[0]! - 150);
  assert.ok(seen.missed > 30 && uses > 1);
});

for (const looks of ["before", "only after"]) {
  test(`a journal that someone deletes is followed into the one that its writer makes of it, with looks ${looks} that`, async (t) => {
    const dir = temporaryFolder(t);
    const clock = new ManualClock(Date.now());
    const journal = open(t, dir);
    log(journal, 100);
    const seen = await follow(t, dir, { at: "beginning" }, clock);
    await seen.readAll();
    rmSync(journal.folder, { recursive: true });
    if (looks === "before") await seen.readAll();
    await journal.flush();
    log(journal, 5);
    await seen.readAll();
    clock.advance(2000);
    await seen.readAll();
    assert.ok(journal.nextSeq >= 105);
    assert.deepEqual(seen.of("w"), [...Array(journal.nextSeq).keys()]);
    assert.equal(seen.missed, 0);
  });
}

test("a journal that someone deletes and that comes back later does not begin anew", async (t) => {
  const dir = temporaryFolder(t);
  const clock = new ManualClock(Date.now());
  const journal = open(t, dir);
  log(journal, 10);
  const seen = await follow(t, dir, { at: "beginning" }, clock);
  await seen.readAll();
  renameSync(journal.folder, join(dir, "..", `${basename(dir)}-aside`));
  t.after(() => rmSync(join(dir, "..", `${basename(dir)}-aside`), { recursive: true, force: true }));
  for (let n = 0; n < 3; n++) {
    clock.advance(2000);
    await seen.readAll();
  }
  renameSync(join(dir, "..", `${basename(dir)}-aside`), journal.folder);
  log(journal, 5);
  clock.advance(2000);
  await seen.readAll();
  assert.deepEqual(seen.of("w"), [...Array(15).keys()]);
});

test("broken records are counted, and those around them are seen", async (t) => {
  const dir = temporaryFolder(t);
  const journal = open(t, dir);
  log(journal, 200);
  const broken = framesOf(journal.folder).filter(({ seq }) => seq === 30 || seq === 31 || seq === 199);
  for (const { path, from } of broken) {
    const bytes = readFileSync(path);
    bytes.fill(0xff, from + 40, from + 60);
    writeFileSync(path, bytes);
  }
  const seen = await follow(t, dir);
  await seen.readAll();
  log(journal, 1);
  await seen.readAll();
  assert.deepEqual(
    seen.of("w"),
    [...Array(201).keys()].filter((seq) => seq !== 30 && seq !== 31 && seq !== 199),
  );
  assert.equal(seen.missed, 3);
});

test("after a restart of the machine, what COMMIT does not tell of is seen too, from every start", async (t) => {
  const dir = temporaryFolder(t);
  const journal = open(t, dir);
  log(journal, 100);
  journal.closeNow();
  const path = join(journal.folder, "writer.json");
  const info = JSON.parse(readFileSync(path, "utf8"));
  info.process.boot = "another";
  writeFileSync(path, JSON.stringify({ ...info, closed: false }));
  const frames = framesOf(journal.folder);
  const last = frames.at(-1)!;
  const framesInLast = frames.filter(({ segment }) => segment === last.segment).length;
  const bytes = readFileSync(last.path);
  // The page with the header came to the disk before the last records were published.
  bytes.writeUInt32LE(SEGMENT_HEADER_BYTES / 8, COMMIT_WORD * 4);
  bytes.writeUInt32LE(0, COUNT_WORD * 4);
  writeFileSync(last.path, bytes);
  const starts: Start[] = [
    { at: "beginning" },
    { at: "last", records: 5 },
    { at: "since", sinceMs: Date.now() - 60_000 },
  ];
  for (const start of starts) {
    const seen = await follow(t, dir, start);
    await seen.readAll();
    assert.deepEqual([seen.of("w").at(-1), seen.missed], [99, 0]);
  }
  // Or the header did, and the last records did not.
  bytes.writeUInt32LE(last.to / 8, COMMIT_WORD * 4);
  bytes.writeUInt32LE(framesInLast, COUNT_WORD * 4);
  bytes.fill(0, frames.at(-20)!.from);
  writeFileSync(last.path, bytes);
  const torn = await follow(t, dir, { at: "last", records: 5 });
  await torn.readAll();
  assert.equal(torn.of("w").at(-1), 79);
});

test("copies, other files and folders of others are passed over, and what cannot be read is until it can", async (t) => {
  const dir = temporaryFolder(t);
  const clock = new ManualClock(Date.now());
  const journal = open(t, dir);
  log(journal, 10);
  cpSync(journal.folder, join(dir, "copy"), { recursive: true });
  mkdirSync(join(dir, "empty"));
  mkdirSync(join(dir, "dead", "x"), { recursive: true });
  writeFileSync(join(dir, "file"), "");
  const seen = await follow(t, dir, { at: "beginning" }, clock);
  await seen.readAll();
  assert.deepEqual([seen.records, seen.missed], [10, 0]);
  // It becomes one.
  rmSync(join(dir, "empty"), { recursive: true });
  const late = open(t, dir, "empty");
  log(late, 3);
  await seen.readAll();
  assert.equal(seen.of("empty").length, 3);
});

test("the journals of many dead writers are read, a bounded number at a time", {
  skip: !existsSync("/proc/self/fd") && "open files are counted in /proc",
}, async (t) => {
  const dir = temporaryFolder(t);
  const writers = Array.from({ length: 150 }, (_, n) => `w${n}`);
  for (const writer of writers) {
    const { journal } = openJournal(dir, { writer, segmentBytes: 8192 });
    append(journal, "one");
    append(journal, "two");
    journal.closeNow();
    // Of one that a shipper has claimed, the cursor is held as well.
    deliverUpTo(journal.folder, 0);
  }
  const seen = await follow(t, dir);
  let most = 0;
  do most = Math.max(most, openFiles(dir));
  while (!(await seen.read(200)));
  assert.deepEqual([...seen.seqs.keys()].sort(), writers.sort());
  assert.ok(writers.every((writer) => seen.of(writer).length === 2));
  assert.ok(most > 10 && most <= 32, `${most} files were open`);
  assert.equal(openFiles(dir), 0);

  const end = await follow(t, dir, { at: "end" });
  await end.readAll();
  assert.deepEqual([end.records, openFiles(dir)], [0, 0]);
});

test("a folder of journals that is missing may come into being, and one that cannot be read is refused by a sentence", async (t) => {
  const dir = join(temporaryFolder(t), "later");
  const seen = await follow(t, dir);
  await seen.readAll();
  log(open(t, dir), 3);
  await seen.readAll();
  assert.deepEqual(seen.of("w"), [0, 1, 2]);
  const file = join(dir, "file");
  writeFileSync(file, "");
  await assert.rejects(follow(t, file), { code: "DRAGONLOG_JOURNAL_UNAVAILABLE" });
});

/** This process's files below a folder. */
function openFiles(dir: string): number {
  const paths = readdirSync("/proc/self/fd").map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return "";
    }
  });
  return paths.filter((path) => path.startsWith(dir)).length;
}
