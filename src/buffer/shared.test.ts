/** What waits without a journal, for a store or a destination: both sides of the memory that they share, here in one thread. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { DropReport } from "../journal/drops.js";
import { append, openJournal, SEGMENT_BYTES } from "../journal/journal.cases.js";
import type { JournalOptions } from "../journal/options.js";
import type { SharedNews } from "../journal/shared-segments.js";
import type { StoredRecord } from "../record/stored-record.js";
import { ManualClock } from "../system/manual-clock.cases.js";
import type { Source } from "./buffer.js";
import { SharedBuffer } from "./shared.js";

const BYTES_MAX = 4 * SEGMENT_BYTES;
const PAYLOAD = "x".repeat(1000);
const CHUNK_BYTES = 20_000;

/** A writer in RAM, the worker's side of it, and all memory that was made for it. */
class Scene {
  readonly clock = new ManualClock();
  readonly memory = new Set<SharedArrayBuffer>();
  readonly reports: DropReport[];
  readonly journal;
  readonly troubles;
  buffer = new SharedBuffer();
  /** News that have not reached the worker yet. */
  readonly news: SharedNews[] = [];

  constructor(options: Partial<JournalOptions> = {}) {
    const opened = openJournal("/nowhere", {
      journalBytesMax: BYTES_MAX,
      clock: this.clock,
      tell: (news) => {
        if ("memory" in news) this.memory.add(news.memory);
        this.news.push(news);
      },
      ...options,
    });
    this.journal = opened.journal;
    this.troubles = opened.troubles;
    this.reports = opened.reports;
  }

  /** Logs until something is dropped, at most `max` records; how many were kept. */
  fill(max = 10_000, payload = PAYLOAD): number {
    let kept = 0;
    while (kept < max && append(this.journal, payload)) kept++;
    return kept;
  }

  get source(): Source {
    for (const news of this.news.splice(0)) this.buffer.take(news);
    return this.buffer.claim()[0]!;
  }

  /** What the store takes: all that can be read now, in blocks. */
  store(): StoredRecord[] {
    const all: StoredRecord[] = [];
    for (const { source } = this; ; ) {
      const { records, drained } = source.read(CHUNK_BYTES) as { records: StoredRecord[]; drained: boolean };
      if (drained) return all;
      all.push(...records.map((record) => ({ ...record, bytes: Buffer.from(record.bytes) })));
      source.acknowledge([{ from: 0, to: records.at(-1)!.seq }]);
    }
  }
}

const seqsOf = (records: readonly StoredRecord[]): number[] => records.map(({ seq }) => seq);
const upTo = (to: number, from = 0): number[] => Array.from({ length: to - from }, (_, n) => from + n);

test("records come in order over many segments, and all of it takes no more RAM than is in use at once", () => {
  const scene = new Scene();
  assert.equal(scene.journal.state, "ram");
  let next = 0;
  for (let round = 0; round < 50; round++) {
    next += scene.fill(100);
    const records = scene.store();
    assert.deepEqual(seqsOf(records), upTo(next, next - 100));
    assert.match(records.at(-1)!.bytes.toString("utf8", records.at(-1)!.start), /x{1000}.*writer-/);
    assert.ok(scene.journal.bytes <= BYTES_MAX);
  }
  assert.ok(scene.memory.size <= 4, `${scene.memory.size} segments were made`);
});

test("full of what the store does not take, it drops and says so; the store's answer makes it free again", () => {
  const scene = new Scene();
  const kept = scene.fill();
  assert.ok(kept > 200);
  assert.equal(scene.fill(), 0);
  assert.deepEqual(scene.journal.drops.totals, { "memory full": 2 });
  const bytes = [...scene.memory].reduce((sum, { byteLength }) => sum + byteLength, 0);
  assert.equal(bytes, BYTES_MAX);
  assert.equal(scene.journal.bytes, BYTES_MAX);
  assert.deepEqual(seqsOf(scene.store()), upTo(kept));
  scene.clock.advance(1000);
  assert.equal(scene.fill(100), 100);
  assert.deepEqual(
    scene.reports.map(({ cause, total }) => [cause, total]),
    [["memory full", 2]],
  );
  assert.deepEqual(seqsOf(scene.store()), upTo(kept + 101, kept));
  // After an outage, what is not needed is given back.
  scene.fill(100);
  scene.store();
  assert.ok(scene.journal.bytes < BYTES_MAX, `${scene.journal.bytes}`);
});

