/** What a shipper does with what it reads: bounds, trouble with one of many, and what is acknowledged when. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { asPart } from "../batch/as-part.cases.js";
import type { StoredRecord } from "../buffer/buffer.js";
import type { Answer } from "../sink/sink.js";
import { ManualClock } from "../system/manual-clock.cases.js";
import {
  advanceThrough,
  delivered,
  MemorySource,
  openShipperOn,
  recordOf,
  retry,
  ScriptedSink,
  seriesOf,
  settle,
  textOf,
} from "./shipping.cases.js";

const NOW_MS = new ManualClock().now();
const HOUR_MS = 3_600_000;
const WINDOW = { pastMsMax: 24 * HOUR_MS, aheadMsMax: HOUR_MS };

/** Answers when the test says so. */
class HeldSink extends ScriptedSink {
  readonly held: ((answer: Answer) => void)[] = [];

  constructor(limits: ConstructorParameters<typeof ScriptedSink>[1] = {}) {
    super(() => new Promise((resolve) => this.held.push(resolve)), limits);
  }

  async release(answer = delivered()): Promise<void> {
    this.held.shift()!(answer);
    await settle();
  }
}

test("records of all sources are merged by time and acknowledged where they came from", async () => {
  const one = new MemorySource("one", seriesOf(3, { timestamp: 10 }));
  const two = new MemorySource("two", seriesOf(3, { timestamp: 11, writer: "v" }));
  const sink = new ScriptedSink();
  const { shipper } = openShipperOn([one, two], sink);
  assert.equal(await shipper.drain(false), true);
  assert.deepEqual(sink.sent, [["w-0", "v-0", "w-1", "v-1", "w-2", "v-2"]]);
  assert.deepEqual([one.acknowledged.size, two.acknowledged.size], [3, 3]);
});

test("what comes while it drains is sent as well, and what has come is not sent twice", async () => {
  const source = new MemorySource("one", seriesOf(2));
  const later = recordOf({ seq: 2, ordinal: 2, timestamp: 2 });
  const sink = new ScriptedSink(() => {
    if (source.records.length === 2) source.records.push(later);
    return delivered();
  });
  const { shipper } = openShipperOn([source], sink);
  assert.equal(await shipper.drain(false), true);
  assert.deepEqual(sink.sent, [["w-0", "w-1"], ["w-2"]]);
  assert.equal(source.acknowledged.size, 3);
});

test("an endless backlog is read only as places become free", async () => {
  const text = "x".repeat(100_000);
  const endless = new MemorySource("endless", []);
  let count = 0;
  endless.read = () => {
    endless.reads++;
    const records = Array.from({ length: 10 }, () => {
      const record = recordOf({ text, seq: count, ordinal: count, timestamp: count });
      count++;
      return record;
    });
    endless.records.push(...records);
    return { records, drained: false };
  };
  const sink = new HeldSink();
  const { shipper, abort } = openShipperOn([endless], sink, { inFlightMax: 3 });
  const done = shipper.drain(false);
  for (let ended = 0; ended < 40; ended++) {
    await settle();
    assert.ok(sink.inFlight <= 3);
    // A batch holds as much as a read brings: 3 in flight, one that waits for a place, and the one being filled.
    assert.ok(endless.reads <= ended + 5 + 1, `${endless.reads} reads after ${ended} batches`);
    await sink.release();
  }
  assert.equal(sink.inFlightPeak, 3);
  assert.ok(endless.acknowledged.size >= 350);
  abort.abort();
  while (sink.held.length > 0) await sink.release(retry());
  assert.equal(await done, false);
});

test("more batches than allowed are never in flight, and all places are used", async () => {
  const sink = new HeldSink({ eventsMax: 2 });
  const source = new MemorySource("one", seriesOf(40));
  const { shipper } = openShipperOn([source], sink, { inFlightMax: 5 });
  const done = shipper.drain(false);
  await settle();
  assert.equal(shipper.batchesInFlight, 5);
  while (sink.held.length > 0) await sink.release();
  assert.equal(await done, true);
  assert.equal(sink.inFlightPeak, 5);
  assert.equal(shipper.batchesInFlight, 0);
});

test("records outside the destination's time are dead letters with their reason, and are not sent", async () => {
  const old = recordOf({ timestamp: NOW_MS - 25 * HOUR_MS, service: "old" });
  const now = recordOf({ timestamp: NOW_MS, seq: 1, ordinal: 1 });
  const young = recordOf({ timestamp: NOW_MS + 2 * HOUR_MS, seq: 2, ordinal: 2 });
  const source = new MemorySource("one", [old, now, young]);
  const sink = new ScriptedSink(undefined, { window: WINDOW });
  const { shipper, letterBox } = openShipperOn([source], sink);
  assert.equal(await shipper.drain(false), true);
  assert.deepEqual(sink.sent, [["w-1"]]);
  assert.deepEqual(
    letterBox.letters.map(({ record, reason, destination }) => [record, reason, destination?.stream]),
    [
      [old, "too-old", "old"],
      [young, "too-new", "web"],
    ],
  );
  assert.equal(source.acknowledged.size, 3);
  assert.deepEqual(shipper.counts.deadLetters, { "too-old": 1, "too-new": 1 });
});

