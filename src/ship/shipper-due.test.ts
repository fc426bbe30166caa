/** When a shipper goes: nothing is sent before, and everything then. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { asPart } from "../batch/as-part.cases.js";
import type { StoredRecord } from "../buffer/buffer.js";
import { ManualClock } from "../system/manual-clock.cases.js";
import type { ShipperOptions } from "./shipper-options.js";
import {
  delivered,
  MemorySource,
  openShipperOn,
  recordOf,
  retry,
  ScriptedSink,
  seriesOf,
  settle,
} from "./shipping.cases.js";

/** More than the shipper lets pass between two looks. */
const LOOK_MS = 250;
const START_MS = new ManualClock().now();

/** A shipper that runs on one source. */
function run(context: TestContext, records: StoredRecord[], options: Partial<ShipperOptions> = {}) {
  const source = new MemorySource("one", records);
  const sink = new ScriptedSink();
  const open = openShipperOn([source], sink, options);
  const running = open.shipper.run(open.stop.signal);
  context.after(() => {
    open.stop.abort();
    return running;
  });
  /** Moves on in steps in which the shipper looks. */
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= LOOK_MS) {
      await settle();
      open.clock.advance(Math.min(LOOK_MS, left));
    }
    await settle();
  };
  return { ...open, source, sink, running, pass };
}

const now = (count: number, from = 0) => seriesOf(from + count, { timestamp: START_MS }).slice(from);

test("it goes at a number of records, not one sooner", async (context) => {
  const { source, sink, pass } = run(context, now(999));
  await pass(5000);
  assert.equal(sink.sent.length, 0);
  source.records.push(...now(1, 999));
  await pass(LOOK_MS);
  assert.deepEqual(
    sink.sent.map(({ length }) => length),
    [1000],
  );
  assert.equal(source.acknowledged.size, 1000);
});

test("it goes at a number of bytes, not one sooner", async (context) => {
  const text = "x".repeat(1000);
  const { source, sink, pass } = run(context, [recordOf({ text, timestamp: START_MS })], {
    flushBytes: 2000,
  });
  source.records.push(recordOf({ text: text.slice(1), timestamp: START_MS, seq: 1, ordinal: 1 }));
  await pass(5000);
  assert.equal(sink.sent.length, 0);
  source.records.push(recordOf({ text: "x", timestamp: START_MS, seq: 2, ordinal: 2 }));
  await pass(LOOK_MS);
  assert.deepEqual(
    sink.sent.map(({ length }) => length),
    [3],
  );
});

test("the records and bytes of all sources count together", async (context) => {
  const { buffer, sink, pass } = run(context, now(500));
  const other = new MemorySource("two", seriesOf(500, { timestamp: START_MS, writer: "v" }));
  await pass(5000);
  assert.equal(sink.sent.length, 0);
  buffer.sources.push(other);
  await pass(LOOK_MS);
  assert.deepEqual(
    sink.sent.map(({ length }) => length),
    [1000],
  );
  assert.equal(other.acknowledged.size, 500);
});

test("it goes when the oldest record has waited for the interval by its own timestamp", async (context) => {
  const { sink, pass } = run(context, [recordOf({ timestamp: START_MS - 100_000 })]);
  await pass(19_000);
  assert.equal(sink.sent.length, 0);
  await pass(1500);
  assert.deepEqual(sink.sent, [["w-0"]]);
});

test("a record from the future waits no longer than the interval, nor do those behind it", async (context) => {
  const { source, sink, pass } = run(context, [recordOf({ timestamp: START_MS + 3_600_000 })]);
  await pass(60_000);
  source.records.push(recordOf({ timestamp: START_MS, seq: 1, ordinal: 1 }));
  await pass(59_000);
  assert.equal(sink.sent.length, 0);
  await pass(1500);
  assert.deepEqual(sink.sent, [["w-1", "w-0"]]);
  source.records.push(recordOf({ timestamp: START_MS + 7_200_000, seq: 2, ordinal: 2 }));
  await pass(119_000);
  assert.equal(sink.sent.length, 1, "the next one waits from when it came");
  await pass(2000);
  assert.equal(sink.sent.length, 2);
});

test("it goes when someone asks for a flush, once for each time", async (context) => {
  const { buffer, source, sink, pass } = run(context, now(1));
  await pass(5000);
  assert.equal(sink.sent.length, 0);
  buffer.flushAskedAtMs = 1;
  await pass(LOOK_MS);
  assert.equal(sink.sent.length, 1);
  source.records.push(...now(1, 1));
  await pass(5000);
  assert.equal(sink.sent.length, 1);
  buffer.flushAskedAtMs = 2;
  await pass(LOOK_MS);
  assert.equal(sink.sent.length, 2);
});

test("flush resolves when all that waited has landed, and asks for no patience", async (context) => {
  const { shipper, source, sink, clock, pass } = run(context, now(3));
  await pass(1000);
  let landed = false;
  const answers = [retry(), retry()];
  const scripted = new ScriptedSink(() => answers.shift() ?? delivered());
  sink.send = scripted.send.bind(scripted);
  const flushed = shipper.flush().then(() => {
    landed = true;
  });
  await settle();
  assert.deepEqual([scripted.sent.length, landed], [1, false]);
  clock.advance(400);
  await settle();
  assert.deepEqual([scripted.sent.length, landed, source.acknowledged.size], [2, false, 0]);
  clock.advance(800);
  await flushed;
  assert.deepEqual([scripted.sent.length, source.acknowledged.size], [3, 3]);
  await shipper.flush();
});

test("a flush that comes while another is under way takes what came in between", async (context) => {
  const { shipper, source, pass } = run(context, now(1));
  await pass(1000);
  const first = shipper.flush();
  source.records.push(...now(1, 1));
  const second = shipper.flush();
  await Promise.all([first, second]);
  assert.equal(source.acknowledged.size, 2);
});

test("while a batch waits for the cloud, others of the same destination go on", async (context) => {
  const { shipper, source, sink, pass } = run(context, now(1));
  const scripted = new ScriptedSink(({ items }) =>
    asPart(items[0]!).record.seq === 0 ? retry() : delivered(),
  );
  sink.send = scripted.send.bind(scripted);
  void shipper.flush();
  await pass(1000);
  source.records.push(...now(1000, 1));
  await pass(1000);
  assert.equal(source.acknowledged.size, 1000);
  assert.ok(!source.acknowledged.has(0));
});

test("to stop ends the wait for the next look", async (context) => {
  const { stop, running, clock } = run(context, now(1));
  await settle();
  assert.equal(clock.timers, 1);
  stop.abort();
  await running;
  assert.equal(clock.timers, 0);
});
