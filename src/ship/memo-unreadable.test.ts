/** Verification where the notes of what was in flight cannot be had: records are doubled at worst, and nothing stands still. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReadEvent } from "../sink/sink.js";
import { advanceThrough, MemorySource, openShipperOn, ScriptedSink, seriesOf } from "./shipping.cases.js";

const EIO = Object.assign(new Error("EIO: i/o error, read"), { code: "EIO" });

function open() {
  const source = new MemorySource("one", seriesOf(3));
  const sink = new ScriptedSink();
  sink.readBack = {
    async *read(): AsyncGenerator<readonly ReadEvent[]> {
      yield [];
    },
  };
  return { source, sink, ...openShipperOn([source], sink, { verifySettleMs: 500 }) };
}

test("notes that cannot be read are counted and hold up nothing", async () => {
  const { source, shipper, clock } = open();
  source.memo.read = () => {
    throw EIO;
  };
  assert.equal(await advanceThrough(clock, shipper.drain(true)), true);
  assert.equal(source.acknowledged.size, 3);
  assert.ok(shipper.counts.failures["in-flight notes"]! > 0);
});

test("notes that can be read again are", async () => {
  const { source, shipper, clock } = open();
  const { memo } = source;
  const read = memo.read.bind(memo);
  memo.read = () => {
    throw EIO;
  };
  await advanceThrough(clock, shipper.drain(true));
  memo.read = read;
  memo.append(JSON.stringify({ doubt: [[3, 3]], at: clock.now() }));
  const looked = shipper.counts.lookups;
  source.records.push(
    ...seriesOf(4)
      .slice(3)
      .map((record) => ({ ...record, ...lineOf("abcdefghijkl-3") })),
  );
  await advanceThrough(clock, shipper.drain(true));
  assert.equal(shipper.counts.lookups, looked + 1);
});

function lineOf(id: string) {
  const bytes = Buffer.from(`{"data":"x","id":"${id}"}`);
  return { bytes, start: 0, end: bytes.length };
}
