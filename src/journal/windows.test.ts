/** Windows over files are shared by the journals of a process: none may ever show a line of another. */
import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { test } from "node:test";
import { ManualClock } from "../system/manual-clock.cases.js";
import { openMapper, type Window } from "../system/mapping.js";
import { segmentPath } from "./folder.js";
import { FRAME_HEADER_BYTES } from "./format.js";
import { append, openJournal, payloadsIn, SEGMENT_BYTES, temporaryFolder } from "./journal.cases.js";

const told = () => new Promise<void>((resolve) => setImmediate(resolve));

test("many journals of one process keep to themselves", (t) => {
  const root = temporaryFolder(t);
  const journals = Array.from({ length: 6 }, (_, n) => openJournal(root, { writer: `w${n}` }).journal);
  for (let i = 0; i < 600; i++) {
    for (const journal of journals) append(journal, `${journal.folder} ${i}`.padEnd(300 + i, "."));
  }
  for (const journal of journals) {
    const payloads = payloadsIn(journal.folder);
    assert.equal(payloads.length, 600);
    assert.ok(payloads.every((payload, i) => payload.startsWith(`${journal.folder} ${i}`)));
    journal.closeNow();
  }
});

test("whatever is written to a closed journal reaches no other one", (t) => {
  const root = temporaryFolder(t);
  // No other test uses segments of this size, so the second journal gets the first one's window.
  const segmentBytes = SEGMENT_BYTES + 8192;
  const closed = openJournal(root, { writer: "closed", segmentBytes }).journal;
  append(closed, "x");
  closed.closeNow();
  const living = openJournal(root, { writer: "living", segmentBytes }).journal;
  for (let i = 0; i < 60; i++) append(living, `${i}`.padEnd(900, "."));
  // A logger places a line before it looks whether the journal is closed.
  const { bytes, position } = closed.segment;
  bytes.fill("!", position + FRAME_HEADER_BYTES);
  assert.deepEqual(
    payloadsIn(living.folder).map((payload) => payload.trimEnd().replaceAll(".", "")),
    Array.from({ length: 60 }, (_, i) => `${i}`),
  );
  assert.equal(append(closed, "late"), false);
  assert.deepEqual(closed.drops.totals, { closed: 1 });
  living.closeNow();
});

test("an event loop that is blocked for many segments keeps files mapped", async (t) => {
  const { journal, troubles } = openJournal(temporaryFolder(t));
  for (let i = 0; i < 300; i++) append(journal, "x".repeat(60_000));
  assert.equal(journal.segment.kind, "mapped");
  await told();
  assert.deepEqual(troubles, []);
  assert.equal(payloadsIn(journal.folder).length, 300);
  journal.closeNow();
});

/** Windows that map files until they are told not to. */
function failingWindows(t: { after(call: () => void): void }): { fails: boolean } {
  const state = { fails: false };
  const mapper = openMapper();
  const reserve = mapper.reserve.bind(mapper);
  mapper.reserve = (bytes: number): Window => {
    const window = reserve(bytes);
    return {
      ...window,
      attach(fd) {
        if (state.fails) throw Object.assign(new Error("ENODEV: mmap failed"), { code: "ENODEV" });
        window.attach(fd);
      },
    };
  };
  t.after(() => {
    mapper.reserve = reserve;
  });
  return state;
}

test("when files can be mapped no longer, what is sealed stays as it is and the rest is written with write(2)", async (t) => {
  const state = failingWindows(t);
  const { journal, troubles } = openJournal(temporaryFolder(t), { segmentBytes: SEGMENT_BYTES + 4096 });
  assert.equal(journal.segment.kind, "mapped");
  const payloads: string[] = [];
  for (let i = 0; i < 500; i++) {
    if (i === 150) state.fails = true;
    payloads.push(`${i}`.padEnd(900, "."));
    assert.ok(append(journal, payloads[i]!));
  }
  assert.equal(journal.segment.kind, "written");
  assert.deepEqual(payloadsIn(journal.folder), payloads);
  await told();
  assert.deepEqual(
    troubles.map(({ code }) => code),
    ["DRAGONLOG_JOURNAL_DEGRADED"],
  );
  journal.closeNow();
  assert.deepEqual(payloadsIn(journal.folder), payloads);
});

test("a journal works on tmpfs", { skip: !existsSync("/dev/shm") && "there is no /dev/shm" }, (t) => {
  const { journal } = openJournal(temporaryFolder(t, "/dev/shm"));
  for (let i = 0; i < 300; i++) append(journal, "x".repeat(900));
  assert.deepEqual([journal.segment.kind, payloadsIn(journal.folder).length], ["mapped", 300]);
  journal.closeNow();
});

test("every file of a journal is for its owner alone, and its blocks really exist", (t) => {
  const { journal } = openJournal(temporaryFolder(t), { clock: new ManualClock() });
  const segment = statSync(segmentPath(journal.folder, 0));
  assert.equal(statSync(journal.folder).mode & 0o777, 0o700);
  assert.equal(segment.mode & 0o777, 0o600);
  assert.ok(segment.blocks * 512 >= SEGMENT_BYTES);
  journal.closeNow();
});
