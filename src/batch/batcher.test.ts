import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { StoredRecord } from "../buffer/buffer.js";
import { asPart } from "./as-part.cases.js";
import { type Batch, type Destination, type Item, recordOf } from "./batch.js";
import { Batcher } from "./batcher.js";
import { type BatchLimits, CLOUDWATCH_LIMITS } from "./limits.js";
import { CUT_FILL_MIN, CUT_FILL_MIN_IN_CHAIN } from "./open-batch.js";
import { compareItems, compareRecords } from "./order.js";

const OVERHEAD = CLOUDWATCH_LIMITS.eventOverheadBytes;

function record(writer: string, seq: number, timestamp: number, size = 10, service = "a"): StoredRecord {
  const bytes = Buffer.alloc(size, `${writer}"${seq}|`);
  return { timestamp, writer, seq, ordinal: seq, service, type: "INFO", bytes, start: 0, end: size };
}

/** The destination of a service, as one object or, to be hostile, as a new one for every record. */
const DESTINATIONS: Record<string, Destination> = {
  a: { group: "g", stream: "a" },
  b: { group: "g", stream: "b" },
};
const destinationOf = ({ service }: StoredRecord) => DESTINATIONS[service]!;
const freshDestinationOf = ({ service }: StoredRecord) => ({ group: "g", stream: service });

function batcherOf(limits: Partial<BatchLimits> = {}): Batcher {
  return new Batcher({ limits: { ...CLOUDWATCH_LIMITS, ...limits }, destinationOf });
}

const seqs = (batch: Batch) => batch.items.map((item) => recordOf(item).seq);
const runOf = (item: Item) => `${recordOf(item).writer} ${item.timestamp}`;
const sizeOf = (item: Item) => item.end - item.start + OVERHEAD;

