import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { threadId } from "node:worker_threads";
import { append, openJournal, payloadOf, temporaryFolder } from "../journal/journal.cases.js";
import type { Journal } from "../journal/journal.js";
import type { JournalOptions } from "../journal/options.js";
import { detached } from "../record/stored-record.js";
import { ManualClock } from "../system/manual-clock.cases.js";
import { testBuffer } from "./buffer.cases.js";
import type { BufferDamage, StoredRecord } from "./buffer.js";
import { JournalBuffer, listJournals, requestFlush } from "./journal.js";
import { waitingIn } from "./open-reader.js";

interface Opened {
  readonly dir: string;
  readonly clock: ManualClock;
  readonly damage: BufferDamage[];
  open(): JournalBuffer;
  writer(name: string, options?: Partial<JournalOptions>): Journal;
}

function openFolder(t: TestContext): Opened {
  const dir = temporaryFolder(t);
  const clock = new ManualClock(Math.floor(Date.now() / 1000) * 1000);
  const damage: BufferDamage[] = [];
  const writers = new Map<string, Journal>();
  const buffers: JournalBuffer[] = [];
  t.after(async () => {
    for (const buffer of buffers) await buffer.close();
    for (const journal of writers.values()) journal.closeNow();
    rmSync(dir, { recursive: true, force: true });
  });
  return {
    dir,
    clock,
    damage,
    open() {
      const buffer = new JournalBuffer({ dir, clock, onDamage: (each) => damage.push(each) });
      buffers.push(buffer);
      return buffer;
    },
    writer(name, options) {
      const journal = writers.get(name) ?? openJournal(dir, { writer: name, clock, ...options }).journal;
      writers.set(name, journal);
      return journal;
    },
  };
}

/** Makes every lease in the folder look as if its holder had died. */
function killHolders(dir: string): void {
  for (const folder of listJournals(dir)) {
    for (const name of readdirSync(folder).filter((each) => /^lease\.\d+$/.test(each))) {
      const path = join(folder, name);
      const lease = JSON.parse(readFileSync(path, "utf8"));
      lease.process.startTime = "0";
      lease.holder = "dead";
      writeFileSync(path, JSON.stringify(lease));
    }
  }
}

function readAll(buffer: JournalBuffer): StoredRecord[] {
  const records: StoredRecord[] = [];
  for (const source of buffer.claim()) {
    for (;;) {
      const chunk = source.read(1 << 20) as { records: StoredRecord[] };
      if (chunk.records.length === 0) break;
      records.push(...chunk.records.map(detached));
    }
  }
  return records;
}

testBuffer({
  name: "journal",
  open(t) {
    const { dir, open, writer } = openFolder(t);
    return {
      open,
      append: (name, payloads) => {
        for (const payload of payloads) assert.ok(append(writer(name), payload));
      },
      end: (name) => writer(name).closeNow(),
      requestFlush: (nowMs) => requestFlush(dir, nowMs),
      crash: () => killHolders(dir),
      expire: () => killHolders(dir),
    };
  },
  skips: {},
});

test("what waits in a journal is known without its lease, to the record", (t) => {
  const { open, writer } = openFolder(t);
  const journal = writer("w");
  for (let i = 0; i < 10; i++) append(journal, "x", 5000 + i);
  const [source] = open().claim();
  source!.read(1 << 20);
  assert.equal(waitingIn(journal.folder).records, 10);
  source!.acknowledge([
    { from: 0, to: 2 },
    { from: 5, to: 6 },
  ]);
  const { records, bytes } = waitingIn(journal.folder);
  assert.equal(records, 5);
  assert.ok(bytes > 0);
  source!.acknowledge([{ from: 3, to: 9 }]);
  assert.deepEqual(waitingIn(journal.folder), { records: 0, bytes: 0, oldestMs: undefined });
});

for (const text of ["", "{", "null", '{"writer":5}', '"x"', "\u0000".repeat(300)]) {
  test(`a writer.json that is damaged to ${JSON.stringify(text.slice(0, 12))} loses no record and no living writer`, (t) => {
    const { clock, open, writer } = openFolder(t);
    const journal = writer("w");
    for (let i = 0; i < 300; i++) append(journal, `${i}`.padEnd(500));
    writeFileSync(join(journal.folder, "writer.json"), text);
    const buffer = open();
    const records = readAll(buffer);
    assert.deepEqual(
      records.map(({ seq, writer: name }) => [seq, name]),
      Array.from({ length: 300 }, (_, seq) => [seq, "w"]),
    );
    buffer.claim()[0]!.acknowledge([{ from: 0, to: 299 }]);
    // The writer shows that it lives by touching the file, whatever stands in it.
    for (let minutes = 0; minutes < 20; minutes++) {
      clock.advance(60_000);
      assert.deepEqual(readAll(buffer), []);
      assert.equal(buffer.claim()[0]!.finished(), false);
    }
    append(journal, "still here");
    assert.deepEqual(readAll(buffer).map(payloadOf), ["still here"]);
  });
}

