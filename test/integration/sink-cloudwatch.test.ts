/** The CloudWatch sink against the strict stand-in: real sockets, AWS's limits, AWS's failures. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Batch } from "../../src/batch/batch.js";
import { batchOf } from "../../src/sink/batch-of.cases.js";
import type { CloudWatchOptions } from "../../src/sink/cloudwatch/options.js";
import { openSink } from "../../src/sink/open.js";
import type { Answer } from "../../src/sink/sink.js";
import { FakeCloudWatch, type Fault } from "../../src/testing/index.js";

const SIGNAL = new AbortController().signal;
const NOW = Date.now();
const WEB = { group: "app", stream: "web" };
const PUT = "PutLogEvents";

async function open(context: TestContext, options: CloudWatchOptions = {}) {
  const cloud = await FakeCloudWatch.start({ quotas: false });
  const { endpoint, region, credentials } = cloud.clientConfig();
  process.env.AWS_ACCESS_KEY_ID = credentials.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = credentials.secretAccessKey;
  const sink = await openSink("cloudwatch", { cloudwatch: { endpoint, region, ...options } });
  context.after(async () => {
    await sink.close();
    await cloud.stop();
  });
  const messages = ({ group, stream } = WEB) => cloud.readStream(group, stream).map(({ message }) => message);
  return { cloud, sink, messages };
}

function batch(texts: readonly string[], destination = WEB): Batch {
  return batchOf(
    texts.map((text, index) => ({ text, timestamp: NOW + index })),
    destination,
  );
}

function assertDelivered(answer: Answer): void {
  assert.equal(answer.verdict, "delivered", answer.verdict === "delivered" ? "" : String(answer.error));
  assert.deepEqual(answer.verdict === "delivered" && answer.refused, []);
}

const HOSTILE = [
  '{"quotes":"\\"\\\\"}',
  "\\",
  '"',
  "\u0000\u0001\b\t\n\f\r\u001f\u007f",
  "é ü 漢 🐉 \u2028\u2029\ufeff",
  '"},{"timestamp":1,"message":"injected',
  "x".repeat(1_000_000 / 2),
];

test("hostile lines arrive byte for byte, in order, and their group and stream are created on the way", async (context) => {
  const { cloud, sink, messages } = await open(context, { retentionDays: 14, logClass: "INFREQUENT_ACCESS" });
  assertDelivered(await sink.send(batch(HOSTILE), SIGNAL));
  assert.deepEqual(messages(), HOSTILE);
  assert.deepEqual(cloud.groups(), [
    {
      name: "app",
      logGroupClass: "INFREQUENT_ACCESS",
      retentionInDays: 14,
      streams: [{ name: "web", events: HOSTILE.length }],
    },
  ]);
});

test("as many events as the API takes, and one as large as it takes, go through", async (context) => {
  const { cloud, sink, messages } = await open(context);
  const many = Array.from({ length: 10_000 }, (_, index) => `{"n":${index}}`);
  assertDelivered(await sink.send(batch(many), SIGNAL));
  assert.deepEqual(messages(), many);
  const large = { ...WEB, stream: "large" };
  const worst = "\u0001".repeat(1_048_576 - 26);
  assertDelivered(await sink.send(batch([worst], large), SIGNAL));
  assert.ok(messages(large)[0] === worst, "the largest event arrives as it was");
  assert.equal(cloud.stats().putsAccepted, 2);
});

test("batches that meet a missing stream at once share its creation, and nothing is ever described", async (context) => {
  const { cloud, sink, messages } = await open(context);
  const batches = Array.from({ length: 8 }, (_, index) => batch([`${index}`]));
  for (const answer of await Promise.all(batches.map((one) => sink.send(one, SIGNAL))))
    assertDelivered(answer);
  assert.equal(messages().length, 8);
  const { calls } = cloud.stats();
  assert.deepEqual(Object.keys(calls).sort(), ["CreateLogGroup", "CreateLogStream", PUT]);
  assert.equal(calls.CreateLogGroup, 1);
  assert.equal(calls.CreateLogStream, 2);
});

test("a group that is deleted meanwhile is created again", async (context) => {
  const { cloud, sink, messages } = await open(context);
  assertDelivered(await sink.send(batch(["one"]), SIGNAL));
  cloud.reset();
  assertDelivered(await sink.send(batch(["two"]), SIGNAL));
  assert.deepEqual(messages(), ["two"]);
});

const FAULTS: readonly (readonly [Fault, verdict: string, cause: string, stored: number])[] = [
  [{ kind: "throttle" }, "retry", "throttled", 0],
  [{ kind: "unavailable" }, "retry", "unavailable", 0],
  [{ kind: "unavailable", status: 500 }, "retry", "unavailable", 0],
  [{ kind: "hang" }, "retry", "timeout", 0],
  [{ kind: "store-then-hang" }, "retry", "timeout", 1],
  [{ kind: "cut" }, "retry", "network", 0],
  [{ kind: "store-then-cut" }, "retry", "network", 1],
  [{ kind: "deny" }, "retry", "denied", 0],
  [{ kind: "credentials" }, "retry", "credentials", 0],
  [{ kind: "credentials", error: "ExpiredTokenException" }, "retry", "credentials", 0],
  [{ kind: "credentials", error: "InvalidSignatureException" }, "retry", "credentials", 0],
  [{ kind: "poison", message: "poison" }, "split", "data", 0],
];

for (const [fault, verdict, cause, stored] of FAULTS) {
  test(`${JSON.stringify(fault)} is ${verdict} ${cause}, asked once`, async (context) => {
    const { cloud, sink } = await open(context, { requestTimeoutMs: 400 });
    assertDelivered(await sink.send(batch(["first"]), SIGNAL));
    const before = cloud.stats();
    cloud.faults.add({ ...fault, operation: PUT });
    const answer = await sink.send(batch(["poison"]), SIGNAL);
    assert.deepEqual([answer.verdict, "cause" in answer && answer.cause], [verdict, cause]);
    assert.equal(cloud.stats().calls[PUT], before.calls[PUT]! + 1);
    assert.equal(cloud.stats().eventsStored, before.eventsStored + stored);
    cloud.faults.clear();
    assertDelivered(await sink.send(batch(["healthy"]), SIGNAL));
  });
}

test("a creation that is throttled or denied says so, and the batch goes through later", async (context) => {
  const { cloud, sink, messages } = await open(context);
  for (const [kind, cause] of [
    ["throttle", "throttled"],
    ["deny", "denied"],
  ] as const) {
    cloud.faults.add({ kind, calls: 1, operation: "CreateLogStream" });
    const answer = await sink.send(batch(["one"]), SIGNAL);
    assert.equal("cause" in answer && answer.cause, cause);
  }
  assertDelivered(await sink.send(batch(["one"]), SIGNAL));
  assert.deepEqual(messages(), ["one"]);
});

test("events that the service skips are refused with the reason, the others are stored", async (context) => {
  const { sink, messages } = await open(context);
  const HOUR = 3_600_000;
  const ages = [-15 * 24, -14 * 24 - 1];
  const old = ages.map((hours) => ({ text: `old ${hours}`, timestamp: NOW + hours * HOUR }));
  const young = [3, 4].map((hours) => ({ text: `young ${hours}`, timestamp: NOW + hours * HOUR }));
  const answer = await sink.send(batchOf([...old, { text: "now", timestamp: NOW }, ...young], WEB), SIGNAL);
  assert.ok(answer.verdict === "delivered");
  assert.deepEqual(
    answer.refused.map(({ index, reason }) => [index, reason]),
    [
      [0, "too-old"],
      [1, "too-old"],
      [3, "too-new"],
      [4, "too-new"],
    ],
  );
  assert.deepEqual(messages(), ["now"]);
});

test("what is refused and what is stored are all of a batch, wherever the service puts its indexes", async (context) => {
  const { cloud, sink, messages } = await open(context);
  assertDelivered(await sink.send(batch(["first"]), SIGNAL));
  const texts = Array.from({ length: 9 }, (_, index) => `event ${index}`);
  cloud.faults.add({
    kind: "reject",
    tooOldEndIndex: 2,
    expiredEndIndex: 4,
    tooNewStartIndex: 7,
    operation: PUT,
  });
  const answer = await sink.send(batch(texts), SIGNAL);
  assert.ok(answer.verdict === "delivered");
  const refused = answer.refused.map(({ index }) => texts[index]);
  assert.deepEqual(refused, ["event 0", "event 1", "event 2", "event 3", "event 7", "event 8"]);
  assert.deepEqual([...messages().slice(1), ...refused].sort(), texts);
});

test("a batch that is given up ends at once and frees its connection", async (context) => {
  const { cloud, sink } = await open(context, { maxSockets: 1 });
  assertDelivered(await sink.send(batch(["first"]), SIGNAL));
  cloud.faults.add({ kind: "hang", calls: 1, operation: PUT });
  const controller = new AbortController();
  const hanging = sink.send(batch(["second"]), controller.signal);
  await cloud.until(({ putsInFlight }) => putsInFlight === 1);
  controller.abort();
  const answer = await hanging;
  assert.equal("cause" in answer && answer.cause, "timeout");
  assertDelivered(await sink.send(batch(["third"]), SIGNAL));
});

test("requests in flight are bounded by the sockets, and nothing is printed about them", async (context) => {
  const { cloud, sink } = await open(context, { maxSockets: 3 });
  assertDelivered(await sink.send(batch(["first"]), SIGNAL));
  cloud.faults.add({ kind: "latency", ms: 20, operation: PUT });
  const warnings: string[] = [];
  const warned = ({ name }: Error) => warnings.push(name);
  process.on("warning", warned);
  context.after(() => process.off("warning", warned));
  const { signal } = new AbortController();
  const batches = Array.from({ length: 20 }, (_, index) => batch([`${index}`]));
  await Promise.all(batches.map((one) => sink.send(one, signal)));
  assert.equal(cloud.stats().putsInFlightPeak, 3);
  assert.deepEqual(warnings, [], "many requests under one signal are no leak");
});

test("no body is spoiled by another, also when connections break under them", async (context) => {
  const { cloud, sink, messages } = await open(context);
  assertDelivered(await sink.send(batch(["first"]), SIGNAL));
  cloud.faults.add({ kind: "cut", probability: 0.3, seed: 7, operation: PUT });
  const sent = Array.from({ length: 60 }, (_, index) => `${index} `.padEnd(100_000, `"${index}`));
  await Promise.all(
    sent.map(async (text) => {
      for (let tries = 0; tries < 50; tries++) {
        if ((await sink.send(batch([text]), SIGNAL)).verdict === "delivered") return;
      }
      assert.fail("not delivered in 50 tries");
    }),
  );
  const arrived = messages().slice(1);
  assert.equal(arrived.length, sent.length);
  assert.deepEqual(new Set(arrived), new Set(sent));
});

test("a service that is not there is a broken network, not a timeout", async (context) => {
  const { cloud, sink } = await open(context);
  await cloud.stop();
  const answer = await sink.send(batch(["one"]), SIGNAL);
  assert.equal("cause" in answer && answer.cause, "network");
});