test("a record at the edge of the destination's time is set aside before it passes it on the way", async () => {
  const { pastMsMax, aheadMsMax } = WINDOW;
  const records = [-pastMsMax + 59_000, -pastMsMax + 61_000, aheadMsMax - 61_000, aheadMsMax - 59_000].map(
    (ms, seq) => recordOf({ timestamp: NOW_MS + ms, seq, ordinal: seq }),
  );
  const sink = new ScriptedSink(undefined, { window: WINDOW });
  const { shipper, letterBox } = openShipperOn([new MemorySource("one", records)], sink);
  assert.equal(await shipper.drain(false), true);
  assert.deepEqual(letterBox.texts, ["w-0", "w-3"]);
});

test("records set aside wait until their dead letters can be written", async () => {
  const source = new MemorySource("one", seriesOf(3, { timestamp: NOW_MS - 25 * HOUR_MS }));
  const { shipper, letterBox, clock } = openShipperOn(
    [source],
    new ScriptedSink(undefined, { window: WINDOW }),
  );
  letterBox.error = new Error("no room");
  const done = shipper.drain(true);
  for (let minute = 0; minute < 5; minute++) {
    await settle();
    clock.advance(60_000);
  }
  assert.ok(letterBox.attempts > 3);
  assert.equal(source.acknowledged.size, 0);
  letterBox.error = undefined;
  assert.equal(await advanceThrough(clock, done), true);
  assert.deepEqual([letterBox.letters.length, source.acknowledged.size], [3, 3]);
});

test("records set aside whose dead letters cannot be written stay, and the drain says so", async () => {
  const source = new MemorySource("one", [
    ...seriesOf(1, { timestamp: NOW_MS - 25 * HOUR_MS }),
    recordOf({ timestamp: NOW_MS, seq: 1, ordinal: 1 }),
  ]);
  const { shipper, letterBox, clock } = openShipperOn(
    [source],
    new ScriptedSink(undefined, { window: WINDOW }),
  );
  letterBox.error = new Error("no room");
  assert.equal(await advanceThrough(clock, shipper.drain(false)), false);
  assert.deepEqual([...source.acknowledged], [1]);
  assert.equal(letterBox.attempts, 3);
});

test("thousands of records set aside do not pile up in memory", async () => {
  const source = new MemorySource("one", seriesOf(3500, { timestamp: NOW_MS - 25 * HOUR_MS }));
  const { shipper, letterBox } = openShipperOn([source], new ScriptedSink(undefined, { window: WINDOW }));
  assert.equal(await shipper.drain(false), true);
  assert.deepEqual([letterBox.attempts, letterBox.letters.length], [4, 3500]);
});

test("an oversize record is acknowledged only with its last part", async () => {
  const large = recordOf({ text: `"${"x".repeat(2500)}"`, seq: 1, ordinal: 1, timestamp: 1 });
  const source = new MemorySource("one", [recordOf(), large, recordOf({ seq: 2, ordinal: 2, timestamp: 2 })]);
  const sink = new HeldSink({ eventBytesMax: 1000, bytesMax: 1100 });
  const { shipper } = openShipperOn([source], sink);
  const done = shipper.drain(false);
  await settle();
  const states: number[][] = [];
  while (sink.held.length > 0) {
    states.push([...source.acknowledged].sort());
    await sink.release();
  }
  assert.equal(await done, true);
  const parts = sink.sent.flat().flatMap((text) => (text.startsWith("{") ? [JSON.parse(text)] : []));
  assert.ok(parts.length >= 3);
  assert.deepEqual(
    parts.map(({ part }) => part),
    parts.map((_, index) => index + 1),
  );
  assert.equal(parts.map(({ text }) => text).join(""), textOf(large));
  // Only the answer to the last of the parts brings the large record's acknowledgement.
  assert.equal(states.filter((ordinals) => ordinals.includes(1)).length, 0, JSON.stringify(states));
  assert.deepEqual([...source.acknowledged].sort(), [0, 1, 2]);
  assert.equal(shipper.counts.deliveredRecords, 3);
});