test("a batch is sealed by the record that would break a limit, not by one that still fits", () => {
  const cases: [Partial<BatchLimits>, StoredRecord[], number[][]][] = [
    [{ eventsMax: 2 }, [0, 1, 2, 3, 4].map((n) => record("w", n, n)), [[0, 1], [2, 3], [4]]],
    [{ spanMsMax: 10 }, [0, 10, 11, 21, 22].map((at, n) => record("w", n, at)), [[0, 1], [2, 3], [4]]],
    [
      { eventBytesMax: 300, bytesMax: 2 * (300 + OVERHEAD) },
      [300, 300, 300, 299, 1, 1].map((size, n) => record("w", n, n, size)),
      [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
    ],
  ];
  for (const [limits, records, expected] of cases) {
    const batcher = batcherOf(limits);
    const batches = [...records.flatMap((each) => batcher.add(each)), ...batcher.flush()];
    assert.deepEqual(batches.map(seqs), expected);
  }
});

test("CloudWatch's own limits hold to the event and to the byte", () => {
  const byCount = batcherOf();
  for (let n = 0; n < 10_000; n += 1) assert.deepEqual(byCount.add(record("w", n, n, 1)), []);
  assert.equal(byCount.add(record("w", 10_000, 10_000, 1))[0]?.items.length, 10_000);

  const bySize = batcherOf();
  assert.deepEqual(bySize.add(record("w", 0, 0, 1_048_576 - 26 - 26 - 1)), []);
  assert.deepEqual(bySize.add(record("w", 1, 1, 1)), []);
  const [full] = bySize.add(record("w", 2, 2, 1_048_550));
  assert.deepEqual([full?.bytes, full?.items.length], [1_048_576, 2]);
  assert.deepEqual([bySize.openBytes, bySize.openItems], [1_048_576, 1]);

  const bySpan = batcherOf();
  bySpan.add(record("w", 0, 0));
  assert.deepEqual(bySpan.add(record("w", 1, 24 * 3_600_000)), []);
  assert.equal(bySpan.add(record("w", 2, 24 * 3_600_000 + 1)).length, 1);
});

test("a batch waits for the one before only where both hold a writer's same millisecond", () => {
  const batcher = batcherOf({ eventsMax: 2 });
  const add = (writer: string, seq: number, at: number) => batcher.add(record(writer, seq, at));
  const batches = [
    [...add("w", 0, 5), ...add("w", 1, 6), ...add("w", 2, 6)],
    [...add("x", 0, 6), ...add("w", 3, 7)],
    [...add("x", 1, 7), ...batcher.flush()],
  ].flat();
  assert.deepEqual(
    batches.map(({ number, after }) => [number, after]),
    [
      [1, []],
      [2, [1]],
      [3, []],
    ],
  );
});

test("a batch does not wait for what has ended, nor for another destination", () => {
  const batcher = batcherOf({ eventsMax: 1 });
  batcher.add(record("w", 0, 5));
  batcher.add(record("w", 1, 5, 10, "b"));
  assert.deepEqual(batcher.add(record("w", 2, 5))[0]?.after, []);
  batcher.ended(1);
  assert.deepEqual(
    batcher.flush().flatMap(({ after }) => after),
    [],
  );
});

test("a timestamp that runs back waits for exactly the batch that holds it, however long ago", () => {
  const batcher = batcherOf({ eventsMax: 1 });
  for (const [seq, at] of [10, 11, 12, 10].entries()) batcher.add(record("w", seq, at));
  assert.deepEqual(batcher.flush()[0]?.after, [1]);
});

test("where the destination does not sort, each batch waits for the one before it of its stream", () => {
  const batcher = new Batcher({
    limits: { ...CLOUDWATCH_LIMITS, eventsMax: 1 },
    destinationOf,
    sortsByTimestamp: false,
  });
  const services = ["a", "a", "b", "a", "b"];
  const batches = services.flatMap((service, seq) => batcher.add(record("w", seq, seq, 10, service)));
  batcher.ended(1);
  batcher.ended(2);
  batches.push(...batcher.flush());
  assert.deepEqual(
    batches.map(({ number, destination, after }) => [number, destination.stream, after]),
    [
      [1, "a", []],
      [2, "a", [1]],
      [3, "b", []],
      [4, "a", []],
      [5, "b", [3]],
    ],
  );
});

test("a full batch is cut before the run that goes on, so that nothing waits", () => {
  const batcher = batcherOf({ eventsMax: 10 });
  const times = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10];
  const batches = [...times.flatMap((at, seq) => batcher.add(record("w", seq, at))), ...batcher.flush()];
  assert.deepEqual(batches.map(seqs), [
    [0, 1, 2, 3, 4, 5, 6, 7, 8],
    [9, 10, 11],
  ]);
  assert.deepEqual(batches[1]?.after, []);
});

test("a full batch is not cut where that would leave it too empty; the next one waits", () => {
  const batcher = batcherOf({ eventsMax: 10 });
  const times = [1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8];
  const batches = [...times.flatMap((at, seq) => batcher.add(record("w", seq, at))), ...batcher.flush()];
  assert.deepEqual(batches.map(seqs), [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [10]]);
  assert.deepEqual(batches[1]?.after, [1]);
});

test("a batch that waits already is cut earlier, so that a long series is many short chains", () => {
  const batcher = batcherOf({ eventsMax: 10 });
  // Runs of 7: the first batch is too empty without the second run, the second one would be without the third.
  const times = Array.from({ length: 28 }, (_, seq) => Math.floor(seq / 7));
  const batches = [...times.flatMap((at, seq) => batcher.add(record("w", seq, at))), ...batcher.flush()];
  assert.deepEqual(
    batches.map(({ items, after }) => [items.length, after]),
    [
      [10, []],
      [4, [1]],
      [10, []],
      [4, [3]],
    ],
  );
});

test("a cut leaves room for the record that asked for it", () => {
  const batcher = batcherOf({ eventBytesMax: 974, bytesMax: 1000 });
  const sizes = [800, 30, 974];
  const batches = sizes.flatMap((size, seq) => batcher.add(record("w", seq, Math.min(seq, 1), size)));
  batches.push(...batcher.flush());
  assert.deepEqual(batches.map(seqs), [[0, 1], [2]]);
  assert.deepEqual(batches[1]?.after, [1]);
});

