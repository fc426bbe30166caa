import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import express5 from "express";
// @ts-expect-error: it has no types under this name.
import express4 from "express4";
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
