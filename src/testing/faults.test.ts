import assert from "node:assert/strict";
import { test } from "node:test";
import { DescribeLogGroupsCommand, PutLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { FaultPlan as Plan } from "./faults.js";
import { FakeCloudWatch, type Fault, type FaultPlan } from "./index.js";
import { eventsOf, names, refused, withCloud } from "./with-cloud.cases.js";

test("throttle answers HTTP 400 for as many calls as ordered", async (t) => {
  const { cloud, put, messages } = await withCloud(t);
  const armed = cloud.faults.add({ kind: "throttle", calls: 2 });
  assert.equal(await refused(put(eventsOf("a")), "ThrottlingException"), "Rate exceeded");
  assert.deepEqual([armed.fired, armed.left], [1, 1]);
  await refused(put(eventsOf("a")), "ThrottlingException");
  await put(eventsOf("b"));
  assert.deepEqual(messages(), ["b"]);
  assert.equal(cloud.stats().refused.ThrottlingException, 2);
  assert.deepEqual(cloud.faults.list(), []);
});

test("a skewed date stands in the answer to a call that is carried out", async (t) => {
  const { cloud, client, put, messages } = await withCloud(t);
  cloud.faults.add({ kind: "skewed-date", ms: -7_200_000, calls: 1 });
  await put(eventsOf("a"));
  assert.deepEqual(messages(), ["a"]);
  // The SDK takes the clock of the service from that header.
  const hoursAhead = () => Math.round(client.config.systemClockOffset / 3_600_000) + 0;
  assert.equal(hoursAhead(), -2);
  await put(eventsOf("b"));
  assert.equal(hoursAhead(), 0);
});

test("a fault without calls lasts until it is cleared", async (t) => {
  const { cloud, put } = await withCloud(t);
  const armed = cloud.faults.add({ kind: "unavailable" });
  for (let i = 0; i < 3; i++) await refused(put(eventsOf("a")), "ServiceUnavailableException", 503);
  armed.clear();
  await put(eventsOf("a"));
  cloud.faults.add({ kind: "unavailable", status: 500 });
  await refused(put(eventsOf("a")), "InternalFailure", 500);
  cloud.faults.clear();
  await put(eventsOf("a"));
});

test("deny and bad credentials answer under AWS's names", async (t) => {
  const { cloud, put } = await withCloud(t);
  cloud.faults.add({ kind: "deny", calls: 1 });
  assert.match(
    await refused(put(eventsOf("a")), "AccessDeniedException"),
    /not authorized to perform: logs:PutLogEvents/,
  );
  cloud.faults.add({ kind: "credentials", calls: 1 });
  await refused(put(eventsOf("a")), "UnrecognizedClientException");
  for (const error of ["InvalidSignatureException", "ExpiredTokenException"] as const) {
    cloud.faults.add({ kind: "credentials", error, calls: 1 });
    await refused(put(eventsOf("a")), error);
  }
});

test("cut breaks the connection and stores nothing", async (t) => {
  const { cloud, put, messages } = await withCloud(t);
  cloud.faults.add({ kind: "cut", calls: 1 });
  await assert.rejects(put(eventsOf("a")), { code: "ECONNRESET" });
  assert.deepEqual(messages(), []);
  assert.equal(cloud.stats().unanswered.cut, 1);
});

test("store-then-cut stores and loses the answer", async (t) => {
  const { cloud, put, messages } = await withCloud(t);
  cloud.faults.add({ kind: "store-then-cut", calls: 1 });
  await assert.rejects(put(eventsOf("a")), { code: "ECONNRESET" });
  assert.deepEqual(messages(), ["a"]);
});

for (const { kind, stored } of [
  { kind: "hang", stored: [] },
  { kind: "store-then-hang", stored: ["a"] },
] as const) {
  test(`${kind} never answers, until the client gives up`, async (t) => {
    const { cloud, client, messages } = await withCloud(t);
    cloud.faults.add({ kind, calls: 1 });
    const abort = new AbortController();
    const command = new PutLogEventsCommand({ ...names, logEvents: eventsOf("a") });
    const put = client.send(command, { abortSignal: abort.signal });
    await cloud.until(({ unanswered }) => unanswered[kind] === 1);
    assert.deepEqual(messages(), stored);
    assert.equal(cloud.stats().putsInFlight, 1);
    abort.abort();
    await assert.rejects(put, { name: "AbortError" });
    await cloud.until(({ putsInFlight }) => putsInFlight === 0);
  });
}

test("stop frees a call that hangs", async (t) => {
  const { cloud, put } = await withCloud(t);
  cloud.faults.add({ kind: "hang" });
  const hanging = assert.rejects(put(eventsOf("a")), { code: "ECONNRESET" });
  await cloud.until(({ unanswered }) => unanswered.hang === 1);
  await cloud.stop();
  await hanging;
});

test("reject reports and skips events whose timestamps are fine", async (t) => {
  const { cloud, put, messages } = await withCloud(t);
  cloud.faults.add({ kind: "reject", tooOldEndIndex: 1, tooNewStartIndex: 3, calls: 1 });
  const { rejectedLogEventsInfo } = await put(eventsOf("a", "b", "c", "d", "e"));
  assert.deepEqual(rejectedLogEventsInfo, { tooOldLogEventEndIndex: 1, tooNewLogEventStartIndex: 3 });
  assert.deepEqual(messages(), ["b", "c"]);
  cloud.faults.add({ kind: "reject", expiredEndIndex: 9, calls: 1 });
  const all = await put(eventsOf("f", "g"));
  assert.deepEqual(all.rejectedLogEventsInfo, { expiredLogEventEndIndex: 2 });
  assert.equal(cloud.stats().eventsRejected, 5);
});

test("poison refuses exactly the batches that hold it", async (t) => {
  const { cloud, put, messages } = await withCloud(t);
  const kinds = ["bad", /b.d$/g, (message: string) => message.endsWith("bad")];
  for (const message of kinds) {
    const armed = cloud.faults.add({ kind: "poison", message });
    await refused(put(eventsOf("a", "so bad")), "InvalidParameterException");
    await refused(put(eventsOf("so bad")), "InvalidParameterException");
    await put(eventsOf("good"));
    assert.equal(armed.fired, 2);
    armed.clear();
  }
  assert.deepEqual(messages(), ["good", "good", "good"]);
});

test("a scope chooses calls by operation and by predicate", async (t) => {
  const { cloud, client, put } = await withCloud(t);
  cloud.faults.add({ kind: "deny", operation: "PutLogEvents" });
  await client.send(new DescribeLogGroupsCommand({}));
  await refused(put(eventsOf("a")), "AccessDeniedException");
  cloud.faults.clear();
  cloud.faults.add({ kind: "deny", when: (_, { logEvents }) => (logEvents as unknown[]).length > 1 });
  await put(eventsOf("a"));
  await refused(put(eventsOf("a", "b")), "AccessDeniedException");
});

test("a scope chooses calls by the group and the stream that they name", async (t) => {
  const { cloud, client, put } = await withCloud(t);
  const { logGroupName: group, logStreamName: stream } = names;
  for (const other of [{ group: "no" }, { stream: "no" }, { group, stream: "no" }]) {
    cloud.faults.add({ kind: "deny", ...other });
  }
  await put(eventsOf("a"));
  cloud.faults.add({ kind: "deny", group, stream });
  await refused(put(eventsOf("b")), "AccessDeniedException");
  await client.send(new DescribeLogGroupsCommand({}));
});

test("what is stored by a call whose answer is lost is counted, for it may be sent again", async (t) => {
  const { cloud, client, put } = await withCloud(t);
  cloud.faults.add({ kind: "cut", calls: 1 });
  await assert.rejects(put(eventsOf("a")));
  cloud.faults.add({ kind: "store-then-cut", calls: 1 });
  await assert.rejects(put(eventsOf("a", "b")));
  await put(eventsOf("a"));
  assert.equal(cloud.stats().eventsUnanswered, 2);
  cloud.faults.add({ kind: "latency", ms: 50 });
  const abort = new AbortController();
  const command = new PutLogEventsCommand({ ...names, logEvents: eventsOf("c", "d", "e") });
  const put3 = assert.rejects(client.send(command, { abortSignal: abort.signal }));
  await cloud.until(({ putsInFlight }) => putsInFlight === 1);
  abort.abort();
  await put3;
  await cloud.until(({ eventsStored }) => eventsStored === 6);
  assert.equal(cloud.stats().eventsUnanswered, 5, "also when the client has gone before its answer");
});

test("faults fire in the order in which they were armed", async (t) => {
  const { cloud, put } = await withCloud(t);
  cloud.faults.add({ kind: "throttle", calls: 1 });
  cloud.faults.add({ kind: "deny", calls: 1 });
  await refused(put(eventsOf("a")), "ThrottlingException");
  await refused(put(eventsOf("a")), "AccessDeniedException");
  await put(eventsOf("a"));
});

function drawn(plan: FaultPlan, fault: Fault, calls: number): boolean[] {
  plan.clear();
  plan.add(fault);
  return Array.from({ length: calls }, () => plan.take("PutLogEvents", {}).fault !== undefined);
}

test("a probability fires on its share of calls, on the same ones for the same seed", () => {
  const plan = new Plan();
  const fault = { kind: "throttle", probability: 0.3, seed: 7 } as const;
  const first = drawn(plan, fault, 2000);
  assert.deepEqual(drawn(plan, fault, 2000), first);
  assert.notDeepEqual(drawn(plan, { ...fault, seed: 8 }, 2000), first);
  const share = first.filter(Boolean).length / 2000;
  assert.ok(share > 0.25 && share < 0.35, `fired on ${share}`);
  assert.ok(drawn(plan, { ...fault, probability: 1 }, 50).every(Boolean));
  assert.ok(!drawn(plan, { ...fault, probability: 0 }, 50).some(Boolean));
});

test("latencies add up, spread from a seed, and leave room for another fault", () => {
  const plan = new Plan();
  plan.add({ kind: "latency", ms: 5 });
  plan.add({ kind: "latency", ms: 10, operation: "PutLogEvents" });
  plan.add({ kind: "deny" });
  assert.equal(plan.take("CreateLogGroup", {}).latencyMs, 5);
  const { latencyMs, fault } = plan.take("PutLogEvents", {});
  assert.deepEqual([latencyMs, fault?.kind], [15, "deny"]);
  plan.clear();
  plan.add({ kind: "latency", ms: 10, msMax: 20 });
  const spread = Array.from({ length: 200 }, () => plan.take("x", {}).latencyMs);
  assert.ok(Math.min(...spread) >= 10 && Math.max(...spread) <= 20);
  assert.ok(Math.max(...spread) - Math.min(...spread) > 5);
});

test("a call that waits is overtaken by one that does not, and both count as in flight", async (t) => {
  const { cloud, put, messages } = await withCloud(t);
  const isSlow = (_: string, { logEvents }: { logEvents?: unknown }) =>
    JSON.stringify(logEvents).includes("slow");
  const armed = cloud.faults.add({ kind: "latency", ms: 600_000, when: isSlow });
  const slow = assert.rejects(put(eventsOf("slow")), { code: "ECONNRESET" });
  await cloud.until(({ putsInFlight }) => putsInFlight === 1);
  await put(eventsOf("fast"));
  assert.deepEqual(messages(), ["fast"]);
  assert.equal(cloud.stats().putsInFlightPeak, 2);
  await cloud.stop();
  await slow;
  assert.equal(armed.fired, 1);
  assert.deepEqual(messages(), ["fast"], "a call that still waits is dropped when the server stops");
});

test("a call that waited is served", async (t) => {
  const { put, messages } = await withCloud(t, { latencyMs: 1 });
  await put(eventsOf("a"));
  assert.deepEqual(messages(), ["a"]);
});

test("unknown and out-of-range options are refused by name", async () => {
  const plan = new Plan();
  const bad = (fault: object, wanted: RegExp) =>
    assert.throws(() => plan.add(fault as Fault), { message: wanted });
  bad({ kind: "explode" }, /kind cannot be "explode"/);
  bad({ kind: "throttle", status: 500 }, /"throttle" has no option "status"/);
  bad({ kind: "unavailable", status: 404 }, /status cannot be 404/);
  bad({ kind: "latency" }, /ms cannot be undefined/);
  bad({ kind: "latency", ms: 5, msMax: 4 }, /msMax cannot be 4/);
  bad({ kind: "throttle", calls: 0 }, /calls cannot be 0/);
  bad({ kind: "throttle", probability: 1.1 }, /probability cannot be 1.1/);
  bad({ kind: "throttle", seed: 0.5 }, /seed cannot be 0.5/);
  bad({ kind: "reject" }, /index cannot be undefined/);
  bad({ kind: "reject", tooOldEndIndex: -1 }, /tooOldEndIndex cannot be -1/);
  bad({ kind: "credentials", error: "Nope" }, /error cannot be "Nope"/);
  bad({ kind: "poison" }, /message cannot be undefined/);
  assert.deepEqual(plan.list(), []);
  const refusal = { code: "DRAGONLOG_OPTION_UNKNOWN", message: 'FakeCloudWatch has no option "prot"' };
  await assert.rejects(FakeCloudWatch.start({ prot: 1 } as object), refusal);
  await assert.rejects(FakeCloudWatch.start({ port: 70_000 }), { message: "port cannot be 70000" });
  await assert.rejects(FakeCloudWatch.start({ quotas: { PutLogEvents: 0 } }), {
    message: "quotas.PutLogEvents cannot be 0",
  });
});
