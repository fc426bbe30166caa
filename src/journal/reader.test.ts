import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { MemoryPool } from "../system/memory-pool.js";
import { deliverUpTo } from "./deliver.cases.js";
import { listSegments } from "./folder.js";
import { SEGMENT_HEADER_BYTES } from "./format.js";
import {
  append,
  framesOf,
  openJournal,
  payloadOf,
  readAll,
  SEGMENT_BYTES,
  temporaryFolder,
} from "./journal.cases.js";
import { type Gap, JournalReader } from "./reader.js";

/** Payloads of all sorts of sizes: tiny, near a segment's end, larger than a segment. */
const payload = fc.oneof(
  { weight: 8, arbitrary: fc.string({ unit: "binary", maxLength: 60 }) },
  { weight: 3, arbitrary: fc.integer({ min: 500, max: 9000 }).map((length) => "m".repeat(length)) },
  {
    weight: 2,
    arbitrary: fc
      .integer({ min: -300, max: 40 })
      .map((over) => "s".repeat(SEGMENT_BYTES - SEGMENT_HEADER_BYTES + over)),
  },
  { weight: 1, arbitrary: fc.integer({ min: 100_000, max: 3_000_000 }).map((length) => "l".repeat(length)) },
);
const readSize = fc.constantFrom(1, 33, 100, 1000, 70_000, 1 << 20);

for (const mapping of ["auto", "off"] as const) {
  test(`what was appended is read back whole and in order, mapping ${mapping}`, (t) => {
    const root = temporaryFolder(t);
    let round = 0;
    fc.assert(
      fc.property(
        fc.array(payload, { minLength: 1, maxLength: 60 }),
        fc.array(readSize, { minLength: 1 }),
        (payloads, sizes) => {
          const writer = `writer${round++}`;
          const { journal, troubles } = openJournal(root, { writer, mapping });
          for (const [seq, text] of payloads.entries()) assert.ok(append(journal, text, seq));
          let reads = 0;
          const { records, gaps } = readAll(journal.folder, () => sizes[reads++ % sizes.length]!);
          assert.deepEqual(
            records.map(payloadOf),
            payloads.map((text) => text.toWellFormed()),
          );
          records.forEach(({ seq, ordinal, timestamp, service, type }, index) => {
            assert.deepEqual([seq, ordinal, timestamp, service, type], [index, index, index, "svc", "INFO"]);
          });
          assert.deepEqual(gaps, []);
          assert.deepEqual(troubles, []);
          journal.closeNow();
          rmSync(journal.folder, { recursive: true });
        },
      ),
      { numRuns: 25 },
    );
  });
}

test("reading begins again at any seq and misses nothing", (t) => {
  const { journal } = openJournal(temporaryFolder(t));
  const total = 300;
  for (let seq = 0; seq < total; seq++) append(journal, `${seq}`.repeat(1 + ((seq * 37) % 400)));
  assert.ok(listSegments(journal.folder).length > 2);
  for (let fromSeq = 0; fromSeq <= total; fromSeq++) {
    const { records, gaps } = readAll(journal.folder, () => 5000, { fromSeq });
    assert.deepEqual(
      [records.length, records[0]?.seq ?? fromSeq, gaps.length],
      [total - fromSeq, fromSeq, 0],
    );
  }
  journal.closeNow();
});

test("one read brings about as many bytes as were asked for, and never less than a record", (t) => {
  const { journal } = openJournal(temporaryFolder(t));
  for (let seq = 0; seq < 200; seq++) append(journal, "x".repeat(900));
  const reader = new JournalReader({
    folder: journal.folder,
    writer: "writer",
    fromSeq: 0,
    restarted: false,
    onGap: () => assert.fail(),
  });
  assert.equal(reader.read(1).length, 1);
  assert.equal(reader.read(10_300).length, 9);
  reader.close();
  journal.closeNow();
});

