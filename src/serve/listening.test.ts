import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener, type ServerOptions } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { ManualClock } from "../system/manual-clock.cases.js";
import { Listening } from "./listening.js";
import { ask } from "./serving.cases.js";

const CONNECTIONS_MAX = 256;

/** Waits for all of a request. */
const handle: RequestListener = (request, response) => {
  request.resume().on("end", () => response.end("ours"));
};

function listening(
  context: TestContext,
  port: number,
  clock = new ManualClock(),
  limits: ServerOptions = {},
) {
  const events: string[] = [];
  let up = (_: number): void => {};
  const isUp = new Promise<number>((resolve) => {
    up = resolve;
  });
  const listens = new Listening({
    host: "127.0.0.1",
    port,
    clock,
    handle,
    limits,
    onUp: ({ port }) => {
      events.push(`up at ${port}`);
      up(port);
    },
    onTrouble: ({ code }) => events.push(`${code}`),
  });
  context.after(() => listens.close());
  return { listens, events, isUp, clock };
}

test("a port that is taken is told once, and listened on when it is free", async (context) => {
  const other = createServer((_, response) => response.end("another"));
  await once(other.listen(0, "127.0.0.1"), "listening");
  const { port } = other.address() as AddressInfo;
  const { listens, events, isUp, clock } = listening(context, port);
  await listens.open();
  assert.deepEqual(events, ["EADDRINUSE"]);
  const tried = once(other, "close");
  clock.advance(10_000);
  assert.equal((await ask(port, "/")).text, "another");
  assert.deepEqual(events, ["EADDRINUSE"], "told once");
  other.closeAllConnections();
  other.close();
  await tried;
  clock.advance(10_000);
  await isUp;
  assert.deepEqual(events, ["EADDRINUSE", `up at ${port}`]);
  assert.equal((await ask(port, "/")).text, "ours");
});

test("nobody tries any more after the end", async (context) => {
  const other = createServer();
  await once(other.listen(0, "127.0.0.1"), "listening");
  const { port } = other.address() as AddressInfo;
  const { listens, events, clock } = listening(context, port);
  await listens.open();
  await listens.close();
  other.close();
  await once(other, "close");
  clock.advance(60_000);
  await assert.rejects(ask(port, "/"), { code: "ECONNREFUSED" });
  assert.deepEqual(events, ["EADDRINUSE"]);
});

test("a try that is under way at the end comes to nothing", async (context) => {
  const { listens, events } = listening(context, 0);
  const opened = listens.open();
  await listens.close();
  await opened;
  assert.deepEqual(events, []);
});

test("one who sends his request bit by bit is cut off", async (context) => {
  const { listens, isUp } = listening(context, 0, undefined, {
    headersTimeout: 50,
    requestTimeout: 100,
    connectionsCheckingInterval: 10,
  });
  await listens.open();
  const port = await isUp;
  for (const bytes of [
    "GET / HTTP/1.1\r\nHost: x\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx",
  ]) {
    const socket = connect(port, "127.0.0.1");
    socket.write(bytes);
    assert.match(await text(socket), /^HTTP\/1\.1 408 /);
  }
});

test("no more connections than may be open", async (context) => {
  const { listens, isUp } = listening(context, 0);
  await listens.open();
  const port = await isUp;
  const sockets = Array.from({ length: 300 }, () => connect(port, "127.0.0.1"));
  let closed = 0;
  await new Promise<void>((resolve) => {
    for (const socket of sockets) {
      socket.on("error", () => undefined);
      socket.resume();
      socket.on("close", () => {
        closed++;
        if (closed === 300 - CONNECTIONS_MAX) resolve();
      });
    }
  });
  const open = sockets.filter((socket) => !socket.destroyed);
  for (const socket of open) socket.destroy();
  assert.equal(open.length, CONNECTIONS_MAX);
});

test("an address that this machine does not have is trouble as well, and no end", async (context) => {
  const events: string[] = [];
  const listens = new Listening({
    host: "192.0.2.1",
    port: 0,
    clock: new ManualClock(),
    handle,
    onUp: () => assert.fail("TEST-NET-1 is nobody's"),
    onTrouble: ({ code }) => events.push(`${code}`),
  });
  context.after(() => listens.close());
  await listens.open();
  assert.deepEqual(events, ["EADDRNOTAVAIL"]);
});