test("without a readable writer.json a writer counts as gone after long silence, and its journal is emptied", (t) => {
  const { clock, dir, open, writer } = openFolder(t);
  const journal = writer("w");
  append(journal, "x");
  journal.closeNow();
  writeFileSync(join(journal.folder, "writer.json"), "");
  const buffer = open();
  assert.equal(readAll(buffer).length, 1);
  const [source] = buffer.claim();
  source!.acknowledge([{ from: 0, to: 0 }]);
  readAll(buffer);
  assert.equal(source!.finished(), false);
  clock.advance(11 * 60_000);
  readAll(buffer);
  assert.equal(source!.finished(), true);
  assert.deepEqual(readdirSync(dir), []);
});

test("a writer that has just begun is not taken for a dead one", (t) => {
  const { dir, open } = openFolder(t);
  const folder = join(dir, "young");
  mkdirSync(folder);
  writeFileSync(join(folder, "000000000000.seg"), Buffer.alloc(65_536));
  const buffer = open();
  readAll(buffer);
  assert.equal(buffer.claim()[0]!.finished(), false);
});

const notRoot = process.getuid?.() !== 0 && "needs root, to become somebody else";

test("a journal that cannot be read, or not be written to, does not stop the others", {
  skip: notRoot,
}, async (t) => {
  const NOBODY = 65_534;
  const { dir, open, writer } = openFolder(t);
  for (const name of ["a", "closed", "frozen", "z"]) {
    append(writer(name), name);
    writer(name).closeNow();
    for (const file of readdirSync(join(dir, name))) chownSync(join(dir, name, file), NOBODY, NOBODY);
    chownSync(join(dir, name), NOBODY, NOBODY);
  }
  chownSync(dir, NOBODY, NOBODY);
  chmodSync(join(dir, "closed"), 0);
  chmodSync(join(dir, "frozen"), 0o500);
  mkdirSync(join(dir, "dead"));
  writeFileSync(join(dir, "a file"), "");
  process.seteuid!(NOBODY);
  try {
    assert.deepEqual(readAll(open()).map(payloadOf).sort(), ["a", "z"]);
  } finally {
    process.seteuid!(0);
  }
});

test("a cursor that cannot be opened costs its own journal's turn only, and no lease", (t) => {
  const { open, writer } = openFolder(t);
  for (const name of ["a", "b"]) append(writer(name), name);
  const cursor = join(writer("a").folder, "cursor");
  mkdirSync(cursor);
  const buffer = open();
  for (let look = 0; look < 3; look++) buffer.claim();
  assert.deepEqual(readAll(buffer).map(payloadOf), ["b"]);
  const leases = readdirSync(writer("a").folder).filter((name) => name.startsWith("lease"));
  assert.deepEqual(leases, [], "no number is used up");
  rmSync(cursor, { recursive: true });
  assert.deepEqual(readAll(open()).map(payloadOf), ["a"]);
});

test("a journal that is deleted under its shipper ends its source, and the one made anew is a new one", (t) => {
  const { clock, open, writer } = openFolder(t);
  const buffer = open();
  const journal = writer("w");
  append(journal, "kept");
  readAll(buffer);
  rmSync(journal.folder, { recursive: true });
  append(journal, "unknowing");
  assert.deepEqual(buffer.claim(), []);
  clock.advance(1000);
  assert.deepEqual(readAll(buffer).map(payloadOf), ["kept", "unknowing"]);
});

test("delivered segments of a silent writer are deleted, but for those whose pages it uses again", (t) => {
  const { open, writer } = openFolder(t);
  const journal = writer("w");
  while (journal.segment.number < 8) append(journal, "x".repeat(900));
  const buffer = open();
  readAll(buffer);
  buffer.claim()[0]!.acknowledge([{ from: 0, to: journal.nextSeq - 1 }]);
  const left = readdirSync(journal.folder).filter((name) => name.endsWith(".seg"));
  assert.equal(left.length, 2);
  while (journal.segment.number < 20) append(journal, "x".repeat(900));
  assert.deepEqual(journal.drops.totals, {});
});

test("what is damaged is reported once, with its source, and counts as done with", (t) => {
  const { damage, open, writer } = openFolder(t);
  const journal = writer("w");
  for (let i = 0; i < 10; i++) append(journal, "x");
  journal.closeNow();
  const path = join(journal.folder, "000000000000.seg");
  const bytes = readFileSync(path);
  bytes.fill(0, bytes.indexOf('"id":"writer-4"'), bytes.indexOf('"id":"writer-6"'));
  writeFileSync(path, bytes);
  const buffer = open();
  assert.equal(readAll(buffer).length, 7);
  const [source] = buffer.claim();
  source!.rewind();
  assert.equal(readAll(buffer).length, 7, "and not again when it is read again");
  source!.acknowledge([
    { from: 0, to: 3 },
    { from: 7, to: 9 },
  ]);
  readAll(buffer);
  assert.equal(source!.finished(), true);
  assert.deepEqual(
    damage.map(({ source: name, records, cause }) => [name, records, cause]),
    [["w", 3, "damaged"]],
  );
});

