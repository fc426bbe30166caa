/** Alerts by webhook, against a real HTTP server. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { ALERTS, NOW_MS } from "../../src/alert/alert.cases.js";
import type { OpenAlerts } from "../../src/alert/alerter.js";
import type { ChannelFailure } from "../../src/alert/channel.js";
import { noticeOf } from "../../src/alert/notice.js";
import { openAlerts, openChannels } from "../../src/alert/open.js";
import { messageOf } from "../../src/alert/text.js";
import { systemClock } from "../../src/system/clock.js";
import { freePort } from "./mail-server.js";

const PATH = "/services/T0/s3cret";

interface Post {
  readonly path: string | undefined;
  readonly method: string | undefined;
  readonly type: string | undefined;
  readonly body: { text: string; dragonlog: Record<string, unknown> };
}

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

const status =
  (code: number, text = "", headers = {}): Answer =>
  (response) =>
    void response.writeHead(code, headers).end(text);

/** Answers each POST with the next of `answers`, and the last of them from then on. */
async function serve(context: TestContext, ...answers: Answer[]): Promise<{ url: string; posts: Post[] }> {
  const posts: Post[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { url: path, method, headers } = request;
    posts.push({ path, method, type: headers["content-type"], body: JSON.parse(body) });
    answers[Math.min(posts.length, answers.length) - 1]!(response, request);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`, posts };
}

async function send(webhook: string, timeoutMs = 2000) {
  const [channel] = await openChannels({ webhook }, timeoutMs);
  return channel!.send(
    messageOf(noticeOf(ALERTS.outage, NOW_MS), { host: "web-1" }),
    new AbortController().signal,
  );
}

const failureOf = (sending: Promise<unknown>): Promise<ChannelFailure> =>
  sending.then(
    () => assert.fail("it was taken"),
    (error) => error,
  );

/** Alerts whose failures resolve `given` when something is given up. */
async function open(webhook: string): Promise<{ alerts: OpenAlerts; told: string[]; given: Promise<void> }> {
  const told: string[] = [];
  let give: () => void = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  const alerts = await openAlerts(
    { webhook, alertEvery: 300_000 },
    {
      clock: systemClock,
      // Pauses of a few milliseconds.
      random: () => 0.005,
      stateFile: undefined,
      onFailure: (message) => {
        told.push(message);
        if (/given up/.test(message)) give();
      },
    },
  );
  return { alerts, told, given };
}

test("a POST of JSON: a text for Slack, and the figures", async (context) => {
  const { url, posts } = await serve(context, status(200, "ok"));
  assert.deepEqual(await send(url), { answer: "200 ok" });
  const [{ path, method, type, body }] = posts as [Post];
  assert.deepEqual([path, method, type], [PATH, "POST", "application/json"]);
  assert.match(
    body.text,
    /^\[dragonlog\] web-1: cloudwatch us-east-1 does not answer in time; 1,204 records wait\n/,
  );
  assert.deepEqual(body.dragonlog.alert, ALERTS.outage);
});

test("an answer that is no success is a failure; it is final only where the same would come again", async (context) => {
  const expected: [number, boolean, string][] = [
    [500, false, "refused"],
    [503, false, "refused"],
    [408, false, "refused"],
    [429, false, "refused"],
    [404, true, "refused"],
    [410, true, "refused"],
    [403, true, "authentication"],
    [302, true, "refused"],
  ];
  for (const [code, permanent, kind] of expected) {
    const { url, posts } = await serve(context, status(code, `no ${PATH}`, { location: "/elsewhere" }));
    const failure = await failureOf(send(url));
    assert.deepEqual([failure.permanent, failure.kind], [permanent, kind], String(code));
    assert.equal(failure.message, `it answered ${code} no ***`);
    assert.equal(posts.length, 1, "a redirection is not followed");
  }
});

test("one that hangs ends in a time-out, one that is not there is unreachable, and no TLS is named", async (context) => {
  const { url } = await serve(context, () => {});
  const hung = await failureOf(send(url, 200));
  assert.deepEqual([hung.kind, hung.message], ["timeout", "no answer in 200 ms"]);
  const nobody = await failureOf(send(`http://127.0.0.1:${await freePort()}${PATH}`));
  assert.equal(nobody.kind, "unreachable");
  assert.doesNotMatch(nobody.message, /s3cret/);
  const noTls = await failureOf(send(url.replace("http:", "https:")));
  assert.equal(noTls.kind, "tls");
});

test("an answer that never ends is not read for ever, nor kept", { timeout: 20_000 }, async (context) => {
  let poured = 0;
  const { url } = await serve(context, (response) => {
    response.writeHead(200);
    const pour = () => {
      do poured += 10_000;
      while (response.write("x".repeat(10_000)));
    };
    response.on("drain", pour);
    pour();
  });
  const { answer } = await send(url, 60_000);
  assert.ok(answer.length < 400);
  // What lies in the buffers of sockets is far less.
  assert.ok(poured < 50_000_000, `${poured} bytes were taken`);
});

test("500 first and 200 then: it arrives", async (context) => {
  let answered: () => void = () => {};
  const taken = new Promise<void>((resolve) => {
    answered = resolve;
  });
  const { url, posts } = await serve(context, status(500), (response, request) => {
    status(200)(response, request);
    answered();
  });
  const { alerts, told } = await open(url);
  alerts.tell(ALERTS.drops);
  await taken;
  await alerts.close(10_000);
  assert.deepEqual(alerts.counts.channels.webhook, { sent: 1, failures: 1, dropped: 0, waiting: 0 });
  assert.equal(posts.length, 2);
  assert.deepEqual(told, ["alert by webhook (drops): refused: it answered 500; it is tried again"]);
});

test("404 is given up after three tries, said and counted, and shows no URL", async (context) => {
  const { url, posts } = await serve(context, status(404, "no_service"));
  const { alerts, told, given } = await open(url);
  alerts.tell(ALERTS.drops);
  await given;
  await alerts.close(10_000);
  assert.equal(posts.length, 3);
  assert.deepEqual(alerts.counts.channels.webhook, { sent: 0, failures: 3, dropped: 1, waiting: 0 });
  assert.deepEqual(told, [
    "alert by webhook (drops): refused: it answered 404 no_service; it is tried again",
    "alert by webhook (drops): refused: it answered 404 no_service; given up",
  ]);
});
