/** Damage of every kind costs what it touched, is counted, and stops nothing. */
import assert from "node:assert/strict";
import { randomFillSync } from "node:crypto";
import {
  appendFileSync,
  closeSync,
  cpSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { deliverUpTo } from "./deliver.cases.js";
import { listSegments, segmentPath } from "./folder.js";
import { COMMIT_WORD, COUNT_WORD, SEGMENT_HEADER_BYTES } from "./format.js";
import {
  append,
  type FrameOnDisk,
  framesOf,
  lineOf,
  missingIn,
  openJournal,
  readAll,
  SEGMENT_BYTES,
  temporaryFolder,
  textOf,
} from "./journal.cases.js";
import { type Gap, JournalReader } from "./reader.js";

const TOTAL = 400;

interface Original {
  readonly folder: string;
  readonly frames: readonly FrameOnDisk[];
  readonly payloads: readonly string[];
}

/** A finished journal of a few segments, one of them larger than the others. */
function original(t: TestContext): Original {
  const { journal } = openJournal(temporaryFolder(t));
  const payloads: string[] = [];
  for (let seq = 0; seq < TOTAL; seq++) {
    payloads.push(seq === 150 ? "L".repeat(100_000) : "x".repeat((seq * 7919) % 1200));
    append(journal, payloads[seq]!, seq);
  }
  journal.closeNow();
  const frames = framesOf(journal.folder);
  assert.equal(frames.length, TOTAL);
  return { folder: journal.folder, frames, payloads };
}

/** Copies the journal, damages the copy, reads it and checks what must hold whatever was done to it. */
function check(
  t: TestContext,
  source: Original,
  damage: (folder: string) => (frame: FrameOnDisk) => boolean,
  setup: { restarted?: boolean } = {},
): { seqs: number[]; missing: number } {
  const copy = join(temporaryFolder(t), "writer");
  cpSync(source.folder, copy, { recursive: true });
  const touched = damage(copy);
  const inCopy = source.frames.map((frame) => ({ ...frame, path: segmentPath(copy, frame.segment) }));
  const { records, gaps } = readAll(copy, () => 30_000, { ...setup, writerGone: true });
  const seqs = records.map(({ seq }) => seq);
  for (const [index, record] of records.entries()) {
    assert.equal(
      textOf(record),
      lineOf(record.seq, source.payloads[record.seq]!, record.seq),
      "a record is as it was written",
    );
    assert.ok(index === 0 || seqs[index - 1]! < record.seq, "in order, each once");
  }
  const whole = inCopy.filter((frame) => !touched(frame)).map(({ seq }) => seq);
  const given = new Set(seqs);
  assert.deepEqual(
    whole.filter((seq) => !given.has(seq)),
    [],
    "every whole record is read",
  );
  rmSync(copy, { recursive: true });
  return { seqs, missing: missingIn(gaps) };
}

const overlaps = (path: string, from: number, to: number) => (frame: FrameOnDisk) =>
  frame.path === path && frame.from < to && from < frame.to;

function overwrite(path: string, at: number, bytes: Uint8Array): void {
  const fd = openSync(path, "r+");
  writeSync(fd, bytes, 0, bytes.length, at);
  closeSync(fd);
}

test("an undamaged journal shows no damage", (t) => {
  const { seqs, missing } = check(t, original(t), () => () => false);
  assert.deepEqual([seqs.length, missing], [TOTAL, 0]);
});

test("flipped bits anywhere in the frames cost the frames they fall in, and exactly these are counted", (t) => {
  const source = original(t);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat({ max: 7 })), { minLength: 1, maxLength: 12 }),
      (flips) => {
        const hit = new Set<number>();
        const { missing } = check(t, source, (folder) => {
          for (const [which, where, bit] of flips) {
            const frame = source.frames[which % TOTAL]!;
            const at = frame.from + (where % (frame.to - frame.from));
            const path = segmentPath(folder, frame.segment);
            overwrite(path, at, Buffer.of(readFileSync(path)[at]! ^ (1 << bit)));
            hit.add(frame.seq);
          }
          return (frame) => hit.has(frame.seq);
        });
        assert.ok(missing <= hit.size, `${missing} missing of ${hit.size}`);
      },
    ),
    { numRuns: 60 },
  );
});

