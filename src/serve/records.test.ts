/** Live records over HTTP, from journals that loggers of this process write. */
import assert from "node:assert/strict";
import { get, type IncomingMessage } from "node:http";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { type Served, serve } from "./serving.cases.js";

const STREAMS_MAX = 32;

interface Event {
  readonly records: readonly { readonly data: unknown; readonly id: string }[];
  readonly caughtUp?: true;
}

/** A stream that has begun. */
function stream({ port }: Served, search: string, accept = "*/*"): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = get({ host: "127.0.0.1", port, path: `/api/records${search}`, headers: { accept } });
    asked.on("response", resolve);
    asked.on("error", reject);
  });
}

/** The data of the records that come, until there are so many. */
async function dataFrom(message: IncomingMessage, count: number): Promise<unknown[]> {
  const data: unknown[] = [];
  for await (const line of createInterface({ input: message })) {
    const text = line.replace(/^data: /, "");
    if (text.startsWith("{")) data.push(...(JSON.parse(text) as Event).records.map((record) => record.data));
    if (data.length >= count) break;
  }
  message.destroy();
  return data;
}

test("what is logged comes while it is logged, as lines or as events", async (context) => {
  const served = await serve(context);
  const logger = served.logger("web");
  logger.info("before");
  const [lines, events] = await Promise.all([
    stream(served, "?last=10"),
    stream(served, "?last=10", "text/event-stream"),
  ]);
  logger.info("<img src=x onerror=alert(1)>\u001b[31m");
  const expected = ["before", "<img src=x onerror=alert(1)>\u001b[31m"];
  assert.deepEqual(await Promise.all([dataFrom(lines, 2), dataFrom(events, 2)]), [expected, expected]);
  assert.equal(lines.headers["content-type"], "application/x-ndjson; charset=utf-8");
  assert.equal(events.headers["content-type"], "text/event-stream; charset=utf-8");
  assert.equal(events.headers["cache-control"], "no-store");
});

test("what is asked for comes, and no more", async (context) => {
  const served = await serve(context);
  const logger = served.logger("web");
  logger.info("one", { user_id: 42 });
  logger.warn("two", { user_id: 42 });
  logger.error("three", { user_id: 7 });
  const ask = async (search: string) => {
    const { text } = await served.ask(`/api/records?follow=0&${search}`);
    return text
      .split("\n")
      .filter((line) => line !== "")
      .flatMap((line) => (JSON.parse(line) as Event).records.map(({ data }) => data));
  };
  assert.deepEqual(await ask("type=warn"), ["two", "three"]);
  assert.deepEqual(await ask("where=metadata.user_id%3D42"), ["one", "two"]);
  assert.deepEqual(await ask("where=metadata.user_id%3D42&where=type%3DINFO"), ["one"]);
  assert.deepEqual(await ask("grep=%2FT(wo%7Chree)%2Fi&last=1"), ["three"]);
  assert.deepEqual(await ask("service=api"), []);
  assert.deepEqual(await ask("since=1h"), ["one", "two", "three"]);
});

test("a single record is sent as text, as it is", async (context) => {
  const served = await serve(context);
  const logger = served.logger("web");
  logger.info("</script><b>");
  const { text } = await served.ask("/api/records?follow=0");
  const { id } = (JSON.parse(text.split("\n")[0]!) as Event).records[0]!;
  const { status, headers, text: line } = await served.ask(`/api/records/${id}`);
  assert.deepEqual([status, headers["content-type"]], [200, "text/plain; charset=utf-8"]);
  assert.equal(JSON.parse(line).data, "</script><b>");
  for (const other of ["w-1", "nonsense", `${id}0`, "%00"]) {
    const answer = await served.ask(`/api/records/${other}`);
    assert.deepEqual([other, answer.status, answer.json.code], [other, 404, "DRAGONLOG_NOT_FOUND"]);
  }
});

test("a parameter that is not as it should be is refused by its name", async (context) => {
  const served = await serve(context);
  const wrong = {
    "last=-1": "last",
    "last=1.5": "last",
    "last=100001": "last",
    "last=": "last",
    "last=1&last=2": "last",
    "follow=true": "follow",
    "since=yesterday": "since",
    "per_second_max=0": "per_second_max",
    "line_bytes_max=1e3": "line_bytes_max",
    "grep=%2F(%2F": "grep",
    "where=nothing": "where",
    "types=INFO": "types",
    "requestId=1": "requestId",
    [Array.from({ length: 33 }, (_, n) => `where=a%3D${n}`).join("&")]: "where",
  };
  for (const [search, name] of Object.entries(wrong)) {
    const { status, json } = await served.ask(`/api/records?${search}`);
    assert.equal(status, 400, search);
    assert.match(json.message, new RegExp(`\\b${name}\\b`), search);
  }
  const { json } = await served.ask("/api/records?last=many");
  assert.deepEqual(
    [json.message, json.hint],
    ['last cannot be "many"', "It takes a whole number from 0 to 100000."],
  );
});

test("so many may look at once, and others when some have gone", async (context) => {
  const served = await serve(context);
  const streams = await Promise.all(Array.from({ length: STREAMS_MAX }, () => stream(served, "")));
  assert.ok(streams.every(({ statusCode }) => statusCode === 200));
  const { status, json } = await served.ask("/api/records");
  assert.deepEqual([status, json.code], [503, "DRAGONLOG_BUSY"]);
  assert.equal((await served.ask("/api/session")).status, 200, "the rest is answered");
  for (const message of streams) message.destroy();
  for (let tries = 0; ; tries++) {
    const next = await stream(served, "");
    next.destroy();
    if (next.statusCode === 200) break;
    assert.ok(tries < 1000, "those who have gone still take the places");
  }
});