test("nothing is kept of a destination when nothing is open and nothing in flight", () => {
  const batcher = batcherOf({ eventsMax: 1 });
  batcher.add(record("w", 0, 5));
  const [first] = batcher.flush();
  assert.equal(batcher.destinations, 1);
  batcher.ended(first!.number);
  batcher.ended(first!.number);
  batcher.ended(999);
  assert.deepEqual([batcher.openItems, batcher.openBytes, batcher.destinations], [0, 0, 0]);
  // The destination object that the removed lane was found by finds the new one.
  batcher.add(record("w", 1, 5));
  assert.deepEqual(batcher.flush().map(seqs), [[1]]);
});

test("destinations of the same names are the same destination while it is in use, and forgotten afterwards", () => {
  const batcher = new Batcher({
    limits: { ...CLOUDWATCH_LIMITS, eventsMax: 2 },
    destinationOf: freshDestinationOf,
  });
  batcher.add(record("w", 0, 5));
  batcher.add(record("w", 1, 5));
  const [first] = batcher.add(record("w", 2, 5));
  const [second] = batcher.flush();
  assert.equal(first!.items.length, 2);
  assert.deepEqual(second!.after, [first!.number]);
  assert.equal(second!.destination, first!.destination);
  batcher.ended(second!.number);
  batcher.ended(first!.number);
  batcher.add(record("w", 3, 5));
  const [third] = batcher.flush();
  assert.deepEqual(third!.destination, first!.destination);
  assert.notEqual(third!.destination, first!.destination);
});

test("limits that nothing could keep are refused by name", () => {
  const refused: [Partial<BatchLimits>, string][] = [
    [{ eventsMax: 0 }, "eventsMax cannot be 0"],
    [{ eventBytesMax: 255 }, "eventBytesMax cannot be 255"],
    [{ bytesMax: CLOUDWATCH_LIMITS.eventBytesMax + OVERHEAD - 1 }, "bytesMax cannot be 1048575"],
    [{ eventOverheadBytes: -1 }, "eventOverheadBytes cannot be -1"],
    [{ spanMsMax: Number.NaN }, "spanMsMax cannot be NaN"],
  ];
  for (const [limits, message] of refused) {
    assert.throws(() => batcherOf(limits), { code: "DRAGONLOG_OPTION_INVALID", message });
  }
});

test("what records lie in is held from the moment they are added to that at which their batch has ended", () => {
  const holders = new Map<ArrayBufferLike, number>();
  const change = (memory: ArrayBufferLike, by: number) =>
    holders.set(memory, (holders.get(memory) ?? 0) + by);
  const batcher = new Batcher({
    limits: { ...CLOUDWATCH_LIMITS, eventsMax: 10 },
    destinationOf,
    memory: { hold: (memory) => change(memory, 1), release: (memory) => change(memory, -1) },
  });
  const memories = Array.from({ length: 3 }, () => Buffer.from(new ArrayBuffer(100)));
  // Seven records in each, of which the last nine are one run: the first batch is cut before it.
  const batches = Array.from({ length: 21 }, (_, seq) => ({
    ...record("w", seq, Math.min(seq, 9)),
    bytes: memories[Math.floor(seq / 7)]!,
  })).flatMap((each) => batcher.add(each));
  const held = () => memories.map(({ buffer }) => holders.get(buffer));
  assert.deepEqual(
    batches.map(({ items }) => items.length),
    [9, 10],
  );
  assert.deepEqual(held(), [1, 2, 2], "the first batch and what is open, and each a part of the second");
  batcher.ended(batches[0]!.number);
  assert.deepEqual(held(), [0, 1, 2]);
  batcher.ended(batches[0]!.number);
  batcher.ended(batches[1]!.number);
  assert.deepEqual(held(), [0, 0, 1]);
  const [last] = batcher.flush();
  batcher.ended(last!.number);
  assert.deepEqual(held(), [0, 0, 0]);
});

