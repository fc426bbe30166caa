/** What the shipper does with what cannot be delivered now: it stays in the buffer, and is read again later. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  advanceThrough,
  delivered,
  MemorySource,
  openShipperOn,
  retry,
  ScriptedSink,
  seriesOf,
  settle,
  split,
  textOf,
  textsOf,
} from "./shipping.cases.js";

test("a batch that stays takes the later ones of its destination along, the others go on, and the drain says so", async () => {
  const web = new MemorySource("one", seriesOf(6));
  const other = new MemorySource("two", seriesOf(6, { writer: "v", service: "other" }));
  const sink = new ScriptedSink((batch) => (textsOf(batch).includes("w-2") ? retry("denied") : delivered()), {
    eventsMax: 2,
  });
  const { shipper, clock } = openShipperOn([web, other], sink, { inFlightMax: 1 });
  assert.equal(await advanceThrough(clock, shipper.drain(false)), false);
  assert.deepEqual([...web.acknowledged], [0, 1]);
  assert.equal(other.acknowledged.size, 6);
  assert.equal(sink.sent.flat().includes("w-4"), false);
});

test("what stays is read again when its next try is due, and arrives once and in series", async () => {
  for (const cause of ["unavailable", "credentials", "denied"] as const) {
    // All of one millisecond, so that the order of arrival is what a reader sees.
    const web = new MemorySource(
      "one",
      seriesOf(60).map((record) => ({ ...record, timestamp: 0 })),
    );
    const other = new MemorySource("two", seriesOf(60, { writer: "v", service: "other" }));
    const arrived: string[] = [];
    let failures = 40;
    const sink = new ScriptedSink(
      (batch) => {
        if (batch.destination.stream === "web" && failures > 0) {
          failures--;
          return retry(cause);
        }
        arrived.push(...textsOf(batch));
        return delivered();
      },
      { eventsMax: 2 },
    );
    const { shipper, clock } = openShipperOn([web, other], sink);
    assert.equal(await advanceThrough(clock, shipper.drain(true), 1000), true);
    assert.equal(failures, 0);
    assert.deepEqual([web.acknowledged.size, other.acknowledged.size], [60, 60]);
    assert.equal(new Set(arrived).size, arrived.length, "nothing is doubled");
    assert.deepEqual(
      arrived.filter((text) => text.startsWith("w-")),
      seriesOf(60).map(textOf),
    );
    assert.ok(shipper.counts.parks > 0);
  }
});

test("while the cloud is away one batch at a time asks whether it is back, and the backlog is not read meanwhile", async () => {
  const source = new MemorySource("one", seriesOf(1000));
  const sink = new ScriptedSink(() => retry("throttled"), { eventsMax: 10 });
  const { shipper, clock, stop, abort } = openShipperOn([source], sink, { flushRecords: 1 });
  const running = shipper.run(stop.signal);
  for (let second = 0; second < 60; second++) {
    await settle();
    clock.advance(1000);
  }
  const before = { sent: sink.sent.length, reads: source.reads };
  sink.inFlightPeak = 0;
  for (let second = 0; second < 600; second++) {
    await settle();
    clock.advance(1000);
  }
  assert.equal(sink.inFlightPeak, 1);
  // A try a minute, as the clock has no luck here.
  const tries = sink.sent.length - before.sent;
  assert.ok(tries >= 9 && tries <= 11, `${tries} tries`);
  assert.ok(source.reads - before.reads <= 2 * tries, `${source.reads - before.reads} reads`);
  stop.abort();
  abort.abort();
  await running;
});

test("a poison record whose dead letter cannot be written holds up nothing else, and is tried again", async () => {
  const source = new MemorySource("one", seriesOf(40));
  const sink = new ScriptedSink((batch) => (textsOf(batch).includes("w-5") ? split() : delivered()), {
    eventsMax: 8,
  });
  const { shipper, clock, letterBox } = openShipperOn([source], sink);
  letterBox.error = new Error("no room");
  const done = shipper.drain(true);
  for (let second = 0; second < 8; second++) {
    await settle();
    clock.advance(1000);
  }
  assert.equal(source.acknowledged.size, 39);
  letterBox.error = undefined;
  assert.equal(await advanceThrough(clock, done), true);
  assert.deepEqual([letterBox.texts, source.acknowledged.size], [["w-5"], 40]);
});

test("letters that cannot be written are told of until another shipper has their records", async () => {
  const source = new MemorySource("one", seriesOf(1));
  const { shipper, clock, letterBox, buffer } = openShipperOn([source], new ScriptedSink(() => split()));
  letterBox.error = new Error("no room");
  assert.equal(await advanceThrough(clock, shipper.drain(false)), false);
  assert.match(shipper.counts.lettersError!, /no room/);
  buffer.sources.splice(0);
  assert.equal(await advanceThrough(clock, shipper.drain(false)), true);
  assert.equal(shipper.counts.lettersError, undefined);
});

test("to give up while the cloud is away ends the drain at once and leaves the rest", async () => {
  const source = new MemorySource("one", seriesOf(100));
  const sink = new ScriptedSink((batch) => (textsOf(batch)[0] === "w-0" ? delivered() : retry("network")), {
    eventsMax: 10,
  });
  const { shipper, abort, clock } = openShipperOn([source], sink, { inFlightMax: 2 });
  const done = shipper.drain(false);
  await settle();
  assert.equal(clock.timers, 2, "two batches wait for their next try");
  abort.abort();
  assert.equal(await done, false);
  assert.equal(clock.timers, 0);
  assert.equal(source.acknowledged.size, 10);
});
