import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { asPart } from "../batch/as-part.cases.js";
import type { StoredRecord } from "../buffer/buffer.js";
import type { RecentRecord } from "../live/recent.js";
import { Recent, type RecentOptions } from "./recent.js";
import { recordOf, seriesOf } from "./shipping.cases.js";

const EVERYTHING = { bytesMax: 1 << 16, recordsMax: 1000, bytesPerSecond: 1 << 30 };

function open(options: Partial<RecentOptions> = {}) {
  let now = 0;
  const recent = new Recent({ elapsed: () => now, ...EVERYTHING, ...options });
  const advance = (ms: number) => {
    now += ms;
  };
  return { recent, advance };
}

function add(recent: Recent, records: readonly StoredRecord[]): void {
  const bytes = records.reduce((sum, { start, end }) => sum + end - start, 0);
  recent.add(records, records.length, bytes);
}

function seen(records: Iterable<RecentRecord>): string[] {
  return [...records].map(({ writer, seq, line }) => `${writer}-${seq} ${line}`);
}

test("what was stored is told with its line, after its memory has gone to others", () => {
  const { recent } = open();
  const records = seriesOf(3, { service: "web", type: "WARN", timestamp: 5 });
  add(recent, records);
  for (const { bytes } of records) bytes.fill("x");
  const [first, ...others] = [...recent.all()] as [RecentRecord];
  assert.deepEqual(
    { ...first, line: `${first.line}` },
    { writer: "w", seq: 0, timestamp: 5, service: "web", type: "WARN", line: "w-0" },
  );
  assert.equal(others.length, 2);
  assert.equal(`${recent.find("w", 2)!.line}`, "w-2");
  assert.deepEqual([recent.find("w", 3), recent.find("v", 2)], [undefined, undefined]);
});

test("a line that was handed out does not change when newer ones take its place", () => {
  const { recent } = open({ bytesMax: 8 });
  add(recent, [recordOf({ text: "first" })]);
  const [first] = [...recent.all()] as [RecentRecord];
  const going = recent.all();
  add(recent, [recordOf({ seq: 1, text: "second" })]);
  assert.equal(`${first.line}`, "first");
  assert.deepEqual(seen(going), ["w-1 second"]);
});

test("what gives way while all are gone through is left out, in the middle of its batch too", () => {
  const { recent } = open({ bytesMax: 12 });
  add(recent, seriesOf(2));
  add(recent, [recordOf({ seq: 2, text: "w-2" })]);
  const going = recent.all();
  assert.equal(`${going.next().value!.line}`, "w-0");
  add(recent, [recordOf({ seq: 3, text: "other" })]);
  assert.deepEqual(seen(going), ["w-2 w-2"]);
});

test("when more is delivered than a second may copy, whole batches are left out, and counted", () => {
  const { recent, advance } = open({ bytesPerSecond: 10 });
  add(recent, [recordOf({ text: "x".repeat(8) })]);
  add(recent, [recordOf({ seq: 1, text: "y".repeat(8) })]);
  assert.deepEqual([recent.records, recent.leftOut], [1, 1]);
  advance(500);
  add(recent, [recordOf({ seq: 2, text: "z".repeat(7) })]);
  assert.deepEqual([recent.records, recent.leftOut], [2, 1]);
  // One that is larger than the budget goes through when that is full, and is paid for by what follows.
  advance(10_000);
  add(recent, [recordOf({ seq: 3, text: "L".repeat(30) })]);
  add(recent, [recordOf({ seq: 4, text: "m" })]);
  advance(2000);
  add(recent, [recordOf({ seq: 5, text: "n" })]);
  assert.deepEqual([[...recent.all()].map(({ seq }) => seq), recent.leftOut], [[0, 2, 3], 3]);
});

test("what lies between two lines far apart takes no room", () => {
  const { recent } = open({ bytesMax: 100 });
  const bytes = Buffer.alloc(10_000, "x");
  const at = (seq: number, start: number) => ({ ...recordOf({ seq }), bytes, start, end: start + 10 });
  add(recent, [at(0, 0), at(1, 50), at(2, 9000)]);
  assert.deepEqual([recent.records, recent.leftOut], [3, 0]);
});

test("a record in parts is taken once, with its last part and as a whole", () => {
  const { recent } = open();
  const record = recordOf({ text: "0123456789" });
  const part = (number: number) => ({ ...asPart(record), part: number, parts: 3 });
  recent.add([part(1), part(2)], 0, 10);
  assert.equal(recent.records, 0);
  recent.add([part(3)], 1, 10);
  assert.deepEqual(seen(recent.all()), ["w-0 0123456789"]);
});