test("what waits gives way to what is new, without a record that the worker reads being written over", () => {
  const scene = new Scene({ whenFull: "drop-oldest" });
  scene.fill(10);
  const read = scene.source.read(1 << 20) as { records: StoredRecord[] };
  const before = read.records.map(({ bytes, start, end }) => bytes.toString("utf8", start, end));
  assert.equal(scene.fill(2000), 2000);
  assert.ok(scene.journal.bytes <= BYTES_MAX);
  assert.deepEqual(
    read.records.map(({ bytes, start, end }) => bytes.toString("utf8", start, end)),
    before,
  );
  const stored = seqsOf(scene.store());
  assert.deepEqual(stored, upTo(scene.journal.nextSeq, stored[0]));
  // Those that were read are not stored, and counted as dropped.
  assert.equal(scene.journal.drops.totals["memory full"], stored[0]);
  assert.ok(scene.reports.every(({ seqs }) => seqs !== undefined));
});

test("what the store has taken of a segment that gives way is not counted as dropped", () => {
  const scene = new Scene({ whenFull: "drop-oldest" });
  scene.fill(10);
  scene.store();
  scene.fill(2000);
  const stored = seqsOf(scene.store());
  assert.equal(scene.journal.drops.totals["memory full"], stored[0]! - 10);
});

test("what gives way is counted before a worker, however quick, hears of it and moves on", () => {
  const buffer = new SharedBuffer();
  const scene = new Scene({ whenFull: "drop-oldest", tell: (news) => buffer.take(news) });
  scene.buffer = buffer;
  scene.fill(2000);
  assert.equal(scene.journal.drops.totals["memory full"], seqsOf(scene.store())[0]);
});

test("a report that the store has taken is not made again when the rest of its segment gives way", () => {
  const scene = new Scene({ whenFull: "drop-oldest" });
  while (scene.reports.length === 0) scene.fill(1);
  scene.store();
  while (scene.reports.length === 1) scene.fill(1);
  const [first, second] = scene.reports.map(({ total }) => total);
  assert.equal(first! + second!, scene.journal.drops.totals["memory full"]);
});

test("a worker that starts anew goes on behind what the store has taken", () => {
  const scene = new Scene();
  scene.fill(150);
  const { source } = scene;
  const { records } = source.read(1) as { records: StoredRecord[] };
  source.acknowledge([{ from: 0, to: records.at(-1)!.seq }]);
  source.read(CHUNK_BYTES);
  scene.fill(20);
  scene.buffer = new SharedBuffer();
  scene.news.splice(0, scene.news.length, ...scene.journal.share!.news());
  assert.deepEqual(seqsOf(scene.store()), upTo(170, 1));
});

test("a rewind gives again what is not acknowledged", () => {
  const scene = new Scene();
  scene.fill(150);
  const { source } = scene;
  source.read(CHUNK_BYTES);
  source.acknowledge([{ from: 0, to: 4 }]);
  source.rewind();
  assert.equal(source.unread().records >= 145, true);
  assert.deepEqual(seqsOf(scene.store()), upTo(150, 5));
  assert.deepEqual(source.unread(), { records: 0, bytes: 0, oldestMs: undefined });
});

/** What is done to a source: so much is logged, read, acknowledged here and there of what was read, or read again. */
const steps = fc.array(
  fc.oneof(
    fc.record({ log: fc.nat({ max: 150 }) }),
    fc.record({ read: fc.nat({ max: CHUNK_BYTES }) }),
    fc.record({ acknowledge: fc.array(fc.tuple(fc.nat(), fc.nat({ max: 40 })), { maxLength: 4 }) }),
    fc.constant({ rewind: true }),
  ),
  { maxLength: 40 },
);

