/** What holds for every request, whatever it asks for. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { shippersFolder } from "../ship/report.js";
import { ownIdentity } from "../system/process.js";
import { type Report, ReportFile } from "../system/report-files.js";
import { type Asked, type Served, serve, TOKEN } from "./serving.cases.js";

const JSON_POST = { method: "POST", headers: { "content-type": "application/json" } };

/** Bytes as they are, and all that comes back until the other side closes. */
async function raw({ port }: Served, bytes: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write(bytes);
  return text(socket).catch(() => "");
}

test("every answer tells a browser to run, frame and keep nothing", async (context) => {
  const served = await serve(context);
  const paths = ["/", "/api/session", "/metrics", "/healthz", "/login.css", "/nothing", "/api/records?x=1"];
  const refused: Asked[] = [{ headers: { host: "evil.example" } }, { method: "DELETE" }];
  const answers = [
    ...(await Promise.all(paths.map((path) => served.ask(path)))),
    ...(await Promise.all(refused.map((asked) => served.ask("/api/session", asked)))),
  ];
  for (const { headers, status } of answers) {
    const policy = headers["content-security-policy"] as string;
    assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/, `${status}`);
    assert.match(policy, /frame-ancestors 'none'; base-uri 'none'$/);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["referrer-policy"], "same-origin");
    assert.equal(headers["cross-origin-opener-policy"], "same-origin");
    assert.equal(headers["cross-origin-resource-policy"], "same-origin");
    assert.equal(headers["access-control-allow-origin"], undefined);
    assert.ok(["no-store", "no-cache"].includes(headers["cache-control"]!));
  }
});

test("what is not there, and what is asked for in another way than it takes", async (context) => {
  const served = await serve(context);
  const statusOf = async (method: string, path: string) => {
    const { status, headers } = await served.ask(path, { ...JSON_POST, method });
    return status === 405 ? `405 ${headers.allow}` : String(status);
  };
  assert.equal(await statusOf("GET", "/nothing"), "404");
  assert.equal(await statusOf("POST", "/nothing"), "404");
  assert.equal(await statusOf("GET", "/api"), "404");
  assert.equal(await statusOf("GET", "/api/dead-letters/a/b"), "404");
  assert.equal(await statusOf("POST", "/api/session"), "405 GET, HEAD");
  assert.equal(await statusOf("POST", "/"), "405 GET, HEAD");
  assert.equal(await statusOf("GET", "/logout"), "405 POST");
  for (const method of ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND"]) {
    assert.equal(await statusOf(method, "/api/session"), "405 GET, HEAD, POST", method);
  }
});

test("no path leads out of the page", async (context) => {
  const served = await serve(context);
  for (const path of [
    "/../package.json",
    "/assets/../../package.json",
    "/assets/..%2f..%2fpackage.json",
    "/%2e%2e/%2e%2e/package.json",
    "//etc/passwd",
    "/assets/%00",
    "/%ff%fe",
  ]) {
    assert.equal((await served.ask(path)).status, 404, path);
  }
  for (const path of ["http://evil.example/api/session", "/..\\..\\package.json"]) {
    assert.equal((await served.ask(path)).status, 400, path);
  }
});

test("HEAD says what GET would, and sends nothing", async (context) => {
  const served = await serve(context);
  for (const path of ["/", "/api/session", "/healthz", "/api/records", "/metrics"]) {
    const { status, bytes, headers } = await served.ask(path, { method: "HEAD" });
    assert.deepEqual([path, status, bytes.length], [path, 200, 0]);
    assert.ok(headers["content-type"], path);
  }
});

test("what is too large is refused: bodies, addresses, headers", async (context) => {
  const served = await serve(context);
  const body = (bytes: number): Asked => ({ ...JSON_POST, body: "x".repeat(bytes) });
  const large = await served.ask("/api/dead-letters/drop", body(65_537));
  assert.deepEqual([large.status, large.json.code], [413, "DRAGONLOG_REQUEST_INVALID"]);
  assert.equal((await served.ask("/api/dead-letters/drop", body(65_536))).status, 400);
  const chunked = `${"10000\r\n"}${"x".repeat(65_536)}\r\n1\r\nx\r\n0\r\n\r\n`;
  const head =
    "POST /api/dead-letters/drop HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
  const answer = await raw(
    served,
    `${head}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n${chunked}`,
  );
  assert.match(answer, /^HTTP\/1\.1 413 /);
  assert.equal((await served.ask(`/${"x".repeat(8192)}`)).status, 414);
  assert.equal((await served.ask("/", { headers: { "x-large": "x".repeat(17_000) } })).status, 431);
  assert.equal((await served.ask("/api/session")).status, 200);
});

