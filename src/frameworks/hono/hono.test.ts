import assert from "node:assert/strict";
import { once } from "node:events";
import type { Server } from "node:http";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { serve } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { openLogger } from "../../logger/logger.cases.js";
import type { DragonLogger } from "../../logger/logger.js";
import { BOOM, describeRequestLog, type MakeApplication, REFUSED, STREAMED } from "../frameworks.cases.js";
import { type RequestLogOptions, requestLog } from "../hono.js";

function application(logger: DragonLogger, options: readonly RequestLogOptions[]): Hono {
  const app = new Hono();
  for (const each of options) app.use(requestLog(each));
  app.get("/users/:id", async (c) => {
    logger.info("user", { asked: c.req.param("id") });
    await turn();
    logger.info("user", { asked: c.req.param("id") });
    return c.text(c.req.param("id"));
  });
  const api = new Hono();
  api.post("/echo", async (c) => {
    const body = await c.req.json();
    logger.info("body", { asked: body.n });
    return c.json(body);
  });
  api.get("/boom/:id", () => {
    throw BOOM;
  });
  app.route("/api", api);
  app.get("/refused", () => {
    throw REFUSED;
  });
  app.get("/stream", (c) => c.body(streamed()));
  app.get("/hang", () => {
    logger.info("hanging");
    return new Promise<Response>(() => undefined);
  });
  app.onError((error: Error & { status?: number }, c: Context) =>
    c.text("error", (error.status ?? 500) as 500),
  );
  return app;
}

function streamed(): ReadableStream<Uint8Array> {
  const pieces = STREAMED.map((text) => new TextEncoder().encode(text));
  return new ReadableStream({
    async pull(controller) {
      await turn();
      const piece = pieces.shift();
      if (piece === undefined) controller.close();
      else controller.enqueue(piece);
    },
  });
}

const make: MakeApplication = async (logger, options) => {
  const { fetch } = application(logger, options as unknown as RequestLogOptions[]);
  const server = serve({ fetch, port: 0, hostname: "127.0.0.1" }) as Server;
  await once(server, "listening");
  return server;
};

describeRequestLog("Hono", make);

test("Hono: without a server, the access record is there with the answer", async (t) => {
  const { logger, wires } = openLogger(t);
  const app = application(logger, [{ logger, ip: true }]);
  const answer = await app.request("/users/7?q=1", { headers: { "x-request-id": "r" } });
  assert.equal(answer.headers.get("x-request-id"), "r");
  const access = wires().at(-1)!;
  assert.deepEqual(
    [access.data, access.request_id, access.metadata!.path],
    ["GET /users/:id 200", "r", "/users/7"],
  );
});

test("Hono: an answer that was made elsewhere gets the id too, and so do errors that are answers", async (t) => {
  const { logger, wires } = openLogger(t);
  const app = new Hono();
  app.use(requestLog({ logger }));
  app.get("/elsewhere", () => new Response("made"));
  app.get("/teapot", () => {
    throw new HTTPException(418, { message: "short" });
  });
  for (const path of ["/elsewhere", "/teapot"]) {
    const answer = await app.request(path, { headers: { "x-request-id": path } });
    assert.equal(answer.headers.get("x-request-id"), path);
  }
  assert.deepEqual(
    wires().map(({ type, request_id }) => [type, request_id]),
    [
      ["ACCESS", "/elsewhere"],
      ["WARN", "/teapot"],
      ["ACCESS", "/teapot"],
    ],
  );
});

test("Hono: what is thrown and is no Error is logged and thrown on", async (t) => {
  const { logger, wires } = openLogger(t);
  const app = new Hono();
  app.use(requestLog({ logger }));
  app.get("/odd", () => {
    throw "a text";
  });
  await assert.rejects(
    async () => app.request("/odd"),
    (thrown) => thrown === "a text",
  );
  assert.deepEqual(
    wires().map(({ type, data }) => [type, data]),
    [
      ["ERROR", "a text"],
      ["ACCESS", "GET /odd 500"],
    ],
  );
});
