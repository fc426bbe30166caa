import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { FakeCloudWatch } from "../../src/testing/index.js";
import { countArrivals } from "./arrivals.js";
import { GROUP, textOf } from "./shape.js";

test("what is lost, doubled and out of order is counted as a reader of the stream sees it", async (t) => {
  const cloud = await FakeCloudWatch.start();
  const client = new CloudWatchLogsClient(cloud.clientConfig());
  t.after(async () => {
    client.destroy();
    await cloud.stop();
  });
  const stream = { logGroupName: GROUP, logStreamName: "shop" };
  await client.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
  await client.send(new CreateLogStreamCommand(stream));
  const now = Date.now();
  const put = (numbers: readonly number[], ms: number) =>
    client.send(
      new PutLogEventsCommand({
        ...stream,
        logEvents: numbers.map((n) => ({ timestamp: now + ms, message: `info - ${textOf(n)}` })),
      }),
    );
  await put([0, 1, 3, 2], 0);
  await put([5, 4], 20);
  // Sent later, and read between the two.
  await put([3, 9], 10);
  // Read: 0 1 3 2 3 9 5 4.
  assert.deepEqual(countArrivals(cloud, 10), { lost: 3, doubled: 1, outOfOrder: 3 });
});