test("where waiting costs nothing a full batch is never cut", () => {
  const batcher = new Batcher({
    limits: { ...CLOUDWATCH_LIMITS, eventsMax: 10 },
    destinationOf,
    waitingCosts: () => false,
  });
  const times = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10];
  const batches = [...times.flatMap((at, seq) => batcher.add(record("w", seq, at))), ...batcher.flush()];
  assert.deepEqual(
    batches.map(({ items, after }) => [items.length, after]),
    [
      [10, []],
      [2, [1]],
    ],
  );
});

/* The properties: a batcher under small limits, a shipper that sends in any order `after` allows, a destination. */

type Step =
  | {
      readonly do: "add";
      readonly writer: string;
      readonly ms: number;
      readonly size: number;
      readonly service: string;
    }
  | { readonly do: "deliver"; readonly pick: number }
  | { readonly do: "flush" };

const limitsOf: fc.Arbitrary<BatchLimits> = fc
  .record({
    eventsMax: fc.integer({ min: 1, max: 25 }),
    eventBytesMax: fc.integer({ min: 256, max: 400 }),
    roomier: fc.nat({ max: 600 }),
    spanMsMax: fc.nat({ max: 12 }),
  })
  .map(({ roomier, ...limits }) => ({
    ...limits,
    eventOverheadBytes: OVERHEAD,
    bytesMax: limits.eventBytesMax + OVERHEAD + roomier,
  }));

const sizes = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 1, max: 40 }) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 400 }) },
  { weight: 1, arbitrary: fc.integer({ min: 400, max: 1500 }) },
);

const stepsOf = (ms: fc.Arbitrary<number>): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      {
        weight: 16,
        arbitrary: fc.record({
          do: fc.constant("add" as const),
          writer: fc.constantFrom("u", "v", "w"),
          ms,
          size: sizes,
          service: fc.constantFrom("a", "a", "a", "b"),
        }),
      },
      { weight: 3, arbitrary: fc.record({ do: fc.constant("deliver" as const), pick: fc.nat() }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("flush" as const) }) },
    ),
    { maxLength: 150, size: "max" },
  );

const forwards = fc.constantFrom(0, 0, 0, 0, 0, 1, 2);
const eitherWay = fc.constantFrom(0, 0, 0, 1, 2, -1, -2);

interface Run {
  readonly limits: BatchLimits;
  readonly sortsByTimestamp: boolean;
  readonly added: StoredRecord[];
  readonly batches: Batch[];
  /** What the destination holds, by stream, in order of arrival. */
  readonly arrived: Map<string, Item[]>;
}

/**
 * Plays the steps, each writer with a clock of its own, and then delivers what is left. At every sealing `after` is
 * compared with its definition.
 */
function play(
  limits: BatchLimits,
  steps: Step[],
  {
    sortsByTimestamp,
    destination = destinationOf,
  }: { sortsByTimestamp: boolean; destination?: typeof destinationOf },
): Run {
  const batcher = new Batcher({ limits, destinationOf: destination, sortsByTimestamp });
  const run: Run = { limits, sortsByTimestamp, added: [], batches: [], arrived: new Map() };
  const inFlight: Batch[] = [];
  const now = new Map<string, number>();
  const nextSeq = new Map<string, number>();

  const sealed = (batches: readonly Batch[]) => {
    for (const batch of batches) {
      const runs = new Set(batch.items.map(runOf));
      const ofStream = inFlight.filter(({ destination: { stream } }) => stream === batch.destination.stream);
      const expected = sortsByTimestamp
        ? ofStream.filter(({ items }) => items.some((item) => runs.has(runOf(item))))
        : ofStream.slice(-1);
      assert.deepEqual(
        batch.after,
        expected.map(({ number }) => number),
      );
      inFlight.push(batch);
      run.batches.push(batch);
    }
  };
  const deliver = (pick: number) => {
    const waiting = new Set(inFlight.map(({ number }) => number));
    const free = inFlight.filter(({ after }) => !after.some((number) => waiting.has(number)));
    const batch = free[pick % free.length];
    if (batch === undefined) return;
    const { stream } = batch.destination;
    run.arrived.set(stream, [...(run.arrived.get(stream) ?? []), ...batch.items]);
    inFlight.splice(inFlight.indexOf(batch), 1);
    batcher.ended(batch.number);
  };
  const flush = () => {
    sealed(batcher.flush());
    assert.deepEqual([batcher.openItems, batcher.openBytes], [0, 0]);
  };

  for (const step of steps) {
    if (step.do === "deliver") deliver(step.pick);
    else if (step.do === "flush") flush();
    else {
      const timestamp = (now.get(step.writer) ?? 1000) + step.ms;
      now.set(step.writer, timestamp);
      const seq = nextSeq.get(step.writer) ?? 0;
      nextSeq.set(step.writer, seq + 1);
      run.added.push(record(step.writer, seq, timestamp, step.size, step.service));
      sealed(batcher.add(run.added.at(-1)!));
    }
  }
  flush();
  const picks = steps.map((step) => (step.do === "deliver" ? step.pick : 0));
  for (let turn = 0; inFlight.length > 0; turn += 1) deliver(picks[turn % picks.length] ?? 0);
  return run;
}