test("each single bit of a frame is guarded, whatever the length of its line", (t) => {
  const { journal } = openJournal(temporaryFolder(t));
  for (let length = 0; length < 10; length++) append(journal, "x".repeat(length), length);
  journal.closeNow();
  const path = segmentPath(journal.folder, 0);
  const bytes = readFileSync(path);
  for (const { from, to } of framesOf(journal.folder).slice(1, 9)) {
    for (let at = from; at < to; at++) {
      for (let bit = 0; bit < 8; bit++) {
        overwrite(path, at, Buffer.of(bytes[at]! ^ (1 << bit)));
        const { records, gaps } = readAll(journal.folder, () => 4096, { writerGone: true });
        assert.deepEqual([records.length, missingIn(gaps)], [9, 1], `byte ${at - from}, bit ${bit}`);
      }
      overwrite(path, at, bytes.subarray(at, at + 1));
    }
  }
});

test("a zeroed or garbled range costs what it covers", (t) => {
  const source = original(t);
  const range = fc.record({
    segment: fc.nat(),
    from: fc.nat(),
    length: fc.oneof(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 64, max: 40_000 })),
    random: fc.boolean(),
  });
  const segments = listSegments(source.folder);
  fc.assert(
    fc.property(fc.array(range, { minLength: 1, maxLength: 3 }), (ranges) => {
      const { seqs, missing } = check(t, source, (folder) => {
        const touched = ranges.map(({ segment, from, length, random }) => {
          const path = segmentPath(folder, segments[segment % segments.length]!);
          const { size } = statSync(path);
          const start = SEGMENT_HEADER_BYTES + (from % (size - SEGMENT_HEADER_BYTES));
          const bytes = Buffer.alloc(Math.min(length, size - start));
          overwrite(path, start, random ? randomFillSync(bytes) : bytes);
          return overlaps(path, start, start + bytes.length);
        });
        return (frame) => touched.some((touches) => touches(frame));
      });
      assert.equal(seqs.length + missing, TOTAL);
    }),
    { numRuns: 60 },
  );
});

test("a file that is cut short anywhere costs what stood behind the cut", (t) => {
  const source = original(t);
  const segments = listSegments(source.folder);
  fc.assert(
    fc.property(fc.nat({ max: segments.length - 1 }), fc.nat(), (segment, at) => {
      let cut = 0;
      const { seqs, missing } = check(t, source, (folder) => {
        const path = segmentPath(folder, segments[segment]!);
        cut = at % statSync(path).size;
        truncateSync(path, cut);
        return overlaps(path, cut, Number.POSITIVE_INFINITY);
      });
      // A last segment without its header cannot say what it held.
      if (cut >= 128 || segment < segments.length - 1) assert.equal(seqs.length + missing, TOTAL);
    }),
    { numRuns: 60 },
  );
});

test("deleted segments cost what stood in them", (t) => {
  const source = original(t);
  const segments = listSegments(source.folder);
  fc.assert(
    fc.property(fc.subarray(segments.slice(0, -1), { minLength: 1 }), (deleted) => {
      const { seqs, missing } = check(t, source, (folder) => {
        for (const segment of deleted) unlinkSync(segmentPath(folder, segment));
        return (frame) => deleted.includes(frame.segment);
      });
      assert.equal(seqs.length + missing, TOTAL);
    }),
    { numRuns: 30 },
  );
});

