import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { lineIdOf, trustedLineIdOf } from "./line-id.js";
import { LogStore } from "./log-store.js";
import { type Tally, tallyOf } from "./tally.js";

/** Stores each list of lines as one put of its own stream and millisecond after millisecond. */
function stored(...streams: string[][]): LogStore {
  const store = new LogStore();
  store.createGroup("g", "STANDARD", 0);
  const group = store.group("g");
  for (const [index, lines] of streams.entries()) {
    store.createStream("g", `s${index}`, 0);
    const { events } = store.stream(group, `s${index}`);
    for (const [at, line] of lines.entries()) {
      const bytes = Buffer.from(line);
      events.append({ seq: store.nextPutSeq(), ingestionTime: 0, bytes }, [at], [bytes.length]);
    }
  }
  return store;
}

const line = (writer: string, seq: number) => `{"data":{"id":"user-99"},"id":"${writer}-${seq}"}`;
const part = (seq: number, n: number, of: number) => `{"id":"w-${seq}","part":${n},"parts":${of},"text":"t"}`;
const lines = (...seqs: number[]) => seqs.map((seq) => line("w", seq));
const totals = ({ distinct, duplicates, outOfOrder, lost, incomplete }: Tally): Tally => ({
  distinct,
  duplicates,
  outOfOrder,
  lost,
  incomplete,
});
const clean: Tally = { distinct: 0, duplicates: 0, outOfOrder: 0, lost: 0, incomplete: 0 };

test("a whole series is clean", () => {
  assert.deepEqual(totals(tallyOf(stored(lines(0, 1, 2)))), { ...clean, distinct: 3 });
});

test("holes are lost, and with an expected count the missing tail and writers too", () => {
  const store = stored(lines(1, 2, 4));
  const report = tallyOf(store);
  assert.deepEqual(totals(report), { ...clean, distinct: 3, lost: 2 });
  assert.deepEqual(report.writers.w!.lostFirst, [0, 3]);
  const known = tallyOf(
    store,
    new Map([
      ["w", 7],
      ["v", 2],
    ]),
  );
  assert.deepEqual(totals(known.writers.w!), { ...clean, distinct: 3, lost: 4 });
  assert.deepEqual(known.writers.w!.lostFirst, [0, 3, 5, 6]);
  assert.deepEqual(totals(known.writers.v!), { ...clean, lost: 2 });
});

test("of many lost records the first ten are named", () => {
  const { lost, lostFirst } = tallyOf(stored(lines(20))).writers.w!;
  assert.equal(lost, 20);
  assert.deepEqual(lostFirst, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("a record that is stored twice is a duplicate and not out of order", () => {
  assert.deepEqual(totals(tallyOf(stored(lines(0, 1, 2, 0, 1)))), { ...clean, distinct: 3, duplicates: 2 });
});

test("a duplicate in another stream is a duplicate too", () => {
  assert.deepEqual(totals(tallyOf(stored(lines(0, 1), lines(1)))), { ...clean, distinct: 2, duplicates: 1 });
});

test("each record below the highest before it is out of order", () => {
  assert.deepEqual(totals(tallyOf(stored(lines(0, 3, 1, 2, 4)))), { ...clean, distinct: 5, outOfOrder: 2 });
});

test("order is a matter of one stream and one writer", () => {
  const store = stored(lines(0, 2, 4), lines(1, 3), [
    line("a-b", 1),
    line("c", 0),
    line("c", 1),
    line("a-b", 2),
  ]);
  const report = tallyOf(store);
  assert.equal(report.outOfOrder, 0);
  assert.deepEqual(Object.keys(report.writers), ["w", "a-b", "c"]);
  assert.equal(report.lost, 1, "a-b-0");
});

test("a record in parts is whole when all its parts are there", () => {
  assert.deepEqual(totals(tallyOf(stored([line("w", 0), part(1, 1, 2), part(1, 2, 2)]))), {
    ...clean,
    distinct: 2,
  });
  assert.deepEqual(totals(tallyOf(stored([part(0, 1, 3), part(0, 3, 3)]))), { ...clean, incomplete: 1 });
  assert.deepEqual(totals(tallyOf(stored([part(0, 1, 2), part(0, 1, 2), part(0, 2, 2)]))), {
    ...clean,
    distinct: 1,
    duplicates: 1,
  });
  assert.deepEqual(totals(tallyOf(stored([part(0, 2, 2), part(0, 1, 2)]))), {
    ...clean,
    distinct: 1,
    outOfOrder: 1,
  });
});

test("what is no dragonlog line is foreign, a torn line among it", () => {
  const foreign = [
    "hello",
    '{"id":7}',
    '{"id":"w"}',
    '{"id":"w-01"}',
    '{"data":{"id":"w-1"}}',
    '{"x":"y,"id":"w-1"}',
    "[]",
  ];
  const report = tallyOf(stored(foreign));
  assert.equal(report.foreign, foreign.length);
  assert.deepEqual(report.writers, {});
});

test("the trusted reading of a whole line is the exact one", () => {
  const json = fc.jsonValue({ maxDepth: 3 });
  const identified = fc.record(
    {
      message: fc.string(),
      data: fc.oneof(json, fc.record({ id: fc.constantFrom("a-1", "b"), part: fc.integer() })),
      '","id":"': fc.string(),
      part: fc.integer({ min: 1, max: 3 }),
      parts: fc.integer({ min: 1, max: 3 }),
      id: fc.oneof(fc.constantFrom("w-0", "a-b-12", "x", 'q"-1', "\\-1", "-1", "w-1.5"), fc.string()),
      'x"id': fc.constantFrom("w-5"),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(identified, json), (value) => {
      const text = JSON.stringify(value);
      assert.deepEqual(trustedLineIdOf(text), lineIdOf(text));
    }),
    { numRuns: 2000 },
  );
});

test("any shuffling, doubling and losing of a series is told exactly", () => {
  const seqs = fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(seqs, fc.nat({ max: 40 }), (order, expected) => {
      const distinct = new Set(order);
      let highest = -1;
      let outOfOrder = 0;
      for (const seq of distinct) {
        if (seq < highest) outOfOrder += 1;
        highest = Math.max(highest, seq);
      }
      const written = Math.max(expected, highest + 1);
      assert.deepEqual(totals(tallyOf(stored(lines(...order)), { w: expected })), {
        distinct: distinct.size,
        duplicates: order.length - distinct.size,
        outOfOrder,
        lost: written - distinct.size,
        incomplete: 0,
      });
    }),
  );
});