/** A destination shows a stream by timestamp and, inside one millisecond, in order of arrival; or in order of arrival alone. */
const readBack = ({ arrived, sortsByTimestamp }: Run) =>
  [...arrived.values()].map((items) =>
    sortsByTimestamp ? items.toSorted((a, b) => a.timestamp - b.timestamp) : items,
  );

function assertComplete(run: Run): void {
  const lines = new Map<StoredRecord, string[]>();
  for (const item of readBack(run).flat().map(asPart)) {
    const text = item.bytes.toString("utf8", item.start, item.end);
    const pieces = lines.get(item.record) ?? [];
    assert.equal(item.part, pieces.length + 1, "every part once and in order");
    pieces.push(item.parts === 1 ? text : JSON.parse(text).text);
    lines.set(item.record, pieces);
    assert.equal(pieces.length <= item.parts, true);
  }
  assert.equal(lines.size, run.added.length);
  for (const each of run.added) assert.equal(lines.get(each)?.join(""), each.bytes.toString());
}

function assertWithinLimits({ limits, batches }: Run): void {
  for (const [index, { number, items, bytes, destination }] of batches.entries()) {
    assert.equal(number, index + 1);
    assert.ok(items.length >= 1 && items.length <= limits.eventsMax);
    assert.equal(
      bytes,
      items.reduce((sum, item) => sum + sizeOf(item), 0),
    );
    assert.ok(bytes <= limits.bytesMax);
    assert.ok(items.every((item) => item.end - item.start <= limits.eventBytesMax));
    assert.ok(items.at(-1)!.timestamp - items[0]!.timestamp <= limits.spanMsMax);
    assert.deepEqual(items, items.toSorted(compareItems));
    for (const item of items) assert.equal(destination.stream, recordOf(item).service);
  }
}

/** G4, as far as this stage can break it: a writer's records of one millisecond stand in order of seq. */
function assertInSeries(run: Run): void {
  for (const items of readBack(run)) {
    const lastOfRun = new Map<string, Item>();
    for (const item of items) {
      const before = lastOfRun.get(runOf(item));
      assert.ok(before === undefined || compareItems(before, item) < 0, `${runOf(item)} out of order`);
      lastOfRun.set(runOf(item), item);
    }
  }
}

/** For writers whose time never runs backwards that makes the whole of a writer stand in order. */
function assertWritersInSeries(run: Run): void {
  for (const items of readBack(run)) {
    const lastSeq = new Map<string, number>();
    for (const each of items.map(recordOf)) {
      assert.ok(each.seq >= (lastSeq.get(each.writer) ?? 0), `${each.writer}-${each.seq} out of order`);
      lastSeq.set(each.writer, each.seq);
    }
  }
}

const stepsAnyway = stepsOf(fc.oneof(forwards, eitherWay));