test("what is read into the same memory again and again is the same", (t) => {
  const { journal } = openJournal(temporaryFolder(t));
  for (let seq = 0; seq < 300; seq++) append(journal, `${seq}`.repeat(1 + (seq % 50)));
  append(journal, "l".repeat(200_000));
  append(journal, "last");
  const options = { folder: journal.folder, writer: "writer", fromSeq: 0, restarted: false };
  const memories = [{}, { memory: new MemoryPool() }].map((place) => {
    const reader = new JournalReader({ ...options, ...place, onGap: () => assert.fail("a gap") });
    const payloads: unknown[] = [];
    const memory = new Set<ArrayBufferLike>();
    for (let read = reader.read(3000); read.length > 0; read = reader.read(3000)) {
      payloads.push(...read.map(payloadOf));
      memory.add(read[0]!.bytes.buffer);
    }
    reader.close();
    return { payloads, memories: memory.size };
  });
  assert.deepEqual(memories[1]!.payloads, memories[0]!.payloads);
  assert.equal(memories[1]!.payloads.length, 302);
  // One for most of them, and a larger one for the large record and what comes behind it.
  assert.equal(memories[1]!.memories, 2);
  assert.ok(memories[0]!.memories > 10);
});

test("a reader follows a writer, and what is unread is counted to the record", (t) => {
  const { journal } = openJournal(temporaryFolder(t));
  const reader = new JournalReader({
    folder: journal.folder,
    writer: "writer",
    fromSeq: 0,
    restarted: false,
    onGap: () => assert.fail(),
  });
  assert.deepEqual(reader.unread(), { records: 0, bytes: 0, oldestMs: undefined });
  let read = 0;
  fc.assert(
    fc.property(
      fc.nat({ max: 40 }),
      fc.integer({ min: 1, max: 8000 }),
      readSize,
      fc.nat({ max: 10 }),
      (count, length, size, reads) => {
        for (let i = 0; i < count; i++) append(journal, "x".repeat(length), journal.nextSeq);
        for (let i = 0; i < reads; i++) {
          for (const { seq } of reader.read(size)) assert.equal(seq, read++);
        }
        const { records, bytes, oldestMs } = reader.unread();
        assert.equal(records, journal.nextSeq - read);
        assert.equal(bytes > 0, records > 0);
        if (records > 0) assert.equal(oldestMs, read);
      },
    ),
    { numRuns: 100, endOnFailure: true },
  );
  reader.close();
  journal.closeNow();
});

test("a reader follows a writer through segments that are used again and again", (t) => {
  const { journal } = openJournal(temporaryFolder(t), { journalBytesMax: 5 * SEGMENT_BYTES });
  const gaps: Gap[] = [];
  const reader = new JournalReader({
    folder: journal.folder,
    writer: "writer",
    fromSeq: 0,
    restarted: false,
    onGap: (gap) => gaps.push(gap),
  });
  let read = 0;
  fc.assert(
    fc.property(fc.nat({ max: 120 }), fc.nat({ max: 900 }), (count, length) => {
      for (let i = 0; i < count; i++)
        assert.ok(append(journal, "x".repeat(length)), "the journal is never full");
      for (let records = reader.read(20_000); records.length > 0; records = reader.read(20_000)) {
        for (const { seq } of records) assert.equal(seq, read++);
      }
      deliverUpTo(journal.folder, read);
    }),
    { numRuns: 200, endOnFailure: true },
  );
  assert.equal(read, journal.nextSeq);
  assert.ok(framesOf(journal.folder)[0]!.segment > 10, "segments were used again");
  assert.deepEqual(gaps, []);
  reader.close();
  journal.closeNow();
});

test("a reader that comes late to a delivered segment which the writer has used again loses nothing", (t) => {
  const { journal } = openJournal(temporaryFolder(t), { journalBytesMax: 2 * SEGMENT_BYTES });
  const gaps: Gap[] = [];
  const reader = new JournalReader({
    folder: journal.folder,
    writer: "writer",
    fromSeq: 0,
    restarted: false,
    onGap: (gap) => gaps.push(gap),
  });
  // Segment 0 ends early, because a long record does not fit into it. The reader stands there, and has delivered all of it.
  for (let i = 0; i < 20; i++) append(journal, "x".repeat(900));
  let read = reader.read(1 << 20).length;
  assert.equal(read, 20);
  deliverUpTo(journal.folder, read);
  append(journal, "L".repeat(55_000));
  // Now 0 becomes 2, and is filled beyond the place where the reader stands.
  while (journal.segment.number < 2) append(journal, "x".repeat(900));
  for (let i = 0; i < 40; i++) append(journal, "x".repeat(900));
  assert.deepEqual([journal.segment.number, journal.drops.totals], [2, {}]);
  for (let records = reader.read(1 << 20); records.length > 0; records = reader.read(1 << 20)) {
    for (const { seq } of records) assert.equal(seq, read++);
  }
  assert.deepEqual([read, gaps], [journal.nextSeq, []]);
  reader.close();
  journal.closeNow();
});
