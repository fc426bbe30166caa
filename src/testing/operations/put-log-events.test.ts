import assert from "node:assert/strict";
import { test } from "node:test";
import { PutLogEventsCommand, PutRetentionPolicyCommand } from "@aws-sdk/client-cloudwatch-logs";
import { dayMs } from "../limits.js";
import { eventsOf, names, nowMs, refused, withCloud } from "../with-cloud.cases.js";

const invalid = "InvalidParameterException";
const hourMs = dayMs / 24;
const at = (...timestamps: number[]) => timestamps.map((timestamp) => ({ timestamp, message: "m" }));

test("10,000 events are a batch, 10,001 are not", async (t) => {
  const { put, cloud } = await withCloud(t);
  const message = await refused(put(eventsOf(...Array(10_001).fill("m"))), invalid);
  assert.match(
    message,
    /'logEvents' failed to satisfy constraint: Member must have length less than or equal to 10000/,
  );
  assert.equal(cloud.stats().eventsStored, 0);
  await put(eventsOf(...Array(10_000).fill("m")));
  assert.equal(cloud.stats().eventsStored, 10_000);
});

test("a batch without events is refused", async (t) => {
  const { put } = await withCloud(t);
  assert.match(await refused(put([]), invalid), /length greater than or equal to 1/);
});

test("1,048,576 bytes with 26 an event are a batch, one more is not; bytes are UTF-8", async (t) => {
  const { put, cloud } = await withCloud(t);
  // Two bytes a character: counted as characters, this batch would seem half as large.
  const half = "é".repeat((1_048_576 / 2 - 26) / 2);
  assert.equal(
    await refused(put(eventsOf(half, `${half}x`)), invalid),
    "Upload too large: 1048577 bytes exceeds limit of 1048576",
  );
  await put(eventsOf(half, half));
  assert.equal(cloud.stats().eventsStored, 2);
});

test("what JSON adds does not count", async (t) => {
  const { put, messages } = await withCloud(t);
  const message = "\u0001".repeat(1_048_550);
  await put(eventsOf(message));
  assert.deepEqual(messages(), [message]);
});

test("an event of 1,048,550 bytes goes, one more byte does not", async (t) => {
  const { put } = await withCloud(t);
  assert.equal(
    await refused(put(eventsOf("x".repeat(1_048_551))), invalid),
    "Log event too large: 1048577 bytes exceeds limit of 1048576",
  );
  await put(eventsOf("x".repeat(1_048_550)));
});

test("an empty message fails the whole batch, and the answer says which", async (t) => {
  const { put, cloud } = await withCloud(t);
  assert.equal(
    await refused(put(eventsOf("a", "", "c", "")), invalid),
    "2 validation errors detected: Value '' at 'logEvents.2.member.message' failed to satisfy constraint: " +
      "Member must have length greater than or equal to 1; Value '' at 'logEvents.4.member.message' failed to " +
      "satisfy constraint: Member must have length greater than or equal to 1",
  );
  assert.equal(cloud.stats().eventsStored, 0);
});

test("a negative timestamp fails the whole batch", async (t) => {
  const { put } = await withCloud(t);
  assert.match(
    await refused(put(at(-1)), invalid),
    /'logEvents.1.member.timestamp'.*greater than or equal to 0/,
  );
});

test("a batch that is not chronological fails whole; equal timestamps are in order", async (t) => {
  const { put, cloud } = await withCloud(t);
  assert.equal(
    await refused(put(at(nowMs, nowMs, nowMs - 1)), invalid),
    "Log events in a single PutLogEvents request must be in chronological order.",
  );
  assert.equal(cloud.stats().eventsStored, 0);
  await put(at(nowMs - 1, nowMs, nowMs));
});

test("valid events span 24 hours at most; what is skipped does not count", async (t) => {
  const { put, cloud } = await withCloud(t);
  assert.equal(
    await refused(put(at(nowMs - dayMs, nowMs + 1)), invalid),
    "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
  );
  await put(at(nowMs - dayMs, nowMs));
  assert.equal(cloud.stats().eventsStored, 2);
  const { rejectedLogEventsInfo } = await put(at(nowMs - 20 * dayMs, nowMs, nowMs + 3 * hourMs));
  assert.deepEqual(rejectedLogEventsInfo, { tooOldLogEventEndIndex: 1, tooNewLogEventStartIndex: 2 });
});

test("14 days is not too old, a millisecond more is", async (t) => {
  const { put, messages } = await withCloud(t);
  const edge = nowMs - 14 * dayMs;
  const { rejectedLogEventsInfo } = await put([
    { timestamp: edge - 2, message: "older" },
    { timestamp: edge - 1, message: "old" },
    { timestamp: edge, message: "edge" },
  ]);
  assert.deepEqual(rejectedLogEventsInfo, { tooOldLogEventEndIndex: 2 });
  assert.deepEqual(messages(), ["edge"]);
});