test("property: every record arrives once and whole, within all limits and in series, whatever its time", () => {
  fc.assert(
    fc.property(
      limitsOf,
      stepsAnyway,
      fc.boolean(),
      fc.boolean(),
      (limits, steps, fresh, sortsByTimestamp) => {
        const run = play(limits, steps, {
          sortsByTimestamp,
          destination: fresh ? freshDestinationOf : destinationOf,
        });
        assertWithinLimits(run);
        assertInSeries(run);
        assertComplete(run);
      },
    ),
    { numRuns: 500 },
  );
});

test("property: where no writer's time runs backwards, all of a writer arrives in order of seq", () => {
  fc.assert(
    fc.property(limitsOf, stepsOf(forwards), fc.boolean(), (limits, steps, sortsByTimestamp) => {
      const run = play(limits, steps, { sortsByTimestamp });
      assertWritersInSeries(run);
      assertWithinLimits(run);
      assertComplete(run);
    }),
    { numRuns: 500 },
  );
});

test("property: in merged input a batch is as full as a limit allows, but for a short run that was cut off", () => {
  const added = fc
    .array(fc.record({ writer: fc.constantFrom("u", "v", "w"), ms: forwards, size: sizes }), {
      maxLength: 150,
      size: "max",
    })
    .map((entries) => {
      let timestamp = 1000;
      const records = entries.map(({ writer, ms, size }, seq) => {
        timestamp += ms;
        return record(writer, seq, timestamp, size);
      });
      return records.sort(compareRecords);
    });
  fc.assert(
    fc.property(limitsOf, added, (limits, records) => {
      const batcher = new Batcher({ limits, destinationOf });
      const batches = [...records.flatMap((each) => batcher.add(each)), ...batcher.flush()];
      for (const [index, { items, bytes }] of batches.entries()) {
        const following = batches[index + 1]?.items;
        const last = batches[index - 1]?.items.at(-1);
        const inChain = last !== undefined && runOf(last) === runOf(items[0]!);
        const fillMin = inChain ? CUT_FILL_MIN_IN_CHAIN : CUT_FILL_MIN;
        if (following !== undefined) assertFull(limits, items, bytes, following, fillMin);
      }
    }),
    { numRuns: 500 },
  );
});

/**
 * What of the following batch would have fitted must be one run, which this batch lacks, and `fillMin` is kept. Where
 * one run goes on in the following batch, cutting it off must have been impossible.
 */
function assertFull(
  limits: BatchLimits,
  items: readonly Item[],
  bytes: number,
  following: readonly Item[],
  fillMin: number,
): void {
  const sumOf = (some: readonly Item[]) => some.reduce((sum, item) => sum + sizeOf(item), 0);
  const fitting = following.findIndex((_, index) => {
    const together = [...items, ...following.slice(0, index + 1)];
    const spanMs = together.at(-1)!.timestamp - together[0]!.timestamp;
    return (
      together.length > limits.eventsMax || sumOf(together) > limits.bytesMax || spanMs > limits.spanMsMax
    );
  });
  assert.ok(fitting >= 0, "both batches could have been one");
  const shareKept = (kept: readonly Item[], full: readonly Item[]) =>
    full.length === limits.eventsMax ? kept.length / full.length : sumOf(kept) / sumOf(full);

  if (fitting > 0) {
    const cutOff = following.slice(0, fitting);
    assert.equal(new Set([...cutOff, following[fitting]!].map(runOf)).size, 1, "only a run that goes on");
    assert.notEqual(runOf(items.at(-1)!), runOf(cutOff[0]!), "a run is cut off whole");
    assert.ok(shareKept(items, [...items, ...cutOff]) >= fillMin);
    return;
  }
  const goesOn = items.filter((item) => runOf(item) === runOf(following[0]!));
  if (goesOn.length === 0) return;
  const nextHasRoom = sumOf(goesOn) + sizeOf(following[0]!) <= limits.bytesMax;
  const kept = items.slice(0, items.length - goesOn.length);
  assert.ok(!nextHasRoom || shareKept(kept, items) < fillMin, "the run could have been cut off");
  assert.equal(sumOf(items), bytes);
}