test("what the last segment of an ended writer lacks is reported before the journal is removed", (t) => {
  const { damage, open, writer } = openFolder(t);
  const journal = writer("w");
  for (let i = 0; i < 10; i++) append(journal, "x".repeat(500));
  journal.closeNow();
  truncateSync(join(journal.folder, "000000000000.seg"), 4096 + 3000);
  const buffer = open();
  const records = readAll(buffer);
  const [source] = buffer.claim();
  source!.acknowledge([{ from: 0, to: records.length - 1 }]);
  readAll(buffer);
  assert.equal(source!.finished(), true);
  assert.deepEqual(
    damage.map(({ records: missing }) => missing),
    [10 - records.length],
  );
});

test("journals that are meant for another shipper are left alone", async (t) => {
  const { dir, clock, writer } = openFolder(t);
  append(writer("mine"), "x");
  append(writer("theirs"), "x");
  const accepts = (info: { writer: string } | undefined) => info?.writer === "mine";
  const buffer = new JournalBuffer({ dir, clock, accepts, onDamage: () => assert.fail() });
  assert.deepEqual(
    buffer.claim().map(({ name }) => name),
    ["mine"],
  );
  await buffer.close();
});

test("a lease is renewed while its source is claimed, for shippers that cannot see the process", (t) => {
  const { clock, open, writer } = openFolder(t);
  append(writer("w"), "x");
  const buffer = open();
  buffer.claim();
  const path = join(writer("w").folder, "lease.1");
  utimesSync(path, 0, 0);
  clock.advance(6000);
  buffer.claim();
  assert.equal(statSync(path).mtimeMs, clock.now());
});

test("a lease that cannot be given back does not keep the others", async (t) => {
  const { open, writer } = openFolder(t);
  for (const name of ["a", "b", "c"]) append(writer(name), name);
  const buffer = open();
  buffer.claim();
  mkdirSync(join(writer("b").folder, `lease.1.${process.pid}-${threadId}.tmp`));
  await buffer.close();
  assert.deepEqual(readAll(open()).map(payloadOf).sort(), ["a", "c"]);
});

test("a source that was taken over gives nothing more and opens no file", (t) => {
  const { dir, open, writer } = openFolder(t);
  for (let i = 0; i < 10; i++) append(writer("w"), "x");
  const source = open().claim()[0]!;
  source.read(200);
  killHolders(dir);
  assert.equal(open().claim().length, 1);
  source.acknowledge([{ from: 0, to: 0 }]);
  const openFiles = readdirSync("/proc/self/fd").length;
  assert.deepEqual(source.read(1 << 20), { records: [], drained: true });
  assert.equal(source.finished(), true);
  assert.equal(readdirSync("/proc/self/fd").length, openFiles);
});

test("a delivered journal that cannot be removed stops nothing, is not sent again, and goes when it can be", {
  skip: notRoot,
}, (t) => {
  const NOBODY = 65_534;
  const { dir, open, writer } = openFolder(t);
  append(writer("w"), "x");
  writer("w").closeNow();
  const { folder } = writer("w");
  chownSync(folder, NOBODY, NOBODY);
  for (const name of readdirSync(folder)) chownSync(join(folder, name), NOBODY, NOBODY);
  // The folder that holds all journals belongs to another user, so a journal can be emptied and not removed.
  chmodSync(dir, 0o755);
  process.seteuid!(NOBODY);
  try {
    const buffer = open();
    assert.equal(readAll(buffer).length, 1);
    const [source] = buffer.claim();
    source!.acknowledge([{ from: 0, to: 0 }]);
    readAll(buffer);
    assert.equal(source!.finished(), true);
    const left = readdirSync(folder).filter((name) => name.endsWith(".seg"));
    assert.deepEqual(left, [], "the segments go before the cursor that says that they are delivered");
    assert.deepEqual(readAll(buffer), []);
    process.seteuid!(0);
    chownSync(dir, NOBODY, NOBODY);
    process.seteuid!(NOBODY);
    assert.deepEqual(readAll(buffer), []);
    for (const claimed of buffer.claim()) assert.equal(claimed.finished(), true);
  } finally {
    process.seteuid!(0);
  }
  // Node 24 removes what it may before it fails, so an empty folder can be left, which is no journal.
  assert.deepEqual(listJournals(dir), []);
});

test("a journal that is reserved for a holder goes to it and to no other", async (t) => {
  const { dir, clock, open, writer } = openFolder(t);
  append(writer("mine", { leaseHolder: "worker" }), "x");
  assert.deepEqual(open().claim(), []);
  const worker = new JournalBuffer({ dir, clock, holder: "worker", onDamage: () => assert.fail() });
  t.after(() => worker.close());
  assert.equal(readAll(worker).length, 1);
});
