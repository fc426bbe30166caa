import assert from "node:assert/strict";
import { test } from "node:test";
import { asPart } from "../batch/as-part.cases.js";
import type { Batch, Item } from "../batch/batch.js";
import type { Answer } from "../sink/sink.js";
import { ManualClock } from "../system/manual-clock.cases.js";
import { Circuits } from "./circuits.js";
import { newCounts } from "./counts.js";
import { Delivery, type DeliveryOptions } from "./delivery.js";
import {
  advanceThrough,
  batchWith,
  delivered,
  LetterBox,
  POLICY,
  recordOf,
  retry,
  ScriptedSink,
  seriesOf,
  settle,
  split,
  textOf,
  textsOf,
} from "./shipping.cases.js";

type Script = (batch: Batch, signal: AbortSignal) => Answer | Promise<Answer>;

function open(script: Script, options: Partial<DeliveryOptions> = {}) {
  const sink = new ScriptedSink(script);
  const clock = new ManualClock();
  const letterBox = new LetterBox();
  const counts = newCounts();
  const acknowledged: string[] = [];
  const told: unknown[] = [];
  const stop = new AbortController();
  const stayed: string[] = [];
  const random = () => 1;
  const circuits = new Circuits({
    clock,
    random,
    failuresMax: 2 * POLICY.tries,
    backoff: POLICY.backoff,
    onTrouble: () => {},
    onRecovery: () => {},
    onFirstSuccess: () => {},
  });
  const delivery = new Delivery({
    sink,
    clock,
    counts,
    random,
    circuits,
    policy: POLICY,
    stay: (items) => void stayed.push(...items.map(textOf)),
    lettersStay: (items) => void stayed.push(...items.map(textOf)),
    deadLetters: letterBox as unknown as DeliveryOptions["deadLetters"],
    acknowledge: (items: readonly Item[]) => void acknowledged.push(...items.map(textOf)),
    onFailure: (...failure) => told.push(failure),
    ...options,
  });
  const deliver = (batch: Batch) => delivery.deliver(batch, stop.signal);
  return { sink, clock, letterBox, counts, acknowledged, stayed, told, stop, circuits, delivery, deliver };
}

/** Answers one after the other, then as the last. */
function inTurn(...answers: Answer[]): Script {
  return () => (answers.length > 1 ? answers.shift()! : answers[0]!);
}

function refusing(poison: (text: string) => boolean): Script {
  return (batch) => (textsOf(batch).some(poison) ? split() : delivered());
}

const BATCH = batchWith(seriesOf(3));
const TEXTS = ["w-0", "w-1", "w-2"];

