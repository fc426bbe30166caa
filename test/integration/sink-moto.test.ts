/**
 * The CloudWatch sink against moto, which others wrote: what the sink sends is what the AWS SDK reads back. Skipped,
 * with the reason, where no `moto_server` is on the PATH.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { CloudWatchLogsClient, GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { batchOf } from "../../src/sink/batch-of.cases.js";
import { openSink } from "../../src/sink/open.js";

const START_MS_MAX = 60_000;
const SIGNAL = new AbortController().signal;
const NOW = Date.now();
const DAY_MS = 86_400_000;
const WEB = { group: "/aws/app", stream: "web 🐉" };

const missing = spawnSync("moto_server", ["--help"], { timeout: START_MS_MAX }).status !== 0;
const options = { skip: missing && "no moto_server on the PATH" };

/** Starts moto on a free port and returns its URL, which it prints when it listens. */
async function startMoto(context: TestContext): Promise<string> {
  const moto = spawn("moto_server", ["-H", "127.0.0.1", "-p", "0"], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(moto, "exit");
  context.after(async () => {
    moto.kill();
    await ended;
  });
  const deadline = setTimeout(() => moto.kill(), START_MS_MAX);
  const printed: string[] = [];
  try {
    for await (const line of createInterface({ input: moto.stderr })) {
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
      if (url !== undefined) return url;
      printed.push(line);
    }
  } finally {
    clearTimeout(deadline);
    moto.stderr.resume();
  }
  return assert.fail(`moto_server did not start: ${printed.join("\n")}`);
}

test("what is sent is read back byte for byte, and what moto skips is refused", options, async (context) => {
  const endpoint = await startMoto(context);
  process.env.AWS_ACCESS_KEY_ID = "AKIAFAKEFAKEFAKEFAKE";
  process.env.AWS_SECRET_ACCESS_KEY = "fake";
  const region = "eu-central-1";
  const sink = await openSink("cloudwatch", { cloudwatch: { endpoint, region, retentionDays: 30 } });
  const client = new CloudWatchLogsClient({ endpoint, region });
  context.after(async () => {
    client.destroy();
    await sink.close();
  });
  const readBack = async () => {
    const read = new GetLogEventsCommand({
      logGroupName: WEB.group,
      logStreamName: WEB.stream,
      startFromHead: true,
    });
    return (await client.send(read)).events?.map(({ timestamp, message }) => ({ timestamp, text: message }));
  };

  const texts = [
    '{"quotes":"\\"\\\\"}',
    "\\",
    '"',
    "\u0000\u0001\b\t\n\f\r\u001f\u007f",
    "é ü 漢 🐉 \u2028\u2029\ufeff",
    '"},{"timestamp":1,"message":"injected',
    "x".repeat(200_000),
  ].map((text, index) => ({ text, timestamp: NOW + index }));
  const answer = await sink.send(batchOf(texts, WEB), SIGNAL);
  assert.deepEqual(answer.verdict === "delivered" && answer.refused, []);
  assert.deepEqual(await readBack(), texts);

  const outside = [
    { text: "old", timestamp: NOW - 16 * DAY_MS },
    { text: "also old", timestamp: NOW - 15 * DAY_MS },
    { text: "now", timestamp: NOW + 100 },
    { text: "new", timestamp: NOW + DAY_MS },
    { text: "also new", timestamp: NOW + 2 * DAY_MS },
  ];
  const second = await sink.send(batchOf(outside, WEB), SIGNAL);
  assert.ok(second.verdict === "delivered");
  assert.deepEqual(
    second.refused.map(({ index, reason }) => [outside[index]?.text, reason]),
    [
      ["old", "too-old"],
      ["also old", "too-old"],
      ["new", "too-new"],
      ["also new", "too-new"],
    ],
  );
  assert.deepEqual(await readBack(), [...texts, outside[2]]);

  const range = { ...WEB, fromMs: NOW + 1, toMs: NOW + 100 };
  const found: unknown[] = [];
  for await (const page of sink.readBack!.read(range, SIGNAL)) found.push(...page);
  const inRange = [...texts.slice(1), outside[2]!];
  assert.deepEqual(
    found,
    inRange.map(({ text, timestamp }) => ({ stream: WEB.stream, timestamp, message: text })),
    "the sink's own reader sees the same, both ends of the range included",
  );
  for await (const page of sink.readBack!.read({ ...range, group: "none" }, SIGNAL))
    assert.deepEqual(page, []);
  for await (const page of sink.readBack!.read({ ...range, stream: "none" }, SIGNAL))
    assert.deepEqual(page, []);
});
