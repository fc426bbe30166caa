/** A source that another shipper may have by now, as of one that was stopped for long: nothing of it is sent from here. */
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
} from "./shipping.cases.js";

class LeasedSource extends MemorySource {
  held = true;

  isHeld(): boolean {
    return this.held;
  }
}

function twoSources() {
  const lost = new LeasedSource("lost", seriesOf(3, { writer: "lost" }));
  const kept = new LeasedSource("kept", seriesOf(3, { writer: "kept" }));
  return { lost, kept };
}

test("a batch whose source goes to another one between two tries is not tried again", async () => {
  const { lost } = twoSources();
  const sink = new ScriptedSink(() => {
    lost.held = false;
    return retry("network");
  });
  const { shipper, clock } = openShipperOn([lost], sink);
  assert.equal(await advanceThrough(clock, shipper.drain(false)), false);
  assert.deepEqual(sink.sent, [["lost-0", "lost-1", "lost-2"]]);
});

test("what shares a batch with it goes on without it, once the other one has it", async () => {
  const { lost, kept } = twoSources();
  lost.held = false;
  const sink = new ScriptedSink(() => delivered());
  const { shipper, clock, buffer } = openShipperOn([lost, kept], sink);
  assert.equal(await advanceThrough(clock, shipper.drain(false)), false);
  assert.deepEqual(sink.sent, []);
  buffer.sources.splice(0, 1);
  assert.equal(await advanceThrough(clock, shipper.drain(true)), true);
  assert.deepEqual(sink.sent, [["kept-0", "kept-1", "kept-2"]]);
});

test("it is sent when it turns out to be still this one's", async () => {
  const { lost } = twoSources();
  lost.held = false;
  const sink = new ScriptedSink(() => delivered());
  const { shipper, clock } = openShipperOn([lost], sink);
  assert.equal(await advanceThrough(clock, shipper.drain(false)), false);
  lost.held = true;
  assert.equal(await advanceThrough(clock, shipper.drain(true)), true);
  assert.deepEqual(sink.sent, [["lost-0", "lost-1", "lost-2"]]);
});