test("garbage behind a segment's end costs nothing, be it a whole old segment", (t) => {
  const source = original(t);
  const segments = listSegments(source.folder);
  for (const garbage of [
    Buffer.alloc(100_000),
    randomFillSync(Buffer.alloc(100_001)),
    readFileSync(segmentPath(source.folder, 0)),
  ]) {
    for (const restarted of [false, true]) {
      const { seqs, missing } = check(
        t,
        source,
        (folder) => {
          for (const segment of segments) appendFileSync(segmentPath(folder, segment), garbage);
          return () => false;
        },
        { restarted },
      );
      assert.deepEqual([seqs.length, missing], [TOTAL, 0]);
    }
  }
});

test("a segment that is garbage all through costs itself; as many as it held are counted", (t) => {
  const source = original(t);
  const segments = listSegments(source.folder);
  for (const segment of segments.slice(0, -1)) {
    for (const bytes of [
      randomFillSync(Buffer.alloc(SEGMENT_BYTES)),
      Buffer.alloc(SEGMENT_BYTES),
      Buffer.alloc(0),
    ]) {
      const { seqs, missing } = check(t, source, (folder) => {
        writeFileSync(segmentPath(folder, segment), bytes);
        return (frame) => frame.segment === segment;
      });
      assert.equal(seqs.length + missing, TOTAL);
    }
  }
});

test("no bit of a header that is flipped costs a record of a segment that another one follows", (t) => {
  const source = original(t);
  const segments = listSegments(source.folder);
  fc.assert(
    fc.property(
      fc.nat({ max: segments.length - 2 }),
      fc.nat({ max: 127 }),
      fc.nat({ max: 7 }),
      (segment, at, bit) => {
        const { seqs, missing } = check(t, source, (folder) => {
          const path = segmentPath(folder, segments[segment]!);
          overwrite(path, at, Buffer.of(readFileSync(path)[at]! ^ (1 << bit)));
          return () => false;
        });
        assert.deepEqual([seqs.length, missing], [TOTAL, 0]);
      },
    ),
    {
      numRuns: 100,
      examples: [
        [0, COMMIT_WORD * 4, 5],
        [0, COMMIT_WORD * 4 + 1, 1],
      ],
    },
  );
});

test("a last segment whose header is damaged gives its records, except behind a COMMIT that says less", (t) => {
  const source = original(t);
  const last = listSegments(source.folder).at(-1)!;
  for (let at = 0; at < 80; at++) {
    for (const bit of [0, 3, 7]) {
      let commit = Number.POSITIVE_INFINITY;
      const { seqs, missing } = check(t, source, (folder) => {
        const path = segmentPath(folder, last);
        const bytes = readFileSync(path);
        bytes[at]! ^= 1 << bit;
        overwrite(path, at, bytes.subarray(at, at + 1));
        const said = bytes.readUInt32LE(COMMIT_WORD * 4) * 8;
        if (at >> 2 === COMMIT_WORD && said >= SEGMENT_HEADER_BYTES && said <= bytes.length) commit = said;
        return (frame) => frame.segment === last && frame.to > commit;
      });
      if (at >> 2 !== COUNT_WORD) assert.equal(seqs.length + missing, TOTAL, `byte ${at}, bit ${bit}`);
    }
  }
});

test("damage at the end of what a living writer has published waits for what comes, and then is counted", (t) => {
  const { journal } = openJournal(temporaryFolder(t));
  for (let i = 0; i < 10; i++) append(journal, "x");
  const gaps: Gap[] = [];
  const reader = new JournalReader({
    folder: journal.folder,
    writer: "writer",
    fromSeq: 0,
    restarted: false,
    onGap: (gap) => gaps.push(gap),
  });
  const [, , , , , , , , eighth, ninth] = framesOf(journal.folder);
  overwrite(eighth!.path, eighth!.from + 40, Buffer.alloc(ninth!.to - eighth!.from - 40));
  assert.deepEqual([reader.read(1 << 20).length, reader.read(1 << 20).length, gaps.length], [8, 0, 0]);
  assert.equal(reader.unread().records, 0, "nothing is left to be had");
  append(journal, "x");
  assert.equal(reader.unread().records > 0, true);
  assert.deepEqual(
    reader.read(1 << 20).map(({ seq }) => seq),
    [10],
  );
  assert.deepEqual(
    gaps.map(({ from, to }) => [from, to]),
    [[8, 9]],
  );
  reader.close();
  journal.closeNow();
});