test("what is larger than all the room is left out, and of too many the newest are kept", () => {
  const { recent } = open({ bytesMax: 10, recordsMax: 2 });
  add(recent, [recordOf({ text: "12345678901" })]);
  assert.deepEqual([recent.records, recent.leftOut], [0, 1]);
  add(recent, seriesOf(3));
  assert.deepEqual([seen(recent.all()), recent.leftOut], [["w-1 w-1", "w-2 w-2"], 2]);
});

test("what came in many small batches is gone through about as fast as what came in few", () => {
  const records = 16_000;
  const fastest = (inBatch: number): number => {
    const { recent } = open({ bytesMax: 1 << 22, recordsMax: records });
    for (let seq = 0; seq < records; seq += inBatch) add(recent, seriesOf(inBatch));
    const times = Array.from({ length: 7 }, () => {
      const beganMs = performance.now();
      assert.equal([...recent.all()].length, records);
      return performance.now() - beganMs;
    });
    return Math.min(...times);
  };
  const ratio = fastest(1) / fastest(1000);
  assert.ok(ratio < 8, `${ratio} times as long`);
});

/** Batches whose lines lie in memories of several sources, with or without something between them. */
const batches = fc.array(
  fc.array(
    fc.record({
      source: fc.nat(11),
      text: fc.string({ minLength: 1, maxLength: 12 }),
      gap: fc.constantFrom(0, 32, 39, 100),
    }),
    { minLength: 1, maxLength: 30 },
  ),
  { maxLength: 20 },
);

test("whatever comes: what is kept are the newest batches as they were, within the bounds", () => {
  fc.assert(
    fc.property(
      batches,
      fc.integer({ min: 40, max: 400 }),
      fc.integer({ min: 1, max: 60 }),
      (all, bytesMax, recordsMax) => {
        const { recent } = open({ bytesMax, recordsMax });
        const stored: string[] = [];
        let seq = 0;
        for (const batch of all) {
          const records = laidOut(batch, () => seq++);
          const leftOutBefore = recent.leftOut;
          add(recent, records);
          const kept = seen(recent.all());
          if (recent.leftOut - leftOutBefore < records.length) {
            stored.push(
              ...records.map(
                ({ writer, seq: own, bytes, start, end }) => `${writer}-${own} ${bytes.subarray(start, end)}`,
              ),
            );
            assert.ok(kept.length >= Math.min(records.length, recordsMax), "the newest batch is there");
          }
          for (const { bytes } of records) bytes.fill(0);
          assert.ok(recent.records <= recordsMax);
          assert.equal(recent.records, kept.length);
          assert.deepEqual(kept, stored.slice(stored.length - kept.length));
        }
      },
    ),
  );
});

function laidOut(
  batch: readonly { readonly source: number; readonly text: string; readonly gap: number }[],
  nextSeq: () => number,
): StoredRecord[] {
  const memories = Array.from({ length: 12 }, () => Buffer.alloc(8192));
  const ends = memories.map(() => 0);
  return batch.map(({ source, text, gap }) => {
    const start = ends[source]! + gap;
    const bytes = memories[source]!;
    ends[source] = start + bytes.write(text, start);
    const seq = nextSeq();
    return { ...recordOf({ writer: `w${source}`, seq, ordinal: seq }), bytes, start, end: ends[source]! };
  });
}

test("which were kept after a number of others is told by writer, without their lines, and those that are wanted come alone", () => {
  const { recent } = open({ recordsMax: 5 });
  add(recent, seriesOf(3, { timestamp: 5 }));
  assert.equal(recent.added, 3);
  add(recent, [
    recordOf({ seq: 3, timestamp: 9, text: "w-3" }),
    recordOf({ writer: "v", seq: 7, timestamp: 2, text: "v-7" }),
  ]);
  const v = { writer: "v", from: 7, to: 7, newestMs: 2 };
  assert.deepEqual(recent.ranges(0), [{ writer: "w", from: 0, to: 3, newestMs: 9 }, v]);
  assert.deepEqual(recent.ranges(2), [{ writer: "w", from: 2, to: 3, newestMs: 9 }, v]);
  assert.deepEqual(recent.ranges(recent.added), []);
  assert.deepEqual(seen(recent.all(0, (writer, seq) => writer === "v" || seq === 2)), ["w-2 w-2", "v-7 v-7"]);
  assert.deepEqual(seen(recent.all(3)), ["w-3 w-3", "v-7 v-7"]);
  add(recent, [recordOf({ seq: 4, text: "w-4" })]);
  assert.deepEqual([recent.added, recent.ranges(0)[0]!.from], [6, 3], "the first batch has given way");
});
