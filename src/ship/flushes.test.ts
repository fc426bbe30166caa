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
