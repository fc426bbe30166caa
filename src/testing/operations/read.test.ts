import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type CloudWatchLogsClient,
  CreateLogStreamCommand,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  GetLogEventsCommand,
  type GetLogEventsCommandInput,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { names, nowMs, refused, withCloud } from "../with-cloud.cases.js";

const invalid = "InvalidParameterException";
const numbered = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({ timestamp: nowMs + from + i, message: `m${from + i}` }));
const textsOf = (events: { message?: string | undefined }[] | undefined) =>
  events!.map(({ message }) => message);
const texts = (from: number, to: number) => textsOf(numbered(from, to));

function reader(client: CloudWatchLogsClient) {
  return {
    get: (rest: Partial<GetLogEventsCommandInput> = {}) =>
      client.send(new GetLogEventsCommand({ ...names, ...rest })),
    filter: (rest: Partial<FilterLogEventsCommandInput> = {}) =>
      client.send(new FilterLogEventsCommand({ logGroupName: names.logGroupName, ...rest })),
  };
}

test("GetLogEvents walks forward in pages and repeats the last token at the end", async (t) => {
  const { client, put } = await withCloud(t);
  const { get } = reader(client);
  await put(numbered(0, 7));
  const first = await get({ startFromHead: true, limit: 3 });
  assert.deepEqual(textsOf(first.events), texts(0, 3));
  assert.equal(first.events![0]!.ingestionTime, nowMs);
  const second = await get({ startFromHead: true, limit: 3, nextToken: first.nextForwardToken });
  assert.deepEqual(textsOf(second.events), texts(3, 6));
  const third = await get({ startFromHead: true, limit: 3, nextToken: second.nextForwardToken });
  assert.deepEqual(textsOf(third.events), texts(6, 7));
  assert.notEqual(third.nextForwardToken, second.nextForwardToken);
  const end = await get({ startFromHead: true, nextToken: third.nextForwardToken });
  assert.deepEqual(end.events, []);
  assert.equal(end.nextForwardToken, third.nextForwardToken);
  await put(numbered(7, 9));
  const more = await get({ startFromHead: true, nextToken: end.nextForwardToken });
  assert.deepEqual(textsOf(more.events), texts(7, 9));
  const back = await get({ nextToken: more.nextBackwardToken, limit: 2 });
  assert.deepEqual(textsOf(back.events), texts(5, 7));
});

test("GetLogEvents starts at the tail by default and walks backward", async (t) => {
  const { client, put } = await withCloud(t);
  const { get } = reader(client);
  await put(numbered(0, 5));
  const last = await get({ limit: 3 });
  assert.deepEqual(textsOf(last.events), texts(2, 5));
  const before = await get({ limit: 3, nextToken: last.nextBackwardToken });
  assert.deepEqual(textsOf(before.events), texts(0, 2));
  const end = await get({ limit: 3, nextToken: before.nextBackwardToken });
  assert.deepEqual(end.events, []);
  assert.equal(end.nextBackwardToken, before.nextBackwardToken);
});

test("GetLogEvents: startTime is in the range, endTime is not", async (t) => {
  const { client, put } = await withCloud(t);
  const { get } = reader(client);
  await put(numbered(0, 6));
  const range = { startTime: nowMs + 2, endTime: nowMs + 4 };
  assert.deepEqual(textsOf((await get(range)).events), texts(2, 4));
  assert.deepEqual(textsOf((await get({ ...range, startFromHead: true })).events), texts(2, 4));
  assert.deepEqual(textsOf((await get({ ...range, startFromHead: true, limit: 1 })).events), texts(2, 3));
});

test("GetLogEvents: an event that arrives late does not shift the pages", async (t) => {
  const { client, put } = await withCloud(t);
  const { get } = reader(client);
  await put(numbered(10, 14));
  const first = await get({ startFromHead: true, limit: 2 });
  await put([{ timestamp: nowMs, message: "late" }]);
  const second = await get({ startFromHead: true, nextToken: first.nextForwardToken });
  assert.deepEqual(textsOf(second.events), texts(12, 14));
});

test("a page carries at most 1 MiB of events", async (t) => {
  const { client, put } = await withCloud(t);
  const { get, filter } = reader(client);
  const message = "x".repeat(400_000);
  await put([1, 2].map((i) => ({ timestamp: nowMs + i, message })));
  await put([3, 4].map((i) => ({ timestamp: nowMs + i, message })));
  const first = await get({ startFromHead: true });
  assert.equal(first.events!.length, 2);
  assert.equal((await get({ startFromHead: true, nextToken: first.nextForwardToken })).events!.length, 2);
  const filtered = await filter();
  assert.equal(filtered.events!.length, 2);
  assert.equal((await filter({ nextToken: filtered.nextToken })).events!.length, 2);
});

test("GetLogEvents refuses what AWS refuses", async (t) => {
  const { client } = await withCloud(t);
  const { get } = reader(client);
  assert.equal(await refused(get({ nextToken: "f/1" }), invalid), "The specified nextToken is invalid.");
  await refused(get({ limit: 0 }), invalid);
  await refused(get({ limit: 10_001 }), invalid);
  await refused(get({ logStreamName: "no" }), "ResourceNotFoundException");
  await refused(get({ logGroupIdentifier: "app" }), invalid);
  const byArn = {
    logGroupName: undefined,
    logGroupIdentifier: "arn:aws:logs:us-east-1:123456789012:log-group:app",
  };
  assert.deepEqual((await get(byArn)).events, []);
});

