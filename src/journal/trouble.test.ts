/** A folder that cannot be used, now or from some moment on: the application goes on, and nothing is lost silently. */
import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ManualClock } from "../system/manual-clock.cases.js";
import {
  append,
  openJournal,
  payloadOf,
  payloadsIn,
  readAll,
  SEGMENT_BYTES,
  temporaryFolder,
} from "./journal.cases.js";

const NOBODY = 65_534;
const notRoot = process.getuid?.() !== 0 && "needs root, to become somebody else";

/** Root may do anything, so what is refused is tried as nobody. */
function asNobody<T>(call: () => T): T {
  process.seteuid!(NOBODY);
  try {
    return call();
  } finally {
    process.seteuid!(0);
  }
}

const codes = (troubles: readonly { code: string }[]) => troubles.map(({ code }) => code);
/** Trouble is told after the call. */
const told = () => new Promise<void>((resolve) => setImmediate(resolve));

for (const [name, blocker] of [
  ["a parent that is a file", "parent"],
  ["a folder's name that is taken by a file", "writer"],
] as const) {
  test(`with ${name}, records wait in RAM, bounded, and go into the journal when it can be had`, async (t) => {
    const root = join(temporaryFolder(t), "parent");
    if (blocker === "writer") mkdirSync(root);
    const path = blocker === "writer" ? join(root, "writer") : root;
    writeFileSync(path, "");
    const clock = new ManualClock();
    const { journal, troubles, reports } = openJournal(root, { clock });
    let kept = 0;
    let dropped = 0;
    for (let i = 0; i < 200; i++) append(journal, "x".repeat(900)) ? kept++ : dropped++;
    assert.ok(kept > 50 && dropped > 50, "one segment's worth is kept");
    assert.equal(journal.state, "ram");
    assert.deepEqual(journal.drops.totals, { "journal unavailable": dropped });
    clock.advance(10_000);
    await told();
    assert.deepEqual(codes(troubles), ["DRAGONLOG_JOURNAL_UNAVAILABLE"]);

    unlinkSync(path);
    clock.advance(1000);
    assert.equal(journal.state, "safe");
    assert.equal(payloadsIn(journal.folder).filter((payload) => payload.startsWith("x")).length, kept);
    for (let i = 0; i < 100; i++) assert.ok(append(journal, "after"));
    assert.equal(payloadsIn(journal.folder).length, kept + 100 + 1);
    assert.deepEqual(
      reports.map(({ cause, total }) => [cause, total]),
      [["journal unavailable", dropped]],
    );
    journal.closeNow();
    assert.equal(clock.timers, 0, "nothing goes on after close");
  });
}

test("a folder that never can be had costs what was logged, counted and told at close", async () => {
  const { journal, troubles } = openJournal("/proc/nope");
  for (let i = 0; i < 10; i++) assert.ok(append(journal, "x"));
  await assert.rejects(journal.flush(), { code: "DRAGONLOG_JOURNAL_UNAVAILABLE" });
  await journal.close();
  assert.deepEqual([append(journal, "late"), journal.state], [false, "closed"]);
  assert.deepEqual(journal.drops.totals, { "journal unavailable": 10, closed: 1 });
  await told();
  assert.deepEqual(codes(troubles), ["DRAGONLOG_JOURNAL_UNAVAILABLE", "DRAGONLOG_JOURNAL_UNAVAILABLE"]);
});

test("without permission records wait in RAM until access is granted", { skip: notRoot }, async (t) => {
  const root = temporaryFolder(t);
  for (const mode of [0o700, 0o500]) {
    chownSync(root, mode === 0o700 ? 0 : NOBODY, 0);
    chmodSync(root, mode);
    const clock = new ManualClock();
    const opened = asNobody(() => openJournal(root, { clock, writer: `writer${mode}` }));
    const { journal, troubles } = opened;
    asNobody(() => append(journal, "a"));
    await told();
    assert.deepEqual([journal.state, ...codes(troubles)], ["ram", "DRAGONLOG_JOURNAL_UNAVAILABLE"]);
    assert.match(troubles[0]!.message, /EACCES/);
    chownSync(root, NOBODY, 0);
    chmodSync(root, 0o700);
    asNobody(() => clock.advance(1000));
    assert.deepEqual([journal.state, payloadsIn(journal.folder)], ["safe", ["a"]]);
    journal.closeNow();
  }
});

const notices = {
  "at the next tick": (clock: ManualClock) => clock.advance(1000),
  "at the next heartbeat of a silent writer": (clock: ManualClock) => clock.advance(60_000),
};

