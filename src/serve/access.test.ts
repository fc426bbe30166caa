/** Who may see and who may change, each rule asked over a real socket. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type Asked, ask, type Served, serve, TOKEN } from "./serving.cases.js";

const POST_JSON = { method: "POST", headers: { "content-type": "application/json" }, body: '{"all":true}' };
/** A request that changes something, where there is nothing to change. */
const CHANGE = "/api/dead-letters/drop";
const BEARER = { authorization: `Bearer ${TOKEN}` };

function withHeaders(asked: Asked, headers: Record<string, string>): Asked {
  return { ...asked, headers: { ...asked.headers, ...headers } };
}

async function statusesOf(served: Served, path: string, requests: readonly Asked[]): Promise<number[]> {
  return Promise.all(requests.map(async (asked) => (await served.ask(path, asked)).status));
}

test("without a token it answers to names of this machine only, whatever is asked for", async (context) => {
  const served = await serve(context);
  const under = (host: string): Asked => ({ headers: { host } });
  const own = ["localhost", `localhost:${served.port}`, "127.0.0.1:1", "[::1]:8001", "LocalHost:8001"];
  assert.deepEqual(await statusesOf(served, "/api/session", own.map(under)), [200, 200, 200, 200, 200]);

  const foreign = [
    "evil.example",
    `evil.example:${served.port}`,
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "127.0.0.2",
    "0.0.0.0",
    "[::2]",
  ];
  for (const path of ["/api/session", "/api/records", "/", "/metrics", "/healthz", "/login", "/nothing"]) {
    const statuses = await statusesOf(served, path, foreign.map(under));
    assert.deepEqual([path, ...new Set(statuses)], [path, 403]);
  }
  // Names that are none are refused as such.
  const none = await statusesOf(served, "/api/session", ["evil.example@localhost", "localhost/x"].map(under));
  assert.deepEqual(none, [400, 400]);
  const { json } = await served.ask("/api/session", under("evil.example"));
  assert.equal(json.code, "DRAGONLOG_ACCESS_DENIED");
  assert.match(json.hint, /127\.0\.0\.1/);
});

test("another address of this machine that it listens on is a name of it, too", async (context) => {
  const served = await serve(context, { listen: "127.0.0.2:0" });
  const reply = await fetch(`${served.url}/api/session`);
  assert.equal(reply.status, 200);
});

test("what changes something must come from the page itself", async (context) => {
  const served = await serve(context);
  const host = `127.0.0.1:${served.port}`;
  const allowed: Asked[] = [
    POST_JSON,
    withHeaders(POST_JSON, { origin: `http://${host}`, "sec-fetch-site": "same-origin" }),
    withHeaders(POST_JSON, { "sec-fetch-site": "none" }),
    // A proxy that speaks TLS and passes the name on.
    withHeaders(POST_JSON, { origin: `https://${host}` }),
  ];
  assert.deepEqual(await statusesOf(served, CHANGE, allowed), [200, 200, 200, 200]);
  const foreign: Asked[] = [
    withHeaders(POST_JSON, { origin: "http://evil.example" }),
    withHeaders(POST_JSON, { origin: `http://localhost:${served.port}` }),
    withHeaders(POST_JSON, { origin: "http://127.0.0.1:1" }),
    withHeaders(POST_JSON, { origin: "null" }),
    withHeaders(POST_JSON, { origin: "" }),
    withHeaders(POST_JSON, { "sec-fetch-site": "cross-site" }),
    withHeaders(POST_JSON, { "sec-fetch-site": "same-site" }),
  ];
  assert.deepEqual(await statusesOf(served, CHANGE, foreign), [403, 403, 403, 403, 403, 403, 403]);
  const forms: Asked[] = ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""].map(
    (type) => withHeaders(POST_JSON, { "content-type": type }),
  );
  assert.deepEqual(await statusesOf(served, CHANGE, forms), [415, 415, 415, 415]);
});

