/** What the shipper does while the buffer cannot be asked: it goes on with what it has, says so, and does not end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { LogBuffer } from "../buffer/buffer.js";
import {
  advanceThrough,
  delivered,
  MemorySource,
  openShipperOn,
  ScriptedSink,
  seriesOf,
  settle,
} from "./shipping.cases.js";

/** A buffer whose store is away for as many questions as it is told. */
function awayFor(source: MemorySource): LogBuffer & { questions: number } {
  const buffer = {
    questions: 0,
    async claim() {
      refuse();
      return [source];
    },
    async flushRequestedAtMs() {
      refuse();
      return 0;
    },
    async close() {},
  };
  function refuse(): void {
    if (buffer.questions > 0) {
      buffer.questions--;
      throw new Error("the store is away");
    }
  }
  return buffer;
}

test("a drain that could not ask what waits does not say that nothing does, and the next one does", async () => {
  const source = new MemorySource("one", seriesOf(4));
  const buffer = awayFor(source);
  const { shipper, clock } = openShipperOn([source], new ScriptedSink(() => delivered()), { buffer });
  buffer.questions = 3;
  assert.equal(await advanceThrough(clock, shipper.drain(false)), false);
  assert.deepEqual([shipper.counts.readFailures, shipper.counts.lastError], [3, "the store is away"]);
  assert.equal(source.acknowledged.size, 0);
  assert.equal(await advanceThrough(clock, shipper.drain(false)), true);
  assert.equal(source.acknowledged.size, 4);
});

test("a shipper that runs outlives a store that is away, and goes on with what it holds", async () => {
  const source = new MemorySource("one", seriesOf(4));
  const buffer = awayFor(source);
  const { shipper, clock } = openShipperOn([source], new ScriptedSink(() => delivered()), { buffer });
  assert.equal(await advanceThrough(clock, shipper.drain(false)), true);
  const stop = new AbortController();
  buffer.questions = 20;
  const running = shipper.run(stop.signal);
  source.records.push(
    ...seriesOf(4, { timestamp: 10 }).map((record) => ({
      ...record,
      seq: record.seq + 4,
      ordinal: record.ordinal + 4,
    })),
  );
  const flushed = shipper.flush();
  await settle();
  assert.equal(source.acknowledged.size, 8);
  assert.ok(buffer.questions > 0, "it is still away");
  assert.equal(await advanceThrough(clock, flushed), true);
  assert.equal(buffer.questions, 0, "before, there may be more than it knows");
  stop.abort();
  await advanceThrough(clock, running);
});
