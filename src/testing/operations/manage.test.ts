import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteLogStreamCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { eventsOf, names, nowMs, refused, withCloud } from "../with-cloud.cases.js";

const invalid = "InvalidParameterException";

test("group names: 1 to 512 of AWS's characters, not starting aws/", async (t) => {
  const { client } = await withCloud(t);
  const create = (logGroupName: string) => client.send(new CreateLogGroupCommand({ logGroupName }));
  await create("./-_#Az09");
  await create("x".repeat(512));
  assert.match(await refused(create("x".repeat(513)), invalid), /less than or equal to 512/);
  assert.match(await refused(create(""), invalid), /greater than or equal to 1/);
  assert.match(await refused(create("a b"), invalid), /regular expression pattern: \[\.\\-_\/#A-Za-z0-9\]\+/);
  assert.match(await refused(create("a:b"), invalid), /regular expression/);
  assert.match(await refused(create("aws/x"), invalid), /reserved for AWS/);
  await create("/aws/x");
  assert.match(await refused(create("/aws/x"), "ResourceAlreadyExistsException"), /log group already exists/);
});

test("stream names: 1 to 512 characters without : and *", async (t) => {
  const { client } = await withCloud(t);
  const create = (logStreamName: string, logGroupName = "app") =>
    client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  await create("2026/08/01 [$LATEST] ü");
  await create("x".repeat(512));
  assert.match(await refused(create("x".repeat(513)), invalid), /less than or equal to 512/);
  assert.match(await refused(create(""), invalid), /greater than or equal to 1/);
  assert.match(await refused(create("a:b"), invalid), /pattern: \[\^:\*\]\*/);
  assert.match(await refused(create("a*"), invalid), /regular expression/);
  assert.match(await refused(create("web"), "ResourceAlreadyExistsException"), /log stream already exists/);
  assert.match(await refused(create("web", "no"), "ResourceNotFoundException"), /log group does not exist/);
});

test("a class is one of AWS's and is described", async (t) => {
  const { client } = await withCloud(t);
  const create = (logGroupName: string, logGroupClass: string) =>
    client.send(new CreateLogGroupCommand({ logGroupName, logGroupClass: logGroupClass as "STANDARD" }));
  await create("cheap", "INFREQUENT_ACCESS");
  assert.match(
    await refused(create("free", "FREE"), invalid),
    /enum value set: \[STANDARD, INFREQUENT_ACCESS/,
  );
  const { logGroups } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "che" }));
  assert.deepEqual(
    logGroups!.map(({ logGroupName, logGroupClass, arn }) => ({ logGroupName, logGroupClass, arn })),
    [
      {
        logGroupName: "cheap",
        logGroupClass: "INFREQUENT_ACCESS",
        arn: "arn:aws:logs:us-east-1:123456789012:log-group:cheap:*",
      },
    ],
  );
});

test("retention takes the listed day counts only", async (t) => {
  const { client, cloud } = await withCloud(t);
  const retain = (retentionInDays: number, logGroupName = "app") =>
    client.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays }));
  await retain(3653);
  assert.equal(cloud.groups()[0]!.retentionInDays, 3653);
  for (const days of [0, 2, 15, 364, 366, 3654]) await refused(retain(days), invalid);
  assert.equal(cloud.groups()[0]!.retentionInDays, 3653);
  await refused(retain(1, "no"), "ResourceNotFoundException");
  await client.send(new DeleteRetentionPolicyCommand({ logGroupName: "app" }));
  assert.equal(cloud.groups()[0]!.retentionInDays, undefined);
});

test("groups are listed by name, by prefix and by part, in pages", async (t) => {
  const { client } = await withCloud(t);
  for (let i = 0; i < 55; i++) {
    await client.send(new CreateLogGroupCommand({ logGroupName: `g${String(54 - i).padStart(2, "0")}` }));
  }
  const first = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "g" }));
  assert.equal(first.logGroups!.length, 50);
  assert.equal(first.logGroups![0]!.logGroupName, "g00");
  const second = await client.send(
    new DescribeLogGroupsCommand({ logGroupNamePrefix: "g", nextToken: first.nextToken }),
  );
  assert.deepEqual(
    second.logGroups!.map(({ logGroupName }) => logGroupName),
    ["g50", "g51", "g52", "g53", "g54"],
  );
  assert.equal(second.nextToken, undefined);
  const part = await client.send(new DescribeLogGroupsCommand({ logGroupNamePattern: "4" }));
  assert.equal(part.logGroups!.length, 15, "g04 to g54 end in 4, and nine more start with it");
});

test("streams are listed by name or by last event, in pages", async (t) => {
  const { client, put } = await withCloud(t);
  const list = (rest: object) => client.send(new DescribeLogStreamsCommand({ logGroupName: "app", ...rest }));
  await client.send(new CreateLogStreamCommand({ ...names, logStreamName: "empty" }));
  await put(eventsOf("a"));
  const byName = await list({ limit: 1 });
  assert.equal(byName.logStreams![0]!.logStreamName, "empty");
  assert.equal(byName.logStreams![0]!.lastEventTimestamp, undefined);
  const rest = await list({ limit: 1, nextToken: byName.nextToken });
  assert.equal(rest.logStreams![0]!.logStreamName, "web");
  assert.equal(rest.nextToken, undefined);
  const byEvent = await list({ orderBy: "LastEventTime", descending: true });
  assert.equal(byEvent.logStreams![0]!.logStreamName, "web");
  assert.equal(byEvent.logStreams![0]!.lastEventTimestamp, nowMs);
  await refused(list({ orderBy: "LastEventTime", logStreamNamePrefix: "w" }), invalid);
  await refused(list({ limit: 51 }), invalid);
});

test("what is deleted is gone", async (t) => {
  const { client, cloud } = await withCloud(t);
  await client.send(new DeleteLogStreamCommand(names));
  assert.deepEqual(cloud.groups()[0]!.streams, []);
  await refused(client.send(new DeleteLogStreamCommand(names)), "ResourceNotFoundException");
  await client.send(new DeleteLogGroupCommand({ logGroupName: "app" }));
  assert.deepEqual(cloud.groups(), []);
  await refused(client.send(new DeleteLogGroupCommand({ logGroupName: "app" })), "ResourceNotFoundException");
});

test("quotas throttle with HTTP 400 and are free again a second later", async (t) => {
  let now = nowMs;
  const { client } = await withCloud(t, { now: () => now, quotas: {} });
  const create = (name: number) => client.send(new CreateLogGroupCommand({ logGroupName: `g${name}` }));
  // The group of withCloud was the first of the ten.
  for (let i = 0; i < 9; i++) await create(i);
  assert.equal(await refused(create(9), "ThrottlingException"), "Rate exceeded");
  now += 1000;
  await create(9);
});