test("what is no HTTP is refused", async (context) => {
  const served = await serve(context);
  assert.match(await raw(served, "nonsense\r\n\r\n"), /^HTTP\/1\.1 400 /);
  assert.match(await raw(served, "GET /api/session HTTP/1.1\r\n\r\n"), /^HTTP\/1\.1 400 /, "without Host");
});

test("a shipper that ends, or cannot deliver, lives and is not ready", async (context) => {
  const served = await serve(context, { token: TOKEN });
  const readiness = async () => {
    const { status, json } = await served.ask("/readyz");
    return [status, json];
  };
  assert.deepEqual(await readiness(), [200, { ready: true, reasons: [] }]);
  served.state.draining = true;
  assert.deepEqual(await readiness(), [503, { ready: false, reasons: ["the shipper is ending"] }]);
  assert.equal((await served.ask("/healthz")).status, 200);

  const other = await serve(context);
  other.state.circuit = "open";
  const { status, json } = await other.ask("/readyz");
  assert.deepEqual([status, json.ready, json.reasons.length], [503, false, 1]);
});

test("whoever may not see is not told what is wrong either", async (context) => {
  const served = await serve(context, { token: TOKEN });
  served.state.failing = true;
  const { status, json } = await served.ask("/readyz");
  assert.deepEqual([status, json], [503, { ready: false, reasons: ["what is here cannot be looked at"] }]);
  const overview = await served.ask("/api/overview", { headers: { authorization: `Bearer ${TOKEN}` } });
  assert.deepEqual([overview.status, overview.json.code], [500, "DRAGONLOG_SERVER_FAILED"]);
});

test("a defect is told to the people at the machine, and to nobody else", async (context) => {
  const served = await serve(context);
  served.state.failing = true;
  const { status, json } = await served.ask("/api/history");
  assert.deepEqual([status, json.code], [500, "DRAGONLOG_SERVER_FAILED"]);
  assert.doesNotMatch(JSON.stringify(json), /of the machine/);
  assert.match(served.said.at(-1)!, /\/api\/history: a secret of the machine/);
});

test("who has the port is told where it is known, and that it is tried again", async (context) => {
  const first = await serve(context);
  const report = new ReportFile(shippersFolder(first.dir), "first");
  const now = new Date().toISOString();
  const process = ownIdentity();
  report.write({ process, startedAt: now, updatedAt: now, page: { url: first.url, key: "" } } as Report);
  const said = `127.0.0.1:${first.port} is taken by the shipper with pid ${process.pid}`;
  const second = await serve(context, { buffer: `journal:${first.dir}`, listen: `127.0.0.1:${first.port}` });
  assert.deepEqual(second.said, [
    `no page for now: ${said}; it is tried again, and records are delivered all the same`,
  ]);
  assert.equal(second.trouble, said);
});

test("who asks on before the answer before has come is not answered for each", async (context) => {
  const { port } = await serve(context);
  const socket = connect(port, "127.0.0.1");
  socket.write("GET /api/overview HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(300));
  const answers = (await text(socket)).split("HTTP/1.1 ").length - 1;
  assert.ok(answers <= 1, `${answers} answers`);
});

test("at the end all connections are closed at once", async (context) => {
  const served = await serve(context);
  const stream = raw(served, "GET /api/records HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const idle = raw(served, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const half = raw(served, "GET /heal");
  await served.ask("/api/session");
  const ended = Promise.all([stream, idle, half]);
  await served.close();
  const [streamed] = await ended;
  assert.match(streamed, /^HTTP\/1\.1 200 /);
  assert.match(streamed, /\r\n0\r\n\r\n$/, "the stream has its end");
  await assert.rejects(served.ask("/healthz"), { code: "ECONNREFUSED" });
});
