/** Journals that cannot be read, for good or for a while: by their rights here, as by too few file descriptors elsewhere. */
import assert from "node:assert/strict";
import { chmodSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { segmentPath } from "../../journal/folder.js";
import { append, framesOf, openJournal, temporaryFolder } from "../../journal/journal.cases.js";
import type { Journal } from "../../journal/journal.js";
import { ManualClock } from "../../system/manual-clock.cases.js";
import { Seen } from "../follower.cases.js";
import { openFollower } from "../open.js";

const PAYLOAD = "x".repeat(900);
const NOBODY = 65_534;
const ALL_RIGHTS = 0o755;

function open(t: TestContext, dir: string, writer: string): Journal {
  const { journal } = openJournal(dir, { writer });
  t.after(() => journal.closeNow());
  return journal;
}

function log(journal: Journal, records: number): void {
  for (let n = 0; n < records; n++) append(journal, PAYLOAD);
}

async function follow(t: TestContext, dir: string, clock: ManualClock): Promise<Seen> {
  const follower = await openFollower({ kind: "journal", dir }, { start: { at: "beginning" }, clock });
  t.after(() => follower.close());
  return new Seen(follower);
}

/** Runs it without root's right to read everything. */
async function asNobody(run: () => Promise<unknown>): Promise<void> {
  const { geteuid, seteuid } = process;
  const isRoot = geteuid?.() === 0;
  if (isRoot) seteuid!(NOBODY);
  try {
    await run();
  } finally {
    if (isRoot) seteuid!(0);
  }
}

function letAllRead(folder: string): void {
  chmodSync(folder, ALL_RIGHTS);
  for (const name of readdirSync(folder)) chmodSync(join(folder, name), ALL_RIGHTS);
}

test("a journal that may not be read is passed over until it may, and what was deleted of it is not missed", async (t) => {
  const dir = temporaryFolder(t);
  const clock = new ManualClock(Date.now());
  const [shut, readable] = [open(t, dir, "shut"), open(t, dir, "readable")];
  log(shut, 200);
  log(readable, 5);
  rmSync(segmentPath(shut.folder, 0));
  const first = framesOf(shut.folder)[0]!.seq;
  letAllRead(dir);
  letAllRead(readable.folder);
  chmodSync(shut.folder, 0);
  let seen!: Seen;
  await asNobody(async () => {
    seen = await follow(t, dir, clock);
    await seen.readAll();
  });
  assert.deepEqual([...seen.seqs.keys()], ["readable"]);
  t.after(() => chmodSync(shut.folder, 0o700));
  letAllRead(shut.folder);
  clock.advance(2000);
  await asNobody(() => seen.readAll());
  assert.deepEqual([seen.of("readable").length, seen.of("shut")[0], seen.of("shut").at(-1)], [5, first, 199]);
  assert.equal(seen.missed, 0);
});

/** As if what was written now had been written a minute ago: a folder that changes no more is not looked at again. */
const later = () => new ManualClock(Date.now() + 60_000);

for (const since of ["after", "before"]) {
  test(`a living journal whose file could not be read for a while, since ${since} it was followed, is read on`, async (t) => {
    const dir = temporaryFolder(t);
    const clock = later();
    const journal = open(t, dir, "w");
    log(journal, 3);
    letAllRead(dir);
    letAllRead(journal.folder);
    const segment = segmentPath(journal.folder, 0);
    let seen!: Seen;
    await asNobody(async () => {
      if (since === "after") seen = await follow(t, dir, clock);
    });
    chmodSync(segment, 0);
    await asNobody(async () => {
      seen ??= await follow(t, dir, clock);
      await seen.readAll();
    });
    assert.equal(seen.records, 0);
    chmodSync(segment, ALL_RIGHTS);
    log(journal, 2);
    clock.advance(2000);
    await asNobody(() => seen.readAll());
    assert.deepEqual([seen.of("w"), seen.missed], [[0, 1, 2, 3, 4], 0]);
  });
}

test("the journal of a dead writer whose file cannot be read for a while is read afterwards", async (t) => {
  const dir = temporaryFolder(t);
  const clock = later();
  const journal = open(t, dir, "w");
  log(journal, 3);
  journal.closeNow();
  letAllRead(dir);
  letAllRead(journal.folder);
  const segment = segmentPath(journal.folder, 0);
  let seen!: Seen;
  for (const rights of [0, ALL_RIGHTS]) {
    chmodSync(segment, rights);
    await asNobody(async () => {
      seen ??= await follow(t, dir, clock);
      await seen.readAll();
    });
    clock.advance(2000);
  }
  assert.deepEqual([seen.of("w"), seen.missed], [[0, 1, 2], 0]);
});

test("what was read is not read again after a look in which the folder of all journals could not be read", async (t) => {
  const dir = temporaryFolder(t);
  const clock = later();
  const [ended, living] = [open(t, dir, "ended"), open(t, dir, "living")];
  log(ended, 3);
  log(living, 3);
  ended.closeNow();
  for (const folder of [dir, ended.folder, living.folder]) letAllRead(folder);
  let seen!: Seen;
  await asNobody(async () => {
    seen = await follow(t, dir, clock);
    await seen.readAll();
  });
  t.after(() => chmodSync(dir, ALL_RIGHTS));
  for (const rights of [0o111, ALL_RIGHTS]) {
    chmodSync(dir, rights);
    clock.advance(2000);
    await asNobody(() => seen.readAll());
  }
  assert.deepEqual([seen.of("ended"), seen.of("living"), seen.missed], [[0, 1, 2], [0, 1, 2], 0]);
});
