import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { SeverityNumber } from "@opentelemetry/api-logs";
import { LoggerProvider, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs";
import { openLogger } from "../../logger/logger.cases.js";
import { DragonlogLogRecordExporter, DragonlogLogRecordProcessor } from "../opentelemetry.js";

const SPAN = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7", traceFlags: 1 };

for (const way of ["exporter", "processor"] as const) {
  const open = (t: TestContext) => {
    const { logger, wires } = openLogger(t, { level: "trace" });
    const processor =
      way === "processor"
        ? new DragonlogLogRecordProcessor({ logger })
        : new SimpleLogRecordProcessor({ exporter: new DragonlogLogRecordExporter({ logger }) });
    const provider = new LoggerProvider({ processors: [processor] });
    return { provider, log: provider.getLogger("shop", "1.2.3"), wires };
  };

  test(`${way}: severity, attributes, body, time and span become the record's`, (t) => {
    const { log, wires } = open(t);
    const at = Date.now() - 3_600_000;
    log.emit({
      severityNumber: SeverityNumber.WARN2,
      severityText: "Warning",
      body: { order: 7 },
      attributes: { request_id: "r-1", "http.route": "/orders", tags: ["a"] },
      timestamp: at,
      context: trace.setSpanContext(ROOT_CONTEXT, SPAN),
    });
    log.emit({ body: "plain" });
    const [record, plain] = wires() as unknown as Record<string, unknown>[];
    assert.deepEqual([record!.data, record!.type, record!.request_id], [{ order: 7 }, "WARN", "r-1"]);
    assert.deepEqual([record!.trace_id, record!.span_id], [SPAN.traceId, SPAN.spanId]);
    assert.equal(Date.parse(`${record!.timestamp}`), at);
    assert.deepEqual(record!.metadata, {
      "http.route": "/orders",
      tags: ["a"],
      severity_text: "Warning",
      scope: "shop@1.2.3",
    });
    assert.deepEqual([plain!.data, plain!.type, "trace_id" in plain!], ["plain", "INFO", false]);
  });

  test(`${way}: a time in another unit, and what is no severity, break no record and no later one`, (t) => {
    const { log, wires } = open(t);
    const at = Date.now() - 3_600_000;
    log.emit({ body: "microseconds", timestamp: at * 1000 });
    log.emit({ body: "a number", severityText: 5 as unknown as string });
    log.emit({ body: "after", timestamp: at });
    const found = wires();
    assert.deepEqual(
      found.map(({ data }) => data),
      ["microseconds", "a number", "after"],
    );
    assert.ok(found.every(({ timestamp }) => !Number.isNaN(Date.parse(timestamp))));
    assert.ok(Array.isArray(found[0]!.metadata?.hr_time));
    assert.equal(Date.parse(found[2]!.timestamp), at);
  });

  test(`${way}: what cannot be read escapes nowhere, and the rest is kept`, (t) => {
    const { logger, wires } = openLogger(t, { level: "trace" });
    const own = {
      get a() {
        throw new Error("no");
      },
    };
    const text = { toString: () => assert.fail("asked for its text") };
    const at = Math.floor(Date.now() / 1000);
    const emit = (given: object): void => {
      const record = { hrTime: [at, 0], ...given } as never;
      if (way === "processor") new DragonlogLogRecordProcessor({ logger }).onEmit(record);
      else new DragonlogLogRecordExporter({ logger }).export([record], () => {});
    };
    emit({ body: "x", severityNumber: 17, attributes: own });
    emit({ body: "y", severityText: text });
    emit({ body: "z", hrTime: [1, 2] });
    const [unread, odd, old] = wires() as unknown as Record<string, Record<string, unknown>>[];
    assert.deepEqual([unread!.type, unread!.data!.body], ["ERROR", "x"]);
    assert.deepEqual([odd!.type, odd!.data], ["INFO", "y"]);
    assert.deepEqual([old!.data, old!.metadata!.hr_time], ["z", [1, 2]]);
    assert.ok(Date.parse(`${old!.timestamp}`) >= at * 1000);
  });

  test(`${way}: each severity has its level`, (t) => {
    const { log, wires } = open(t);
    for (let severityNumber = 1; severityNumber <= 24; severityNumber++)
      log.emit({ severityNumber, body: "x" });
    const levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
    assert.deepEqual(
      wires().map(({ type }) => type),
      levels.flatMap((level) => Array(4).fill(level)),
    );
  });

  test(`${way}: flush and shutdown resolve`, async (t) => {
    const { provider, log, wires } = open(t);
    log.emit({ body: "x" });
    await provider.forceFlush();
    await provider.shutdown();
    assert.equal(wires().length, 1);
  });
}