test("a damaged header of a living writer costs none of what comes later, also for who reads meanwhile", (t) => {
  const root = temporaryFolder(t);
  fc.assert(
    fc.property(fc.nat({ max: 127 }), fc.nat({ max: 7 }), fc.boolean(), (at, bit, inMiddle) => {
      const { journal } = openJournal(root, { mapping: "off" });
      const { folder } = journal;
      const reader = new JournalReader({
        folder,
        writer: "writer",
        fromSeq: 0,
        restarted: false,
        onGap: (gap) => assert.fail(gap.detail),
      });
      let read = 0;
      const readOn = () => {
        for (let records = reader.read(5000); records.length > 0; records = reader.read(5000)) {
          for (const { seq } of records) assert.equal(seq, read++);
        }
      };
      for (let i = 0; i < 20; i++) append(journal, "before");
      if (inMiddle) readOn();
      const path = segmentPath(folder, 0);
      overwrite(path, at, Buffer.of(readFileSync(path)[at]! ^ (1 << bit)));
      readOn();
      // The writer's next record brings its header along.
      append(journal, "heals");
      readOn();
      for (let i = 0; i < 700; i++) append(journal, "x".repeat(200));
      readOn();
      assert.equal(read, 721);
      reader.close();
      journal.closeNow();
      rmSync(folder, { recursive: true });
    }),
    { numRuns: 100, endOnFailure: true, examples: [[COMMIT_WORD * 4 + 1, 4, true]] },
  );
});

test("after a machine restart whole frames past COMMIT count", (t) => {
  const source = original(t);
  const last = listSegments(source.folder).at(-1)!;
  const lowerCommit = (folder: string) => {
    overwrite(segmentPath(folder, last), COMMIT_WORD * 4, Buffer.of(0, 2, 0, 0));
    overwrite(segmentPath(folder, last), COUNT_WORD * 4, Buffer.alloc(4));
  };
  const damage = (touched: (frame: FrameOnDisk) => boolean) => (folder: string) => {
    lowerCommit(folder);
    return touched;
  };
  const after = check(
    t,
    source,
    damage(() => false),
    { restarted: true },
  );
  assert.deepEqual([after.seqs.length, after.missing], [TOTAL, 0]);
  const before = check(
    t,
    source,
    damage((frame) => frame.segment === last),
  );
  assert.ok(before.seqs.length < TOTAL);
});

test("what a segment held in an earlier life never appears again, not even after a restart without its header", (t) => {
  const { journal } = openJournal(temporaryFolder(t), { journalBytesMax: 2 * SEGMENT_BYTES });
  const text = "x".repeat(900);
  while (journal.nextSeq < 100) append(journal, text);
  const delivered = journal.segment.firstSeq;
  deliverUpTo(journal.folder, delivered);
  while (journal.segment.number < 2) append(journal, text);
  append(journal, "the only new ones");
  const { nextSeq } = journal;
  journal.closeNow();
  const path = segmentPath(journal.folder, 2);
  assert.ok(readFileSync(path).includes('"id":"writer-5"'), "the old frames are still there");
  for (const damage of [() => {}, () => overwrite(path, 0, Buffer.alloc(SEGMENT_HEADER_BYTES))]) {
    damage();
    for (const restarted of [true, false]) {
      const { records } = readAll(journal.folder, () => 1 << 20, {
        fromSeq: delivered,
        restarted,
        writerGone: true,
      });
      assert.deepEqual(
        records.map(({ seq }) => seq),
        Array.from({ length: nextSeq - delivered }, (_, index) => delivered + index),
      );
    }
  }
});