test("a batch that goes through is acknowledged after the answer, and counted", async () => {
  let answer = (_: Answer): void => {};
  const { deliver, acknowledged, counts, letterBox } = open(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  const done = deliver(BATCH);
  await settle();
  assert.deepEqual(acknowledged, []);
  answer(delivered());
  assert.equal(await done, true);
  assert.deepEqual(acknowledged, TEXTS);
  assert.equal(letterBox.attempts, 0);
  assert.deepEqual(counts, { ...newCounts(), deliveredRecords: 3, deliveredBytes: 87, deliveredBatches: 1 });
});

test("a batch that fails is tried again after a growing wait, whole and then in parts", async () => {
  const { deliver, clock, sink, acknowledged, told, counts } = open(
    inTurn(retry("throttled"), retry("network"), retry("network"), retry("network"), delivered()),
  );
  const done = deliver(BATCH);
  for (const [tries, waitMs] of [
    [1, 400],
    [2, 800],
    // The first part at once, and again after a wait.
    [4, 400],
  ] as const) {
    await settle();
    clock.advance(waitMs - 1);
    await settle();
    assert.deepEqual([sink.sent.length, acknowledged], [tries, []]);
    assert.match(counts.lastError!, /it is /);
    clock.advance(1);
  }
  assert.equal(await done, true);
  assert.deepEqual(sink.sent, [TEXTS, TEXTS, TEXTS, ["w-0"], ["w-0"], ["w-1"], ["w-2"]]);
  assert.deepEqual(acknowledged, TEXTS);
  assert.deepEqual(told, [
    ["throttled", "it is throttled", 1],
    ["network", "it is network", 2],
    ["network", "it is network", 3],
    ["network", "it is network", 4],
  ]);
  assert.deepEqual(counts.failures, { throttled: 1, network: 3 });
  assert.equal(counts.lastError, undefined, "it is over");
});

test("a sink that rejects, which none should, costs an attempt like any failure", async () => {
  const thrown = [new Error("a defect"), "a text"];
  const { deliver, clock, acknowledged, counts } = open(() => {
    if (thrown.length > 0) throw thrown.shift();
    return delivered();
  });
  const done = deliver(BATCH);
  await settle();
  assert.deepEqual([counts.lastError, acknowledged], ["a defect", []]);
  clock.advance(60_000);
  await settle();
  assert.equal(counts.lastError, "a text");
  clock.advance(60_000);
  assert.equal(await done, true);
  assert.deepEqual([acknowledged, counts.failures], [TEXTS, { unavailable: 2 }]);
});

test("the waits are spread by chance", async () => {
  const { deliver, clock, sink } = open(inTurn(retry(), delivered()), { random: () => 0.5 });
  const done = deliver(BATCH);
  await settle();
  clock.advance(199);
  await settle();
  assert.equal(sink.sent.length, 1, "half of the 400 ms");
  clock.advance(1);
  assert.equal(await done, true);
});

test("what an outage holds up goes back to the buffer after the tries of its first part, and nothing is sent then", async () => {
  const { deliver, clock, sink, acknowledged, stayed, counts, letterBox, circuits } = open(() => retry());
  assert.equal(await advanceThrough(clock, deliver(batchWith(seriesOf(8)))), false);
  assert.deepEqual(
    sink.sent.map(({ length }) => length),
    [8, 8, 8, 2, 2, 2],
  );
  assert.deepEqual([acknowledged, letterBox.attempts, counts.parks], [[], 0, 1]);
  assert.deepEqual(stayed, seriesOf(8).map(textOf));
  assert.equal(counts.failures.unavailable, 6);
  assert.equal(clock.timers, 0, "nothing is waited for after the last one");
  assert.equal(circuits.isOpen, true);
  assert.equal(await deliver(BATCH), false);
  assert.equal(sink.sent.length, 6);
});

test("credentials that are refused are not split over: the verdict comes after the tries of the whole", async () => {
  for (const cause of ["credentials", "denied"] as const) {
    const { deliver, clock, sink, stayed, circuits } = open(() => retry(cause));
    assert.equal(await advanceThrough(clock, deliver(BATCH)), false);
    assert.deepEqual([sink.sent.length, stayed], [3, TEXTS]);
    assert.equal(circuits.isOpen, cause === "credentials");
    assert.equal(circuits.refused.length, cause === "denied" ? 1 : 0);
  }
});

test("a batch is split in four parts, in order, down to the one record at fault", async () => {
  const records = seriesOf(64);
  const { deliver, clock, sink, acknowledged, letterBox, counts } = open(refusing((text) => text === "w-37"));
  const startedAtMs = clock.now();
  assert.equal(await advanceThrough(clock, deliver(batchWith(records))), true);
  assert.deepEqual(
    sink.sent.map((texts) => `${texts[0]} ${texts.length}`),
    [
      ...["w-0 64", "w-0 64", "w-0 64"],
      ...["w-0 16", "w-16 16", "w-32 16", "w-32 16", "w-32 16"],
      ...["w-32 4", "w-36 4", "w-36 1", "w-37 1", "w-38 1", "w-39 1", "w-40 4", "w-44 4"],
      "w-48 16",
    ],
  );
  assert.deepEqual(letterBox.texts, ["w-37"]);
  const [letter] = letterBox.letters;
  assert.deepEqual(
    { ...letter, record: undefined },
    {
      record: undefined,
      destination: { group: "g", stream: "web" },
      reason: "invalid",
      detail: "it does not like this",
      cause: "data",
      attempts: 8,
      firstTriedAtMs: startedAtMs,
      lastTriedAtMs: clock.now(),
      requestId: "r-1",
    },
  );
  assert.deepEqual(
    acknowledged,
    records.map((record) => textOf(record)),
  );
  assert.equal(counts.splits, 3);
  assert.deepEqual([counts.deliveredRecords, counts.deadLetters], [63, { invalid: 1 }]);
  assert.equal(counts.deliveredBytes, batchWith(records).bytes - textOf(records[37]!).length - 26);
});

test("of a batch that is refused whole, every record becomes a dead letter, once and in order", async () => {
  const records = seriesOf(7);
  const { deliver, clock, letterBox, acknowledged, counts } = open(() => split());
  assert.equal(await advanceThrough(clock, deliver(batchWith(records))), true);
  assert.deepEqual(letterBox.texts, records.map(textOf));
  assert.deepEqual(acknowledged, records.map(textOf));
  assert.deepEqual([counts.deliveredRecords, counts.deadLetters], [0, { invalid: 7 }]);
});

test("a part that stays keeps all that follows it", async () => {
  const { deliver, clock, acknowledged, stayed } = open((batch) => {
    if (batch.items.length === 8) return split();
    return textsOf(batch).includes("w-4") ? retry() : delivered();
  });
  assert.equal(await advanceThrough(clock, deliver(batchWith(seriesOf(8)))), false);
  assert.deepEqual(acknowledged, ["w-0", "w-1", "w-2", "w-3"]);
  assert.deepEqual(stayed, ["w-4", "w-5", "w-6", "w-7"]);
});

test("refused records become dead letters with their reasons, and the whole batch is done with", async () => {
  const { deliver, acknowledged, letterBox, counts } = open(() =>
    delivered(
      { index: 0, reason: "too-old", detail: "from before" },
      { index: 2, reason: "expired", detail: "too late" },
    ),
  );
  assert.equal(await deliver(BATCH), true);
  assert.deepEqual(
    letterBox.letters.map(({ record, reason, detail }) => [textOf(record), reason, detail]),
    [
      ["w-0", "too-old", "from before"],
      ["w-2", "expired", "too late"],
    ],
  );
  assert.deepEqual(acknowledged, ["w-1", "w-0", "w-2"]);
  assert.deepEqual([counts.deliveredRecords, counts.deadLetters], [1, { "too-old": 1, expired: 1 }]);
});

test("a record in parts counts as delivered with its last part", async () => {
  const { deliver, counts } = open(() => delivered());
  for (const part of [1, 2, 3]) {
    const [item] = batchWith([recordOf()]).items;
    await deliver({ ...BATCH, items: [{ ...asPart(item!), part, parts: 3 }] });
    assert.equal(counts.deliveredRecords, part === 3 ? 1 : 0);
  }
});

test("a record in parts is one dead letter by the first part that is refused, and its other parts are not sent", async () => {
  for (const answer of [delivered({ index: 0, reason: "too-old", detail: "" }), split()]) {
    for (const batches of [[[1], [2], [3]], [[1], [2, 3]], [[1, 2], [3]], [[1, 2, 3]]]) {
      const { deliver, clock, sink, letterBox, acknowledged, counts } = open(() => answer);
      const [item] = batchWith([recordOf()]).items;
      for (const parts of batches) {
        const items = parts.map((part) => ({ ...asPart(item!), part, parts: 3 }));
        assert.equal(await advanceThrough(clock, deliver({ ...BATCH, items })), true);
      }
      assert.equal(letterBox.letters.length, 1, JSON.stringify(batches));
      assert.deepEqual(counts.deadLetters, { [letterBox.letters[0]!.reason]: 1 });
      assert.equal(counts.deliveredRecords, 0);
      // Once for each part: the shipper acknowledges the record with the last.
      assert.equal(acknowledged.length, 3);
      assert.ok(sink.sent.every((texts) => texts.length <= batches[0]!.length));
    }
  }
});

test("a refused record is acknowledged only when its dead letter is written, the others at once", async () => {
  const { deliver, clock, acknowledged, letterBox, counts } = open(() =>
    delivered({ index: 1, reason: "invalid", detail: "" }),
  );
  letterBox.error = new Error("no room");
  const done = deliver(BATCH);
  await settle();
  assert.deepEqual([acknowledged, counts.deadLetters], [["w-0", "w-2"], {}]);
  assert.match(counts.lastError!, /dead letters cannot be written: no room/);
  letterBox.error = undefined;
  assert.equal(await advanceThrough(clock, done), true);
  assert.deepEqual([acknowledged, letterBox.texts], [["w-0", "w-2", "w-1"], ["w-1"]]);
});

test("a record whose dead letter cannot be written stays after the tries, and the rest of its batch goes on", async () => {
  const { deliver, clock, acknowledged, stayed, letterBox } = open(refusing((text) => text === "w-1"));
  letterBox.error = new Error("no room");
  assert.equal(await advanceThrough(clock, deliver(BATCH)), true);
  assert.deepEqual([acknowledged, stayed, letterBox.attempts], [["w-0", "w-2"], ["w-1"], 3]);
});

test("where it is given up instead, that is told once with the reason, and nothing of it stays", async () => {
  const given: unknown[] = [];
  const { deliver, clock, acknowledged, stayed, letterBox, counts } = open(
    refusing((text) => text === "w-1"),
    { giveUp: (letters, why) => given.push([letters.map(({ record }) => textOf(record)), why]) },
  );
  letterBox.error = new Error("no folder");
  assert.equal(await advanceThrough(clock, deliver(BATCH)), true);
  assert.deepEqual([acknowledged, stayed, letterBox.attempts], [TEXTS, [], 3]);
  assert.deepEqual(given, [[["w-1"], "no folder"]]);
  assert.deepEqual(counts.deadLetters, {});
});

test("parts that are stored are not sent again when the rest of their record had to wait", async () => {
  let up = false;
  const { deliver, clock, sink, circuits, acknowledged } = open((batch) =>
    asPart(batch.items[0]!).part < 3 || up ? delivered() : retry(),
  );
  const [item] = batchWith([recordOf()]).items;
  const partOf = (part: number): Batch => ({ ...BATCH, items: [{ ...asPart(item!), part, parts: 3 }] });
  for (const part of [1, 2]) assert.equal(await deliver(partOf(part)), true);
  assert.equal(await advanceThrough(clock, deliver(partOf(3))), false);
  up = true;
  circuits.hurry();
  sink.sent.length = 0;
  for (const part of [1, 2, 3]) assert.equal(await deliver(partOf(part)), true);
  assert.equal(sink.sent.length, 1);
  assert.deepEqual(acknowledged.length, 3);
});

test("a record of which one part is refused is acknowledged whole, after its dead letter", async () => {
  const { deliver, acknowledged, letterBox, clock } = open(() =>
    delivered({ index: 0, reason: "invalid", detail: "" }),
  );
  letterBox.error = new Error("no room");
  const [item] = batchWith([recordOf()]).items;
  const parts = [1, 2].map((part) => ({ ...asPart(item!), part, parts: 2 }));
  const done = deliver({ ...BATCH, items: parts });
  await settle();
  assert.deepEqual(acknowledged, []);
  letterBox.error = undefined;
  assert.equal(await advanceThrough(clock, done), true);
  assert.deepEqual(acknowledged, ["w-0", "w-0"]);
});

test("giving up ends a wait at once and leaves the batch", async () => {
  const { deliver, clock, stop, acknowledged, sink } = open(() => retry());
  const done = deliver(BATCH);
  await settle();
  assert.equal(clock.timers, 1);
  stop.abort();
  assert.equal(await done, false);
  assert.deepEqual([clock.timers, acknowledged, sink.sent.length], [0, [], 1]);
  assert.equal(await deliver(BATCH), false);
  assert.equal(sink.sent.length, 1, "nothing is sent afterwards");
});

test("giving up ends the wait for dead letters, too", async () => {
  const { deliver, clock, stop, acknowledged, stayed, letterBox } = open(() => split());
  letterBox.error = new Error("no room");
  const done = deliver(batchWith([recordOf()]));
  // Three tries of the record come first.
  for (let waits = 0; waits < 2; waits++) {
    await settle();
    clock.advance(1000);
  }
  await settle();
  assert.equal(letterBox.attempts, 1);
  stop.abort();
  await done;
  assert.deepEqual([acknowledged, stayed], [[], ["w-0"]]);
});
