/** Who waits for a delivery is told as soon as it is known that it comes, or that it will not come in time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  advanceThrough,
  delivered,
  MemorySource,
  openShipperOn,
  POLICY,
  retry,
  ScriptedSink,
  seriesOf,
  settle,
} from "./shipping.cases.js";

test("while the cloud is away nobody waits longer than for the next try", async () => {
  const source = new MemorySource("one", seriesOf(4));
  let away = true;
  const sink = new ScriptedSink(() => (away ? retry() : delivered()));
  // The longest pause there can be.
  const { shipper, clock, stop } = openShipperOn([source], sink, { random: () => 1 - Number.EPSILON });
  const running = shipper.run(stop.signal);
  // It waits through the tries of its batch, and is told when the verdict is to wait.
  const first = shipper.flush(clock.now() + 30_000);
  assert.equal(await advanceThrough(clock, first), false);
  assert.ok(shipper.circuits.isOpen);
  const { retryAtMs } = shipper.circuits;
  const tries = sink.sent.length;
  assert.equal(await shipper.flush(retryAtMs - 1), false, "told at once");
  assert.equal(sink.sent.length, tries);
  const patient = shipper.flush(retryAtMs + POLICY.backoff.maxMs);
  await settle();
  away = false;
  assert.equal(await advanceThrough(clock, patient), true);
  assert.equal(source.acknowledged.size, 4);
  stop.abort();
  await advanceThrough(clock, running);
});

test("while one destination is refused nobody waits longer than for its next try, and the others get theirs", async () => {
  const web = new MemorySource("one", seriesOf(4));
  const other = new MemorySource("two", seriesOf(4, { writer: "v", service: "other" }));
  const sink = new ScriptedSink(({ destination }) =>
    destination.stream === "web" ? retry("denied") : delivered(),
  );
  const { shipper, clock, stop } = openShipperOn([web, other], sink, { random: () => 1 - Number.EPSILON });
  const running = shipper.run(stop.signal);
  assert.equal(await advanceThrough(clock, shipper.flush(clock.now() + 30_000)), false);
  assert.ok(!shipper.circuits.isOpen);
  const { retryAtMs } = shipper.circuits;
  const tries = sink.sent.length;
  other.records.push(...seriesOf(8, { writer: "v", service: "other" }).slice(4));
  const timesBefore = clock.now();
  assert.equal(await shipper.flush(retryAtMs - 1), false, "told at once");
  assert.equal(clock.now(), timesBefore);
  assert.equal(sink.sent.length, tries + 1);
  assert.deepEqual([web.acknowledged.size, other.acknowledged.size], [0, 8]);
  stop.abort();
  await advanceThrough(clock, running);
});

test("what cannot be read is not delivered", async () => {
  const source = new MemorySource("one", seriesOf(4));
  const { shipper, clock, stop } = openShipperOn([source], new ScriptedSink());
  source.readError = new Error("cannot be read");
  const running = shipper.run(stop.signal);
  let told = false;
  const flushed = shipper.flush().then((delivered) => {
    told = true;
    return delivered;
  });
  await settle();
  assert.equal(told, false);
  source.readError = undefined;
  assert.equal(await advanceThrough(clock, flushed), true);
  assert.equal(source.acknowledged.size, 4);
  stop.abort();
  await advanceThrough(clock, running);
});

test("one that comes with the end is told what the drain came to", async () => {
  for (const away of [false, true]) {
    const source = new MemorySource("one", seriesOf(4));
    const { shipper, clock, stop } = openShipperOn(
      [source],
      new ScriptedSink(() => (away ? retry() : delivered())),
    );
    const running = shipper.run(stop.signal);
    await settle();
    const flushed = shipper.flush();
    stop.abort();
    await advanceThrough(clock, running);
    assert.equal(await advanceThrough(clock, shipper.drain(false)), !away);
    assert.equal(await flushed, !away);
  }
});

test("one that has all the time is told of nothing but the delivery", async () => {
  const source = new MemorySource("one", seriesOf(4));
  let tries = 0;
  const sink = new ScriptedSink(() => (++tries < 40 ? retry() : delivered()));
  const { shipper, clock, stop } = openShipperOn([source], sink);
  const running = shipper.run(stop.signal);
  assert.equal(await advanceThrough(clock, shipper.flush()), true);
  assert.equal(source.acknowledged.size, 4);
  stop.abort();
  await advanceThrough(clock, running);
});
