import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:http2";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import fastify from "fastify";
import { openLogger } from "../../logger/logger.cases.js";
import { requestLog } from "../fastify.js";
import { BOOM, describeRequestLog, type MakeApplication, REFUSED, STREAMED } from "../frameworks.cases.js";

const make: MakeApplication = async (logger, options) => {
  const app = fastify();
  for (const each of options) await app.register(requestLog, each as never);
  app.get<{ Params: { id: string } }>("/users/:id", async (request) => {
    logger.info("user", { asked: request.params.id });
    await turn();
    logger.info("user", { asked: request.params.id });
    return request.params.id;
  });
  await app.register(
    async (api) => {
      api.post<{ Body: { n: string } }>("/echo", async (request) => {
        logger.info("body", { asked: request.body.n });
        return request.body;
      });
      api.get("/boom/:id", async () => {
        throw BOOM;
      });
    },
    { prefix: "/api" },
  );
  app.get("/refused", async () => {
    throw REFUSED;
  });
  app.get("/stream", (_request, reply) => {
    reply.send(Readable.from(STREAMED));
  });
  app.get("/hang", () => {
    logger.info("hanging");
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
  return app.server;
};

describeRequestLog("Fastify", make);

test("Fastify: an error is logged though a handler of the application answers it, and without a socket", async (t) => {
  const { logger, wires } = openLogger(t);
  const app = fastify();
  app.register(requestLog, { logger, prefix: "/ignored" } as never);
  app.setErrorHandler((_error, _request, reply) => reply.status(418).send({ short: true }));
  app.get("/boom", async () => {
    logger.info("below");
    throw BOOM;
  });
  const answer = await app.inject({ url: "/boom", headers: { "x-request-id": "r" } });
  assert.deepEqual([answer.statusCode, answer.headers["x-request-id"]], [418, "r"]);
  const records = wires();
  while (records.length < 3) {
    await turn();
    records.push(...wires());
  }
  assert.deepEqual(
    records.map(({ type, request_id }) => [type, request_id]),
    [
      ["INFO", "r"],
      ["ERROR", "r"],
      ["ACCESS", "r"],
    ],
  );
  assert.equal(records[2]!.data, "GET /boom 418");
});

test("Fastify: a hook that goes on from a callback of a pool does not take the context away", async (t) => {
  const { logger, wires } = openLogger(t);
  const waiting: (() => void)[] = [];
  const pool = setInterval(() => waiting.shift()?.(), 1);
  t.after(() => clearInterval(pool));
  const app = fastify();
  app.register(requestLog, { logger, skip: (request, reply) => request.url === "/" && reply.sent });
  app.register(async (below) => {
    below.addHook("preParsing", (_request, _reply, _payload, done) => {
      waiting.push(done);
    });
    below.get("/", async () => logger.info("below"));
  });
  await Promise.all(["a", "b"].map((id) => app.inject({ url: "/", headers: { "x-request-id": id } })));
  const below = wires().filter(({ data }) => data === "below");
  assert.deepEqual(below.map(({ request_id }) => request_id).sort(), ["a", "b"]);
});

test("Fastify over HTTP/2: bytes are told where a Content-Length tells them", async (t) => {
  const { logger, wires } = openLogger(t);
  const app = fastify({ http2: true });
  await app.register(requestLog, { logger });
  app.get("/text", async () => "four");
  app.get("/stream", (_request, reply) => {
    reply.send(Readable.from(STREAMED));
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
  const session = connect(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`);
  t.after(async () => {
    session.destroy();
    await app.close();
  });
  for (const path of ["/text", "/stream"]) {
    const stream = session.request({ ":path": path, "x-request-id": path });
    const [headers] = await once(stream, "response");
    assert.equal(headers["x-request-id"], path);
    stream.resume();
    await once(stream, "end");
  }
  const records = wires();
  while (records.length < 2) {
    await turn();
    records.push(...wires());
  }
  assert.deepEqual(
    records.map(({ data, request_id, metadata }) => [data, request_id, metadata!.bytes]),
    [
      ["GET /text 200", "/text", 4],
      ["GET /stream 200", "/stream", undefined],
    ],
  );
});
