/** What the tests of this folder share: a stand-in with one group and one stream, and the real AWS SDK talking to it. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  type InputLogEvent,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { FakeCloudWatch, type FakeCloudWatchOptions } from "./index.js";

export const nowMs = Date.parse("2026-08-01T12:00:00.000Z");
export const names = { logGroupName: "app", logStreamName: "web" };

export async function withCloud(test: TestContext, options: FakeCloudWatchOptions = {}) {
  const cloud = await FakeCloudWatch.start({ now: () => nowMs, quotas: false, ...options });
  const client = new CloudWatchLogsClient({ ...cloud.clientConfig(), maxAttempts: 1 });
  test.after(async () => {
    client.destroy();
    await cloud.stop();
  });
  await client.send(new CreateLogGroupCommand({ logGroupName: names.logGroupName }));
  await client.send(new CreateLogStreamCommand(names));
  const put = (logEvents: InputLogEvent[]) => client.send(new PutLogEventsCommand({ ...names, logEvents }));
  const messages = () =>
    cloud.readStream(names.logGroupName, names.logStreamName).map(({ message }) => message);
  return { cloud, client, put, messages };
}

/** Events with the given messages, all now. */
export function eventsOf(...messages: string[]): InputLogEvent[] {
  return messages.map((message) => ({ timestamp: nowMs, message }));
}

/** Asserts that the call is refused with this error name and HTTP status, and returns the message. */
export async function refused(call: Promise<unknown>, name: string, status = 400): Promise<string> {
  try {
    await call;
  } catch (error) {
    const { name: actual, $metadata, message } = error as Error & { $metadata?: { httpStatusCode?: number } };
    assert.deepEqual({ name: actual, status: $metadata?.httpStatusCode }, { name, status }, message);
    return message;
  }
  assert.fail(`expected ${name}, but the call went through`);
}