test("2 hours ahead is not too new, a millisecond more is", async (t) => {
  const { put, messages } = await withCloud(t);
  const edge = nowMs + 2 * hourMs;
  const { rejectedLogEventsInfo } = await put([
    { timestamp: edge, message: "edge" },
    { timestamp: edge + 1, message: "new" },
    { timestamp: edge + 2, message: "newer" },
  ]);
  assert.deepEqual(rejectedLogEventsInfo, { tooNewLogEventStartIndex: 1 });
  assert.deepEqual(messages(), ["edge"]);
});

test("events older than the group's retention are expired", async (t) => {
  const { put, client, messages } = await withCloud(t);
  await client.send(new PutRetentionPolicyCommand({ logGroupName: names.logGroupName, retentionInDays: 3 }));
  const edge = nowMs - 3 * dayMs;
  const { rejectedLogEventsInfo } = await put([
    { timestamp: nowMs - 15 * dayMs, message: "too old" },
    { timestamp: edge - 1, message: "expired" },
    { timestamp: edge, message: "edge" },
  ]);
  assert.deepEqual(rejectedLogEventsInfo, { tooOldLogEventEndIndex: 1, expiredLogEventEndIndex: 2 });
  assert.deepEqual(messages(), ["edge"]);
});

test("a batch of nothing but rejects answers 200 and stores nothing", async (t) => {
  const { put, cloud } = await withCloud(t);
  const { rejectedLogEventsInfo, $metadata } = await put(at(0, 1));
  assert.deepEqual(rejectedLogEventsInfo, { tooOldLogEventEndIndex: 2 });
  assert.equal($metadata.httpStatusCode, 200);
  const { eventsStored, eventsRejected, putsAccepted } = cloud.stats();
  assert.deepEqual(
    { eventsStored, eventsRejected, putsAccepted },
    { eventsStored: 0, eventsRejected: 2, putsAccepted: 1 },
  );
});

test("a wrong sequence token is ignored and a next one answered", async (t) => {
  const { client, cloud } = await withCloud(t);
  const command = { ...names, logEvents: eventsOf("a"), sequenceToken: "wrong" };
  const first = await client.send(new PutLogEventsCommand(command));
  const second = await client.send(new PutLogEventsCommand(command));
  assert.match(first.nextSequenceToken!, /^\d{56}$/);
  assert.notEqual(first.nextSequenceToken, second.nextSequenceToken);
  assert.equal(cloud.stats().eventsStored, 2, "the same batch twice is stored twice");
});

test("a missing group and a missing stream are told apart", async (t) => {
  const { client } = await withCloud(t);
  const send = (to: Partial<typeof names>) =>
    refused(
      client.send(new PutLogEventsCommand({ ...names, ...to, logEvents: eventsOf("a") })),
      "ResourceNotFoundException",
    );
  assert.equal(await send({ logGroupName: "no" }), "The specified log group does not exist.");
  assert.equal(await send({ logStreamName: "no" }), "The specified log stream does not exist.");
});

test("a stream reads by timestamp and, inside one millisecond, by arrival", async (t) => {
  const { put, messages } = await withCloud(t);
  await put([
    { timestamp: nowMs, message: "now 1" },
    { timestamp: nowMs, message: "now 2" },
    { timestamp: nowMs + 5, message: "later" },
  ]);
  await put([
    { timestamp: nowMs - 5, message: "earlier" },
    { timestamp: nowMs, message: "now 3" },
  ]);
  assert.deepEqual(messages(), ["earlier", "now 1", "now 2", "now 3", "later"]);
  await put([{ timestamp: nowMs - 5, message: "earlier 2" }]);
  assert.deepEqual(messages(), ["earlier", "earlier 2", "now 1", "now 2", "now 3", "later"]);
});

test("store: ids keeps the identity of each message and nothing else", async (t) => {
  const { put, messages, cloud } = await withCloud(t, { store: "ids" });
  await put(
    eventsOf(
      '{"service":"a","data":{"id":"user-7"},"id":"w-0"}',
      '{"id":"w-1","part":2,"parts":2,"text":"x"}',
      '{"service":"a","data":{"x":1,"id":"user-7"}}',
      "foreign",
    ),
  );
  assert.deepEqual(messages(), ['{"id":"w-0"}', '{"id":"w-1","part":2,"parts":2}', "{}", "{}"]);
  assert.equal(cloud.tally().foreign, 2);
});
