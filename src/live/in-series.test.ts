import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { StoredRecord } from "../record/stored-record.js";
import { InSeries } from "./in-series.js";
import { recentOf, recordOf } from "./records.cases.js";

const seqs = (records: readonly StoredRecord[]) => records.map(({ seq }) => seq);
const series = (from: number, to: number, writer = "w") =>
  Array.from({ length: to - from }, (_, n) =>
    recordOf({ writer, seq: from + n, timestamp: (from + n) * 10 }),
  );

test("what was delivered lately stands before what the buffer still holds of it", () => {
  const one = new InSeries();
  one.begin(series(0, 6).map(recentOf));
  assert.deepEqual(seqs(one.merge(series(4, 8))), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(seqs(one.rest()), []);
  assert.equal(one.takePassed(), 0);
});

test("a writer that is in the buffer no more is shown in its time", () => {
  const one = new InSeries();
  one.begin([...series(0, 3, "gone"), ...series(7, 9, "gone")].map(recentOf));
  const first = one.merge([recordOf({ seq: 5, timestamp: 50 })]);
  assert.deepEqual(
    first.map(({ writer, seq }) => `${writer}-${seq}`),
    ["gone-0", "gone-1", "gone-2", "w-5"],
  );
  assert.deepEqual(seqs(one.rest()), [7, 8]);
});

test("what comes again is left out; what comes too late is counted", () => {
  const one = new InSeries(new Map([["w", 3]]));
  one.begin(series(0, 2, "v").map(recentOf));
  assert.deepEqual(seqs(one.merge(series(0, 6))), [0, 1, 4, 5]);
  assert.deepEqual(seqs(one.rest()), []);
  assert.deepEqual(seqs(one.merge(series(0, 3, "v"))), [2]);
  assert.equal(one.takePassed(), 0);
  assert.deepEqual(seqs(one.merge(series(4, 7))), [6]);
  assert.equal(one.takePassed(), 2);
  assert.equal(one.takePassed(), 0);
});

/** A writer: so many records, so many of them delivered, so many deleted, and which of the delivered are still known. */
const writer = fc.array(fc.nat(3), { minLength: 1, maxLength: 30 }).chain((steps) =>
  fc.record({
    steps: fc.constant(steps),
    delivered: fc.nat(steps.length),
    deleted: fc.nat(steps.length),
    forgotten: fc.array(fc.nat(steps.length), { maxLength: 5 }),
  }),
);

test("property: each writer's records come by seq, each once, and none of those that are there is missing", () => {
  fc.assert(
    fc.property(
      fc.array(writer, { maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 9 })),
      (writers, sizes) => {
        const recent: StoredRecord[] = [];
        const inBuffer: StoredRecord[] = [];
        writers.forEach(({ steps, delivered, deleted, forgotten }, number) => {
          let timestamp = 0;
          steps.forEach((step, seq) => {
            timestamp += step;
            const record = recordOf({ writer: `w${number}`, seq, timestamp });
            if (seq < delivered && !forgotten.includes(seq)) recent.push(record);
            if (seq >= Math.min(deleted, delivered)) inBuffer.push(record);
          });
        });
        inBuffer.sort((a, b) => a.timestamp - b.timestamp || (a.writer < b.writer ? -1 : 1));
        const one = new InSeries();
        one.begin(recent.map(recentOf));
        const shown: StoredRecord[] = [];
        const left = [...inBuffer];
        for (const size of sizes) shown.push(...one.merge(left.splice(0, size)));
        shown.push(...one.merge(left), ...one.rest());
        const ids = (records: readonly StoredRecord[]) => records.map((each) => `${each.writer}-${each.seq}`);
        assert.equal(new Set(ids(shown)).size, shown.length);
        assert.deepEqual(ids(shown).sort(), [...new Set(ids([...recent, ...inBuffer]))].sort());
        assert.equal(one.takePassed(), 0);
        const last = new Map<string, number>();
        for (const each of shown) {
          assert.ok(each.seq > (last.get(each.writer) ?? -1));
          last.set(each.writer, each.seq);
        }
      },
    ),
    { numRuns: 1000 },
  );
});
