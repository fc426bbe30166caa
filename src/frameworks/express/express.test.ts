import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import express5 from "express";
// @ts-expect-error: it has no types under this name.
import express4 from "express4";
import { currentContext } from "../../context/with-context.js";
import { openLogger } from "../../logger/logger.cases.js";
import { errorLog, requestLog } from "../express.js";
import { BOOM, describeRequestLog, type MakeApplication, REFUSED, STREAMED } from "../frameworks.cases.js";

function application(express: typeof express5): MakeApplication {
  return async (logger, options) => {
    const app = express();
    for (const each of options) app.use(requestLog(each as never));
    app.use(express.json());
    app.get("/users/:id", async (request, response) => {
      logger.info("user", { asked: request.params.id });
      await turn();
      logger.info("user", { asked: request.params.id });
      response.send(request.params.id);
    });
    const api = express.Router();
    api.post("/echo", (request, response) => {
      logger.info("body", { asked: request.body.n });
      response.json(request.body);
    });
    api.get("/boom/:id", () => {
      throw BOOM;
    });
    app.use("/api", api);
    app.get("/refused", (_request, _response, next) => next(REFUSED));
    app.get("/stream", async (_request, response) => {
      response.write(STREAMED[0]);
      await turn();
      response.end(STREAMED[1]);
    });
    app.get("/hang", () => logger.info("hanging"));
    for (const _ of options) app.use(errorLog());
    // In place of Express's own, which prints errors.
    app.use((error: { status?: number }, _: unknown, response: express5.Response, _next: unknown) => {
      response.status(error.status ?? 500).end();
    });
    const server = createServer(app).listen(0, "127.0.0.1");
    await once(server, "listening");
    return server;
  };
}

describeRequestLog("Express 5", application(express5));
describeRequestLog("Express 4", application(express4 as unknown as typeof express5));

test("errorLog without requestLog hands the error on, and warns once", async (t) => {
  const handle = errorLog();
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on("warning", onWarning);
  t.after(() => process.off("warning", onWarning));
  const handed: unknown[] = [];
  for (let i = 0; i < 2; i++) {
    handle(BOOM, {} as IncomingMessage, {} as ServerResponse, (error) => handed.push(error));
  }
  await turn();
  assert.deepEqual(handed, [BOOM, BOOM]);
  assert.equal(warnings.length, 1);
});

test("Express: its own types go with the middleware, and an id that is made is the same below routers", async (t) => {
  const { logger, wires } = openLogger(t);
  const app = express5();
  app.use(
    requestLog({
      logger,
      skip: (request: express5.Request, response: express5.Response) =>
        request.path === "/health" && response.statusCode === 200,
      extra: (request: express5.Request) => ({ host: request.hostname }),
    }),
  );
  const router = express5.Router();
  router.use(requestLog({ logger }));
  router.get("/", (_request, response) => {
    logger.info("below");
    response.json(currentContext());
  });
  app.use("/api", router);
  app.get("/health", (_request, response) => void response.end());
  app.use(errorLog());
  const server = app.listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const headers = { connection: "close" };
  await fetch(`${url}/health`, { headers });
  const answer = await fetch(`${url}/api`, { headers });
  const id = answer.headers.get("x-request-id");
  assert.deepEqual(await answer.json(), { request_id: id });
  const records = wires();
  while (records.length < 2) {
    await turn();
    records.push(...wires());
  }
  assert.deepEqual(
    records.map(({ data, request_id, metadata }) => [data, request_id, metadata?.route, metadata?.host]),
    [
      ["below", id, undefined, undefined],
      ["GET /api 200", id, "/api", "127.0.0.1"],
    ],
  );
});
