import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../system/manual-clock.cases.js";
import { ALERTS, NOW_MS, PlayedChannel, settled } from "./alert.cases.js";
import type { Alert } from "./alert.js";
import { noticeOf, topicOf } from "./notice.js";
import { Outbox } from "./outbox.js";
import { messageOf } from "./text.js";

/** Longer than any pause between two tries. */
const A_WHILE_MS = 60_000;

function setUp(random = 1) {
  const clock = new ManualClock(NOW_MS);
  const channel = new PlayedChannel();
  const told: string[] = [];
  const outbox = new Outbox({
    channel,
    clock,
    random: () => random,
    compose: (notice) => messageOf(notice, { host: "h" }),
    onFailure: (message) => told.push(message),
  });
  const put = (alert: Alert) => outbox.put(topicOf(alert), noticeOf(alert, clock.now()));
  const pass = async (ms: number) => {
    clock.advance(ms);
    await settled();
  };
  return { clock, channel, told, outbox, put, pass };
}

test("a message that is not taken is tried again until it is, with pauses that double up to a minute", async () => {
  const { channel, told, outbox, put, pass } = setUp();
  channel.outcome = "fails";
  put(ALERTS.outage);
  await settled();
  for (const [i, pauseMs] of [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000].entries()) {
    await pass(pauseMs - 1);
    assert.equal(channel.tries, i + 1);
    await pass(1);
    assert.equal(channel.tries, i + 2);
  }
  channel.outcome = "takes";
  await pass(A_WHILE_MS);
  assert.equal(channel.taken.length, 1);
  assert.deepEqual(outbox.counts, { sent: 1, failures: 9, dropped: 0 });
  assert.deepEqual(told, ["alert by mail (outage): unreachable: nobody there; it is tried again"]);
});

test("the pause is a random part of the longest", async () => {
  const { channel, put, pass } = setUp(0.25);
  channel.outcome = "fails";
  put(ALERTS.outage);
  await settled();
  await pass(249);
  assert.equal(channel.tries, 1);
  await pass(1);
  assert.equal(channel.tries, 2);
});

test("what comes while the channel is down joins what waits: its return is no storm", async () => {
  const { channel, outbox, put, pass } = setUp();
  channel.outcome = "fails";
  for (let i = 0; i < 1000; i++) {
    put(ALERTS.drops);
    put(ALERTS.outage);
    if (i % 100 === 0) await settled();
  }
  await settled();
  assert.equal(outbox.waiting, 2);
  channel.outcome = "takes";
  await pass(A_WHILE_MS);
  assert.equal(channel.taken.length, 2);
  assert.match(channel.titles.join("\n"), /1,204,000 records dropped/);
});

test("the last word on an outage is the last to be sent", async () => {
  const { channel, put, pass } = setUp();
  channel.outcome = "fails";
  put(ALERTS.outage);
  await settled();
  put(ALERTS.recovered);
  put(ALERTS.outage);
  channel.outcome = "takes";
  await pass(A_WHILE_MS);
  assert.deepEqual(
    channel.taken.map(({ json }) => [json.dragonlog.kind, json.dragonlog.times]),
    [
      ["recovered", 1],
      ["outage", 2],
    ],
  );
});

test("what is being sent is not joined", async () => {
  const { channel, put, outbox } = setUp();
  channel.outcome = "hangs";
  put(ALERTS.drops);
  await settled();
  put(ALERTS.drops);
  assert.equal(outbox.waiting, 2);
});

test("what is refused for good is given up after three tries, told and counted; the next gets its chance", async () => {
  const { channel, told, outbox, put, pass } = setUp();
  channel.outcome = "refuses";
  put(ALERTS.drops);
  await settled();
  await pass(A_WHILE_MS);
  await pass(A_WHILE_MS);
  assert.deepEqual(outbox.counts, { sent: 0, failures: 3, dropped: 1 });
  assert.match(told.at(-1)!, /^alert by mail \(drops\): refused: 550 no; given up$/);
  await pass(10 * A_WHILE_MS);
  assert.equal(channel.tries, 3);
  channel.outcome = "takes";
  put(ALERTS.outage);
  await settled();
  assert.equal(channel.taken.length, 1);
});

test("a message that cannot be put together does not stop the others", async () => {
  const { channel, outbox, put, pass } = setUp();
  put({ kind: "from a later version" } as unknown as Alert);
  put(ALERTS.drops);
  await settled();
  await pass(A_WHILE_MS);
  await pass(A_WHILE_MS);
  assert.equal(outbox.counts.dropped, 1);
  assert.equal(channel.taken.length, 1);
});

test("closing tries what waits once more without its pause, and hands back what is left", async () => {
  const { channel, outbox, put, clock } = setUp();
  channel.outcome = "fails";
  put(ALERTS.outage);
  put(ALERTS.drops);
  await settled();
  channel.outcome = "takes";
  assert.equal((await outbox.close(new AbortController().signal)).size, 0);
  assert.equal(channel.taken.length, 2);
  assert.equal(clock.timers, 0);

  const other = setUp();
  other.channel.outcome = "fails";
  other.put(ALERTS.outage);
  other.put(ALERTS.drops);
  await settled();
  const left = await other.outbox.close(new AbortController().signal);
  assert.deepEqual([...left.keys()], [topicOf(ALERTS.outage), topicOf(ALERTS.drops)]);
  assert.equal(other.channel.tries, 2);
});

test("closing ends a message that hangs, and keeps it", async () => {
  const { channel, outbox, put } = setUp();
  channel.outcome = "hangs";
  put(ALERTS.outage);
  await settled();
  const deadline = new AbortController();
  const closed = outbox.close(deadline.signal);
  deadline.abort();
  assert.deepEqual([...(await closed).keys()], [topicOf(ALERTS.outage)]);
});

test("what is put the moment the last one was taken is sent too", async () => {
  const { channel, put } = setUp();
  put(ALERTS.outage);
  for (let i = 0; i < 10; i++) {
    await Promise.resolve();
    put(ALERTS.drops);
  }
  await settled();
  const dropped = channel.taken
    .filter(({ json }) => json.dragonlog.kind === "drops")
    .reduce((sum, { json }) => sum + (json.dragonlog.times as number), 0);
  assert.equal(dropped, 10);
});