async function twoStreams(client: CloudWatchLogsClient) {
  await client.send(new CreateLogStreamCommand({ ...names, logStreamName: "worker" }));
  const put = (logStreamName: string, parts: [number, string][]) =>
    client.send(
      new PutLogEventsCommand({
        ...names,
        logStreamName,
        logEvents: parts.map(([offset, message]) => ({ timestamp: nowMs + offset, message })),
      }),
    );
  await put("web", [
    [0, "a"],
    [2, "c"],
    [2, "d"],
  ]);
  await put("worker", [
    [1, "b"],
    [2, "e"],
    [3, "f ERROR"],
  ]);
}

test("FilterLogEvents merges streams by timestamp and put, in pages without holes or doubles", async (t) => {
  const { client } = await withCloud(t);
  const { filter } = reader(client);
  await twoStreams(client);
  const all = await filter();
  assert.deepEqual(textsOf(all.events), ["a", "b", "c", "d", "e", "f ERROR"]);
  assert.deepEqual(all.events!.map(({ logStreamName }) => logStreamName).slice(0, 3), [
    "web",
    "worker",
    "web",
  ]);
  assert.equal(new Set(all.events!.map(({ eventId }) => eventId)).size, 6);
  assert.equal(all.nextToken, undefined);
  for (const limit of [1, 2, 5]) {
    const found: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const page = await filter({ limit, nextToken });
      assert.ok(page.events!.length <= limit);
      found.push(...textsOf(page.events));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    assert.deepEqual(found, ["a", "b", "c", "d", "e", "f ERROR"], `limit ${limit}`);
  }
});

test("FilterLogEvents chooses streams, times and terms", async (t) => {
  const { client } = await withCloud(t);
  const { filter } = reader(client);
  await twoStreams(client);
  const found = async (rest: Partial<FilterLogEventsCommandInput>) =>
    textsOf((await filter(rest)).events).join();
  assert.equal(await found({ logStreamNames: ["web"] }), "a,c,d");
  assert.equal(await found({ logStreamNamePrefix: "wo" }), "b,e,f ERROR");
  assert.equal(
    await found({ startTime: nowMs + 1, endTime: nowMs + 2 }),
    "b,c,d,e",
    "both ends are in the range",
  );
  assert.equal(await found({ filterPattern: '"f ERROR"' }), "f ERROR");
  assert.equal(await found({ filterPattern: "ERROR" }), "f ERROR");
  assert.equal(await found({ filterPattern: "?a ?b" }), "a,b");
  assert.equal(await found({ filterPattern: "-ERROR" }), "a,b,c,d,e");
  assert.equal(await found({ filterPattern: 'ERROR "f "' }), "f ERROR");
  await refused(filter({ filterPattern: "{ $.level = 1 }" }), invalid);
  await refused(filter({ logStreamNames: ["web"], logStreamNamePrefix: "w" }), invalid);
  await refused(filter({ logStreamNames: ["no"] }), "ResourceNotFoundException");
  await refused(filter({ nextToken: "x" }), invalid);
});

test("FilterLogEvents gives short and empty pages as ordered, and nothing is lost between them", async (t) => {
  const { cloud, client, put } = await withCloud(t);
  const { filter, get } = reader(client);
  await put(numbered(0, 5));
  cloud.faults.add({ kind: "short-page", calls: 1 });
  cloud.faults.add({ kind: "short-page", eventsMax: 2, calls: 1 });
  assert.deepEqual(textsOf((await get()).events), texts(0, 5), "other operations are left alone");
  const empty = await filter();
  assert.deepEqual(empty.events, []);
  const short = await filter({ nextToken: empty.nextToken });
  assert.deepEqual(textsOf(short.events), texts(0, 2));
  const rest = await filter({ nextToken: short.nextToken });
  assert.deepEqual(textsOf(rest.events), texts(2, 5));
  assert.equal(rest.nextToken, undefined);
});

test("FilterLogEvents is throttled above AWS's quota", async (t) => {
  let now = nowMs;
  const { client } = await withCloud(t, { quotas: {}, now: () => now });
  const { filter } = reader(client);
  for (let i = 0; i < 5; i++) await filter();
  await refused(filter(), "ThrottlingException");
  now += 200;
  await filter();
});

test("FilterLogEvents looks at a bounded number of events a call: an empty page is not the end", async (t) => {
  const { client, put } = await withCloud(t);
  const { filter } = reader(client);
  const batch = Array.from({ length: 10_000 }, () => ({ timestamp: nowMs, message: "hay" }));
  for (let i = 0; i < 5; i++) await put(batch);
  await put([{ timestamp: nowMs, message: "needle" }]);
  const first = await filter({ filterPattern: "needle" });
  assert.deepEqual(first.events, []);
  const second = await filter({ filterPattern: "needle", nextToken: first.nextToken });
  assert.deepEqual(textsOf(second.events), ["needle"]);
  assert.equal(second.nextToken, undefined);
});
