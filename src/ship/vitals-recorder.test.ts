/** What a shipper measures while it works, and that measuring is in nobody's way. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CLOUDWATCH_LIMITS } from "../batch/limits.js";
import type { Answer } from "../sink/sink.js";
import {
  advanceThrough,
  delivered,
  MemorySource,
  openShipperOn,
  recordOf,
  retry,
  ScriptedSink,
  seriesOf,
  split,
  textsOf,
} from "./shipping.cases.js";
import { VitalsRecorder } from "./vitals-recorder.js";

const SYSTEM = { now: () => 1000, elapsed: () => performance.now() };

function open(records: ReturnType<typeof seriesOf>, script: ScriptedSink["script"], limits = {}) {
  const recorder = new VitalsRecorder({ clock: SYSTEM, keepRecent: true });
  const source = new MemorySource("s", records);
  const scene = openShipperOn([source], new ScriptedSink(script, limits), { measuring: recorder });
  const drain = () => advanceThrough(scene.clock, scene.shipper.drain(false), 1000);
  return { ...scene, recorder, source, drain };
}

function linesOf({ recent }: VitalsRecorder): string[] {
  return [...recent!.all()].map(({ line }) => `${line}`);
}

function inTurn(...answers: Answer[]): ScriptedSink["script"] {
  return () => (answers.length > 1 ? answers.shift()! : answers[0]!);
}

test("what is delivered is counted by destination, timed, and kept to be looked at", async () => {
  const others = seriesOf(2, { writer: "v", service: "job" }).map((record) => ({
    ...record,
    ordinal: record.seq + 3,
  }));
  const { recorder, shipper, drain } = open([...seriesOf(3), ...others], () => delivered());
  assert.equal(await drain(), true);
  const list = recorder.destinations.list();
  assert.deepEqual(
    list.map(({ stream, records, batches, failures, lastError }) => [
      stream,
      records,
      batches,
      failures,
      lastError,
    ]),
    [
      ["web", 3, 1, 0, undefined],
      ["job", 2, 1, 0, undefined],
    ],
  );
  assert.equal(
    list.reduce((sum, { bytes }) => sum + bytes, 0),
    shipper.counts.deliveredBytes,
  );
  assert.equal(recorder.putLatency.taken.count, 2);
  assert.deepEqual(linesOf(recorder).sort(), ["v-0", "v-1", "w-0", "w-1", "w-2"]);
});

test("an answer is timed whatever it says; what nobody answered is not", async () => {
  for (const [answers, answered] of [
    [[retry("throttled"), retry("timeout"), delivered()], 2],
    [[retry("network"), retry("unavailable"), delivered()], 2],
    [[retry("denied"), retry("throttled"), delivered()], 3],
  ] as const) {
    const { recorder, drain } = open(seriesOf(1), inTurn(...answers));
    await drain();
    assert.equal(recorder.destinations.list()[0]!.failures, 2);
    assert.equal(recorder.putLatency.taken.count, answered);
  }
});

test("what was refused is not among what was delivered, and its error is told until something goes through", async () => {
  const { recorder, letterBox, drain } = open(seriesOf(4), (batch) =>
    textsOf(batch).includes("w-2") ? split() : delivered(),
  );
  await drain();
  assert.deepEqual(letterBox.texts, ["w-2"]);
  assert.deepEqual(linesOf(recorder), ["w-0", "w-1", "w-3"]);
  const { records, failures, lastError } = recorder.destinations.list()[0]!;
  assert.deepEqual([records, failures > 0, lastError], [3, true, undefined]);
});

test("a stream whose only record became a dead letter is not said to fail for good", async () => {
  const { recorder, letterBox, shipper, drain } = open(seriesOf(1), () => split());
  await drain();
  assert.deepEqual([letterBox.texts, shipper.counts.lastError], [["w-0"], undefined]);
  const { failures, lastError } = recorder.destinations.list()[0]!;
  assert.deepEqual([failures > 0, lastError], [true, undefined]);
});

test("an error of a sink without a message keeps nothing from being delivered", async () => {
  const bare = retry("unavailable") as Answer & { verdict: "retry" };
  (bare.error as { message: unknown }).message = undefined;
  const { recorder, drain } = open(seriesOf(1), inTurn(bare, delivered()));
  assert.equal(await drain(), true);
  const { records, failures } = recorder.destinations.list()[0]!;
  assert.deepEqual([records, failures], [1, 1]);
});

test("what the destination skipped of a batch that it took is not kept either", async () => {
  const { recorder, drain } = open(seriesOf(3), () =>
    delivered({ index: 1, reason: "too-old", detail: "too old" }),
  );
  await drain();
  assert.deepEqual(linesOf(recorder), ["w-0", "w-2"]);
  assert.equal(recorder.destinations.list()[0]!.records, 2);
});

test("a record that is sent in parts is kept once, and whole", async () => {
  const text = "x".repeat(2000);
  const limits = { ...CLOUDWATCH_LIMITS, eventBytesMax: 512, bytesMax: 1024 };
  const { recorder, drain } = open([recordOf({ text })], () => delivered(), limits);
  await drain();
  assert.deepEqual(linesOf(recorder), [text]);
  const { records, batches } = recorder.destinations.list()[0]!;
  assert.ok(records === 1 && batches > 1);
});

test("a defect in what only looks loses a copy, and delivers everything", async () => {
  const { recorder, source, drain } = open(seriesOf(3), () => delivered());
  recorder.recent!.add = () => {
    throw new RangeError("no memory");
  };
  assert.equal(await drain(), true);
  assert.deepEqual([source.acknowledged.size, recorder.recent!.leftOut], [3, 3]);
});

test("nothing is kept where nobody could ask for it", () => {
  assert.equal(new VitalsRecorder({ clock: SYSTEM, keepRecent: false }).recent, undefined);
});