test("a page of somebody else cannot ask for data either, but may be linked from", async (context) => {
  const served = await serve(context);
  const foreign: Asked = { headers: { "sec-fetch-site": "cross-site" } };
  for (const path of ["/api/records", "/api/overview", "/api/dead-letters", "/metrics"]) {
    assert.equal((await served.ask(path, foreign)).status, 403, path);
  }
  assert.equal((await served.ask("/", foreign)).status, 200);
});

test("with a token it answers under any name, to who knows it", async (context) => {
  const served = await serve(context, { token: TOKEN });
  const host = "logs.example.com";
  const [open, wrong, shorter, right, key] = await Promise.all([
    served.ask("/api/session", { headers: { host } }),
    served.ask("/api/session", { headers: { host, authorization: `Bearer ${TOKEN}x` } }),
    served.ask("/api/session", { headers: { host, authorization: `Bearer ${TOKEN.slice(0, -1)}` } }),
    served.ask("/api/session", { headers: { host, ...BEARER } }),
    served.ask("/api/session", { headers: { host, authorization: `bearer ${served.key}` } }),
  ]);
  assert.deepEqual(
    [open, wrong, shorter, right, key].map(({ status }) => status),
    [401, 401, 401, 200, 200],
  );
  assert.equal(open!.headers["www-authenticate"], "Bearer");
  assert.deepEqual(Object.keys(open!.json), ["code", "message", "hint"]);
  assert.equal(right!.json.loggedIn, false);
});

test("without the token nothing is told but whether it lives and can deliver", async (context) => {
  const served = await serve(context, { token: TOKEN });
  assert.deepEqual((await served.ask("/readyz")).json, { ready: true, reasons: [] });
  assert.equal((await served.ask("/healthz")).text, "ok\n");
  const paths = [
    "/api/session",
    "/api/overview",
    "/api/history",
    "/api/records",
    "/api/records/w-1",
    "/api/dead-letters",
    "/api/dead-letters/k:1",
    "/metrics",
    "/assets/page.js",
    "/index.html",
    "/nothing",
    "//healthz",
    "/healthz/",
    "/login/../api/session",
  ];
  for (const path of paths) assert.equal((await served.ask(path)).status, 401, path);
  assert.equal((await served.ask(CHANGE, POST_JSON)).status, 401);
  for (const path of ["/", "/index.html", "/nothing"]) {
    const page = await served.ask(path, { headers: { accept: "text/html,*/*" } });
    assert.deepEqual([page.status, page.headers.location], [303, "/login"], path);
  }
  const api = await served.ask("/api/session", { headers: { accept: "text/html" } });
  assert.equal(api.status, 401);
});

test("read-only, it shows and changes nothing", async (context) => {
  const served = await serve(context, { readOnly: true });
  assert.equal((await served.ask("/api/session")).json.readOnly, true);
  assert.equal((await served.ask("/api/dead-letters")).status, 200);
  for (const path of [CHANGE, "/api/dead-letters/replay"]) {
    const { status, json } = await served.ask(path, POST_JSON);
    assert.deepEqual([status, json.code], [403, "DRAGONLOG_READ_ONLY"]);
  }
});

test("each has a key of its own, and says it to nobody", async (context: TestContext) => {
  const [one, other] = await Promise.all([
    serve(context, { token: TOKEN }),
    serve(context, { token: TOKEN }),
  ]);
  assert.notEqual(one.key, other.key);
  assert.ok(one.key.length >= 32);
  const headers = { authorization: `Bearer ${other.key}` };
  assert.equal((await ask(one.port, "/api/session", { headers })).status, 401);
  for (const path of ["/api/overview", "/api/session", "/metrics"]) {
    const { text } = await one.ask(path, { headers: BEARER });
    assert.ok(!text.includes(one.key) && !text.includes(TOKEN), path);
  }
  assert.ok(!one.said.join().includes(one.key));
});