for (const [when, pass] of Object.entries(notices)) {
  test(`a folder that is deleted under a living journal is made anew ${when}`, async (t) => {
    const clock = new ManualClock();
    const { journal, troubles, reports } = openJournal(temporaryFolder(t), { clock });
    while (journal.segment.number < 2) append(journal, "x".repeat(900));
    append(journal, "active");
    const { firstSeq } = journal.segment;
    if (when.includes("silent")) clock.advance(5000);
    rmSync(journal.folder, { recursive: true });
    if (!when.includes("silent")) append(journal, "unknowing");
    const inActive = journal.nextSeq - firstSeq;
    pass(clock);
    assert.equal(journal.state, "safe");
    assert.deepEqual(journal.drops.totals, { "journal deleted": firstSeq });
    const after = openAfter(journal.folder, firstSeq);
    assert.equal(after.length, inActive + 1, "with the report");
    assert.deepEqual(
      reports.map(({ total }) => total),
      [firstSeq],
    );
    append(journal, "goes on");
    assert.equal(openAfter(journal.folder, firstSeq).at(-1), "goes on");
    await told();
    assert.deepEqual(codes(troubles), ["DRAGONLOG_JOURNAL_DEGRADED"]);
    journal.closeNow();
  });
}

function openAfter(folder: string, fromSeq: number): string[] {
  const { records, gaps } = readAll(folder, () => 1 << 20, { fromSeq });
  assert.deepEqual(gaps, []);
  return records.map(payloadOf);
}

for (const end of ["flush", "close", "closeNow"] as const) {
  test(`a folder that was deleted is made anew by ${end}`, async (t) => {
    const { journal } = openJournal(temporaryFolder(t), { clock: new ManualClock() });
    append(journal, "kept");
    rmSync(journal.folder, { recursive: true });
    await journal[end]();
    assert.deepEqual(payloadsIn(journal.folder), ["kept"]);
    journal.closeNow();
  });
}

test("a folder that is deleted is noticed when the segment is full, and one that cannot be made anew is waited for", (t) => {
  const clock = new ManualClock();
  const root = temporaryFolder(t);
  const { journal } = openJournal(root, { clock });
  append(journal, "L".repeat(3 * SEGMENT_BYTES));
  rmSync(root, { recursive: true });
  writeFileSync(root, "");
  let appended = 1;
  while (journal.state === "safe") appended += append(journal, "x".repeat(900)) ? 1 : 0;
  const { total } = { total: journal.nextSeq };
  assert.equal(total, appended);
  rmSync(root);
  clock.advance(1000);
  assert.equal(journal.state, "safe");
  const lost = journal.drops.totals["journal deleted"] ?? 0;
  assert.equal(
    openAfter(journal.folder, lost).filter((payload) => !payload.startsWith("report")).length,
    total - lost,
  );
  journal.closeNow();
});

const noProc = !existsSync("/proc/self/maps") && "there is no /proc to look at";

test("a deleted folder costs no window and no file of the process", { skip: noProc }, async (t) => {
  const { journal } = openJournal(temporaryFolder(t), { clock: new ManualClock() });
  append(journal, "x");
  const held = () => {
    const maps = readFileSync("/proc/self/maps", "latin1").split("\n");
    return [readdirSync("/proc/self/fd").length, maps.filter((line) => line.includes(journal.folder)).length];
  };
  const before = held();
  const flushes: Promise<void>[] = [];
  for (let i = 0; i < 20; i++) {
    rmSync(journal.folder, { recursive: true });
    flushes.push(journal.flush());
  }
  // Some end with an error: the folder was deleted again before they did.
  await Promise.allSettled(flushes);
  const after = held();
  assert.ok(after[0]! <= before[0]! + 1 && after[1]! <= 2, `${before} became ${after}`);
  assert.deepEqual(payloadsIn(journal.folder), ["x"]);
  journal.closeNow();
});

test("writer.json is written again when someone deletes it", (t) => {
  const clock = new ManualClock();
  const { journal } = openJournal(temporaryFolder(t), { clock });
  unlinkSync(join(journal.folder, "writer.json"));
  clock.advance(60_000);
  assert.ok(existsSync(join(journal.folder, "writer.json")));
  journal.closeNow();
});

test("the one who is told of trouble may log, and may throw", async (t) => {
  const root = join(temporaryFolder(t), "parent");
  writeFileSync(root, "");
  const clock = new ManualClock();
  const tellings: string[] = [];
  const { journal } = openJournal(root, {
    clock,
    onTrouble: ({ code }) => {
      tellings.push(code);
      append(journal, `told ${code}`);
      throw new Error("whoever is told has trouble of his own");
    },
  });
  append(journal, "first");
  await told();
  unlinkSync(root);
  clock.advance(1000);
  assert.deepEqual(payloadsIn(journal.folder), ["first", "told DRAGONLOG_JOURNAL_UNAVAILABLE"]);
  assert.deepEqual(tellings, ["DRAGONLOG_JOURNAL_UNAVAILABLE"]);
  journal.closeNow();
});
