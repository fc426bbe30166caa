import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { DragonlogError } from "../system/errors.js";
import { type Form, RecordStream, type RecordStreamOptions } from "./record-stream.js";

/** Far more than sockets hold on their way. */
const LARGE = JSON.stringify({ records: ["x".repeat(1 << 20)] });
const SENT_MAX = 200;

interface Setup {
  readonly stream: RecordStream;
  /** On the side of the server. */
  readonly response: ServerResponse;
  /** On the side of the client, of which nothing is read yet. */
  readonly message: IncomingMessage;
}

/** A stream that has begun, over a real socket. */
async function open(context: TestContext, form: Form, options?: RecordStreamOptions): Promise<Setup> {
  const server = createServer();
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const client = get({ port: (server.address() as AddressInfo).port, host: "127.0.0.1" });
  client.on("error", () => undefined);
  const [, response] = (await once(server, "request")) as [unknown, ServerResponse];
  const stream = new RecordStream(response, form, options);
  stream.begin();
  const [message] = (await once(client, "response")) as [IncomingMessage];
  message.on("error", () => undefined);
  return { stream, response, message };
}

/** Sends until nothing flows any more; what `send` returned then is in the array, for a promise would be waited for. */
async function fill(stream: RecordStream): Promise<[taken: Promise<unknown>]> {
  for (let sent = 0; sent < SENT_MAX; sent++) {
    const taken = stream.send(LARGE);
    if (typeof taken === "boolean") continue;
    const flows = await Promise.race([
      taken.then(
        () => true,
        () => true,
      ),
      sleep(50, false),
    ]);
    if (!flows) return [taken];
  }
  return assert.fail("one who reads nothing took everything");
}

test("events for a browser, lines for a program", async (context) => {
  const events = await open(context, "events");
  assert.equal(events.message.headers["content-type"], "text/event-stream; charset=utf-8");
  assert.equal(events.stream.send('{"records":[]}'), true);
  events.stream.end();
  assert.equal(await text(events.message), 'retry: 1000\n\nevent: live\ndata: {"records":[]}\n\n');

  const lines = await open(context, "lines");
  assert.equal(lines.message.headers["content-type"], "application/x-ndjson; charset=utf-8");
  lines.stream.send('{"records":[]}');
  lines.stream.end();
  assert.equal(await text(lines.message), '{"records":[]}\n');
});

test("why it ends is told, and a browser that it need not come again", async (context) => {
  const error = new DragonlogError("DRAGONLOG_BUSY", "too slow", "Write another one.");
  const lines = await open(context, "lines");
  lines.stream.end(error);
  lines.stream.end(error);
  const ended = { code: "DRAGONLOG_BUSY", message: "too slow", hint: "Write another one." };
  const trouble = "too slow. Write another one.";
  const told = { records: [], matched: 0, missed: 0, levels: [], trouble, ended };
  assert.equal(await text(lines.message), `${JSON.stringify(told)}\n`);
  assert.equal(lines.stream.send("{}"), false, "nothing comes after the end");

  const events = await open(context, "events");
  events.stream.end(error);
  const end =
    'event: end\ndata: {"code":"DRAGONLOG_BUSY","message":"too slow","hint":"Write another one."}\n\n';
  assert.ok((await text(events.message)).endsWith(end));
});

test("a quiet stream shows that it lives", async (context) => {
  const { stream, message } = await open(context, "events", { heartbeatMs: 5 });
  message.setEncoding("utf8");
  let seen = "";
  for await (const chunk of message) {
    seen += chunk;
    if (seen.endsWith(":\n\n:\n\n")) stream.end();
  }
  assert.match(seen, /^retry: 1000\n\n(:\n\n)+$/);
});

test("what is not taken is not sent, and flows again when it is taken", async (context) => {
  const { stream, response, message } = await open(context, "lines", { heartbeatMs: 5 });
  const [taken] = await fill(stream);
  const held = response.writableLength;
  assert.ok(held <= 2 * LARGE.length, `${held} bytes are held for one who does not read`);
  message.resume();
  await taken;
  assert.equal(response.writableLength, 0);
  stream.end();
  await once(message, "end");
});

test("one who takes nothing for too long is let go", async (context) => {
  const { stream, response } = await open(context, "lines", { stalledMs: 100, heartbeatMs: 5 });
  const [taken] = await fill(stream);
  await assert.rejects(taken);
  assert.ok(response.destroyed);
  assert.equal(stream.send(LARGE), false);
  stream.end();
});

test("one who does not take the end is let go as well", async (context) => {
  const { stream, response } = await open(context, "lines", { stalledMs: 100 });
  response.write(Buffer.alloc(64 << 20));
  const closed = once(response, "close");
  stream.end(new DragonlogError("DRAGONLOG_BUSY", "too slow", "Write another one."));
  await closed;
  assert.ok(response.destroyed);
});

test("one who goes away while he takes nothing is not waited for", async (context) => {
  const { stream, message } = await open(context, "lines");
  const [taken] = await fill(stream);
  message.destroy();
  await assert.rejects(taken);
  assert.equal(stream.send(LARGE), false);
  stream.end();
});
