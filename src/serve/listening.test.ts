import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { ManualClock } from "../system/manual-clock.cases.js";
import { Listening } from "./listening.js";
import { ask } from "./serving.cases.js";

const handle: RequestListener = (_, response) => response.end("ours");

function listening(context: TestContext, port: number, clock = new ManualClock()) {
  const events: string[] = [];
  let up = (): void => {};
  const isUp = new Promise<void>((resolve) => {
    up = resolve;
  });
  const listens = new Listening({
    host: "127.0.0.1",
    port,
    clock,
    handle,
    onUp: ({ port }) => {
      events.push(`up at ${port}`);
      up();
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
