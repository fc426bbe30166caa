import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Logger, type LoggerService } from "@nestjs/common";
import { openLogger } from "../../logger/logger.cases.js";
import { DragonlogLoggerService } from "../nestjs.js";

function open(t: TestContext) {
  const { logger, wires } = openLogger(t, { level: "trace" });
  // As Nest's types want it.
  const service: LoggerService & DragonlogLoggerService = new DragonlogLoggerService({ logger });
  return { service, wires };
}

test("arguments are read as Nest's own logger reads them", (t) => {
  const { service, wires } = open(t);
  const stack = new Error("no").stack!;
  service.log("text");
  service.log("text", "Context");
  service.warn({ a: 1 }, "second", "Context");
  service.error("failed", stack);
  service.error("failed", "Context");
  service.error("failed", stack, "Context");
  service.error("failed", undefined, "Context");
  service.verbose("v");
  service.debug("d");
  service.fatal("f");
  const context = "Context";
  assert.deepEqual(
    wires().map(({ data, type, metadata }) => [data, type, metadata]),
    [
      ["text", "INFO", undefined],
      ["text", "INFO", { context }],
      [{ a: 1 }, "WARN", { context }],
      ["second", "WARN", { context }],
      ["failed", "ERROR", { stack }],
      ["failed", "ERROR", { context }],
      ["failed", "ERROR", { context, stack }],
      ["failed", "ERROR", { context }],
      ["v", "TRACE", undefined],
      ["d", "DEBUG", undefined],
      ["f", "FATAL", undefined],
    ],
  );
});

test("Nest's Logger uses it, and levels can be chosen", (t) => {
  const { service, wires } = open(t);
  Logger.overrideLogger(service);
  t.after(() => Logger.overrideLogger(true as never));
  const log = new Logger("Orders");
  log.log("taken");
  service.setLogLevels(["error"]);
  log.log("not now");
  log.error("failed", "a stack");
  assert.deepEqual(
    wires().map(({ data, metadata }) => [data, metadata]),
    [
      ["taken", { context: "Orders" }],
      ["failed", { context: "Orders", stack: "a stack" }],
    ],
  );
});
