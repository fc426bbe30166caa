import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { openLogger } from "../../logger/logger.cases.js";
import { stream } from "../bunyan.js";

/** bunyan brings no types; this is what is used of it. */
interface Bunyan {
  createLogger(options: object): BunyanLogger;
  readonly stdSerializers: object;
}
interface BunyanLogger extends Record<"info" | "warn" | "error" | "trace", (...args: unknown[]) => void> {
  child(fields: object): BunyanLogger;
}
const bunyan = createRequire(import.meta.url)("bunyan") as Bunyan;

test("records of bunyan keep their fields, and are there when the call returns", (t) => {
  const { logger, wires } = openLogger(t, { level: "trace" });
  const log = bunyan.createLogger({
    name: "app",
    streams: [{ ...stream({ logger }), level: "trace" }],
    serializers: bunyan.stdSerializers,
  });
  log.info("hi %s", "x");
  log.child({ req_id: "r-1", widget: 1 }).warn({ a: 1 }, "child");
  log.error(new Error("no"), "failed");
  log.trace({ only: "fields" });
  const [hi, child, failed, fields, ...others] = wires();
  assert.deepEqual(others, []);
  assert.deepEqual([hi!.data, hi!.type, hi!.metadata!.name, hi!.metadata!.v], ["hi x", "INFO", "app", 0]);
  assert.ok(!("level" in hi!.metadata!) && !("time" in hi!.metadata!));
  assert.deepEqual([child!.type, child!.request_id], ["WARN", "r-1"]);
  assert.deepEqual([child!.metadata!.widget, child!.metadata!.a], [1, 1]);
  assert.equal((failed!.metadata!.err as { message: string }).message, "no");
  assert.deepEqual([fields!.data, fields!.type, fields!.metadata!.only], ["", "TRACE", "fields"]);
});

test("a level between two is that below, and stays", (t) => {
  const { logger, wires } = openLogger(t);
  const time = new Date(Date.now() - 3_600_000);
  stream({ logger }).stream.write({ level: 35, msg: "x", time });
  const [record] = wires();
  assert.deepEqual(
    [record!.type, record!.metadata, record!.timestamp],
    ["INFO", { level: 35 }, time.toISOString()],
  );
});

test("a field with the name of the time stays one", (t) => {
  const { logger, wires } = openLogger(t);
  const log = bunyan.createLogger({ name: "app", streams: [stream({ logger })] });
  const start = Date.now();
  log.info({ time: 350 }, "query took");
  const [record] = wires();
  assert.equal(record!.metadata!.time, 350);
  assert.ok(Date.parse(record!.timestamp) >= start);
});