for (const whenFull of ["drop-newest", "drop-oldest"] as const) {
  test(`acknowledged in any order, ${whenFull}: nothing of it is read again, and all else is, as it was written`, () => {
    fc.assert(
      fc.property(steps, (todo) => {
        const scene = new Scene({ whenFull });
        /** In the shipper's hands, by seq, with what stood there when it was read. */
        const held = new Map<number, { record: StoredRecord; text: string }>();
        const acknowledged = new Set<number>();
        const textOf = ({ bytes, start, end }: StoredRecord) => bytes.toString("utf8", start, end);
        const read = (bytes: number): boolean => {
          const { records, drained } = scene.source.read(bytes) as {
            records: StoredRecord[];
            drained: boolean;
          };
          for (const record of records) {
            assert.ok(!acknowledged.has(record.seq) && !held.has(record.seq), `${record.seq} comes again`);
            held.set(record.seq, { record, text: textOf(record) });
          }
          return drained;
        };
        const rewind = (): void => {
          held.clear();
          scene.source.rewind();
        };
        for (const step of todo) {
          if ("log" in step) scene.fill(step.log);
          else if ("read" in step) read(step.read);
          else if ("rewind" in step) rewind();
          else {
            const seqs = [...held.keys()];
            for (const [from, length] of step.acknowledge) {
              for (const seq of seqs.slice(from % (seqs.length + 1)).slice(0, length)) {
                scene.source.acknowledge([{ from: seq, to: seq }]);
                acknowledged.add(seq);
                held.delete(seq);
              }
            }
          }
          // What was not acknowledged stands where it stood, whatever was written since.
          for (const { record, text } of held.values()) assert.equal(textOf(record), text);
        }
        rewind();
        while (!read(CHUNK_BYTES));
        const all = scene.journal.nextSeq;
        const kept = upTo(all).filter((seq) => acknowledged.has(seq) || held.has(seq));
        const lost = scene.journal.drops.totals["memory full"] ?? 0;
        if (whenFull === "drop-newest") assert.equal(kept.length, all);
        else assert.ok(all - kept.length <= lost, `${all - kept.length} of ${lost}`);
      }),
      { numRuns: 200 },
    );
  });
}

test("a record larger than a segment has memory of its own, which is given back", () => {
  const scene = new Scene();
  assert.equal(scene.fill(1, "y".repeat(SEGMENT_BYTES)), 1);
  assert.ok(scene.journal.bytes > 2 * SEGMENT_BYTES);
  assert.deepEqual(seqsOf(scene.store()), [0]);
  for (let round = 0; round < 3; round++) {
    scene.fill(100);
    scene.store();
  }
  assert.equal(scene.journal.bytes % SEGMENT_BYTES, 0);
});

test("what is left when a writer has ended is counted by type, once; the source ends with its last record", async () => {
  const scene = new Scene();
  scene.fill(30);
  const { records } = scene.source.read(1) as { records: StoredRecord[] };
  scene.source.acknowledge([{ from: 0, to: records.at(-1)!.seq }]);
  await scene.journal.close();
  assert.ok(!scene.source.finished());
  scene.journal.settle();
  scene.journal.settle();
  assert.deepEqual(scene.journal.drops.totals, { "not stored": 29 });
  await new Promise(setImmediate);
  assert.match(
    scene.troubles.at(-1)!.message,
    /^29 records were not taken by the destination before their logger was closed/,
  );
  scene.store();
  assert.deepEqual(scene.buffer.claim(), []);
});

test("what was acknowledged here and there is not counted as left, once the worker has said so", async () => {
  const scene = new Scene();
  scene.fill(150);
  const { source } = scene;
  while (!(source.read(CHUNK_BYTES) as { drained: boolean }).drained);
  source.acknowledge([
    { from: 0, to: 4 },
    { from: 10, to: 20 },
    { from: 30, to: 30 },
    { from: 50, to: 149 },
  ]);
  await scene.journal.close();
  for (const said of scene.buffer.acknowledged()) scene.journal.share!.hear(said);
  scene.journal.share!.hear({ writer: "another", acknowledged: [{ from: 0, to: 149 }] });
  scene.journal.settle();
  assert.deepEqual(scene.journal.drops.totals, { "not stored": 150 - 5 - 11 - 1 - 100 });
});