test("a part that cannot be delivered leaves the whole record", async () => {
  const large = recordOf({ text: "x".repeat(2500) });
  const source = new MemorySource("one", [large]);
  const sink = new ScriptedSink((batch) => (asPart(batch.items[0]!).part === 2 ? retry() : delivered()), {
    eventBytesMax: 1000,
    bytesMax: 1100,
  });
  const { shipper, clock } = openShipperOn([source], sink);
  assert.equal(await advanceThrough(clock, shipper.drain(false)), false);
  assert.equal(source.acknowledged.size, 0);
  assert.ok(!sink.sent.flat().some((text) => text.includes('"part":3')));
});

test("a source that cannot be read does not stop the others, is counted, and is tried again", async () => {
  const bad = new MemorySource("bad", seriesOf(2, { writer: "v" }));
  const good = new MemorySource("good", seriesOf(2));
  bad.readError = new Error("torn");
  const { shipper, clock, stop } = openShipperOn([bad, good], new ScriptedSink(), { flushRecords: 1 });
  const running = shipper.run(stop.signal);
  await settle();
  assert.equal(good.acknowledged.size, 2);
  assert.ok(shipper.counts.readFailures > 0);
  bad.readError = undefined;
  clock.advance(250);
  await settle();
  assert.equal(bad.acknowledged.size, 2);
  stop.abort();
  await running;
  assert.equal(await shipper.drain(false), true, "what is over is over");
});

test("a drain that could not read a source says so: it may hold records", async () => {
  const bad = new MemorySource("bad", seriesOf(2));
  bad.readError = new Error("torn");
  const { shipper } = openShipperOn([bad], new ScriptedSink());
  assert.equal(await shipper.drain(false), false);
  assert.equal(shipper.counts.lastError, "torn");
  bad.readError = undefined;
  assert.equal(await shipper.drain(false), true);
});

test("a source that can be read and no more acknowledged does not stop the others", async () => {
  const bad = new MemorySource("bad", seriesOf(2, { writer: "v" }));
  bad.acknowledge = () => {
    throw new Error("gone");
  };
  const good = new MemorySource("good", seriesOf(2));
  const { shipper } = openShipperOn([bad, good], new ScriptedSink());
  assert.equal(await shipper.drain(false), false);
  assert.equal(good.acknowledged.size, 2);
});

test("a source that cannot remove itself does not stop the others", async () => {
  const bad = new MemorySource("bad", []);
  bad.finished = () => {
    throw new Error("may not be removed");
  };
  const good = new MemorySource("good", seriesOf(2));
  const { shipper } = openShipperOn([bad, good], new ScriptedSink());
  assert.equal(await shipper.drain(false), false);
  assert.equal(good.acknowledged.size, 2);
  assert.equal(shipper.counts.lastError, "may not be removed");
});

test("a source that has ended is left alone", async () => {
  const ended = new MemorySource("ended", []);
  ended.writerGone = true;
  ended.read = () => assert.fail("read after its end");
  const { shipper } = openShipperOn([ended, new MemorySource("one", seriesOf(1))], new ScriptedSink());
  assert.equal(await shipper.drain(false), true);
});

test("writers that share a source are acknowledged there, each by its own ordinals", async () => {
  const records: StoredRecord[] = ["a", "b", "a", "a", "b"].map((writer, index) =>
    recordOf({ writer, service: writer, seq: index, ordinal: index * 3, timestamp: index }),
  );
  const source = new MemorySource("shared", records);
  const ranges: unknown[] = [];
  const acknowledge = source.acknowledge.bind(source);
  source.acknowledge = (given) => {
    ranges.push(given);
    acknowledge(given);
  };
  const sink = new ScriptedSink(({ destination }) =>
    destination.stream === "a" ? retry("denied") : delivered(),
  );
  const { shipper, clock } = openShipperOn([source], sink);
  assert.equal(await advanceThrough(clock, shipper.drain(false)), false);
  assert.deepEqual(ranges, [
    [
      { from: 3, to: 3 },
      { from: 12, to: 12 },
    ],
  ]);
});

test("open batches of many destinations are sent before what was read for them fills the memory, in large records too", async () => {
  // As large as a record can be, and one in each batch.
  const text = "x".repeat(10_000_000);
  const records = Array.from({ length: 10 }, (_, seq) =>
    recordOf({ seq, ordinal: seq, timestamp: seq, service: `service-${seq}`, text }),
  );
  const source = new MemorySource("one", records);
  const readsWhenSent: number[] = [];
  const sink = new ScriptedSink(
    () => {
      readsWhenSent.push(source.reads);
      return delivered();
    },
    { eventBytesMax: 20_000_000, bytesMax: 30_000_000 },
  );
  const { shipper } = openShipperOn([source], sink);
  assert.equal(await shipper.drain(false), true);
  // 64 MiB hold six of them.
  assert.ok(readsWhenSent[0]! <= 8, `the first is sent after ${readsWhenSent[0]} reads`);
});
