import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { type TestContext, test } from "node:test";
import winston from "winston";
import { openLogger } from "../../logger/logger.cases.js";
import { DragonlogTransport, type WinstonOptions } from "../winston.js";

const { format } = winston;

function open(t: TestContext, options: Partial<WinstonOptions> = {}, own: winston.LoggerOptions = {}) {
  const { logger, wires } = openLogger(t, { level: "trace" });
  const transport = new DragonlogTransport({ logger, ...options } as WinstonOptions);
  return { log: winston.createLogger({ ...own, transports: [transport] }), transport, wires };
}

/** A transport that never takes its first record. */
function stuck(): winston.transport {
  const writable = new Writable({ objectMode: true, write: () => {} });
  return Object.assign(writable, { log: (_info: unknown, _next: unknown) => {} }) as never;
}

test("a call in the very turn that made the logger is in the journal when it returns", (t) => {
  const { log, wires } = open(t);
  log.info("first");
  log.warn("second", { a: 1, request_id: "r-1" });
  const [first, second, ...others] = wires();
  assert.deepEqual(others, []);
  assert.deepEqual([first!.data, first!.type, first!.metadata], ["first", "INFO", undefined]);
  assert.deepEqual([second!.type, second!.request_id, second!.metadata], ["WARN", "r-1", { a: 1 }]);
});

test("a transport beside it that is stuck holds nothing back, and nothing comes twice", async (t) => {
  const { log, wires } = open(t);
  log.add(stuck());
  for (let turn = 0; turn < 5; turn++) {
    for (let n = 0; n < 100; n++) log.info(`${turn} ${n}`);
    assert.equal(wires().length, 100, `turn ${turn}`);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(wires().length, 0);
  }
});

test("formats of the logger and of the transport are what is recorded, each applied once", (t) => {
  let formatted = 0;
  const counting = format((info) => {
    formatted++;
    return Object.assign(info, { formatted });
  });
  const { log, wires } = open(
    t,
    { format: format((info) => Object.assign(info, { own: true }))() },
    { format: format.combine(format.colorize(), format.timestamp(), format.splat(), counting()) },
  );
  log.error("failed %d of %d", 1, 2);
  const [record] = wires();
  assert.deepEqual([record!.data, record!.type], ["failed 1 of 2", "ERROR"]);
  assert.deepEqual(record!.metadata, { formatted: 1, own: true });
});

test("levels, silence and removal work as with winston's own", (t) => {
  const { log, transport, wires } = open(t, { level: "warn" }, { level: "silly" });
  log.info("below the transport's level");
  log.warn("w");
  transport.level = "silly";
  log.silly("s");
  transport.silent = true;
  log.error("silent");
  transport.silent = false;
  log.remove(transport);
  log.add(stuck());
  log.error("removed");
  assert.deepEqual(
    wires().map(({ data, type }) => [data, type]),
    [
      ["w", "WARN"],
      ["s", "SILLY"],
    ],
  );
});

test("a transport that has left and come back takes each record once, and of two the first takes first", (t) => {
  const { log, transport, wires } = open(t);
  const { logger } = transport;
  const named = (by: string) =>
    new DragonlogTransport({ logger, format: format((info) => Object.assign(info, { by }))() });
  const [first, second] = [named("first"), named("second")];
  log.clear().add(first).add(second).remove(first).add(first);
  log.info("x");
  log.remove(first).remove(second).add(first).add(second);
  log.info("y");
  assert.deepEqual(
    wires().map(({ data, metadata }) => [data, metadata!.by]),
    [
      ["x", "second"],
      ["x", "first"],
      ["y", "first"],
      ["y", "second"],
    ],
  );
});

test("of two loggers that share a transport the first one's levels count, as for winston's own", async (t) => {
  for (const [first, second] of [
    ["debug", "error"],
    ["error", "debug"],
  ]) {
    const { log: maker, transport, wires } = open(t);
    maker.clear();
    const got: string[] = [];
    const theirs = new winston.transports.Stream({
      stream: new Writable({
        write: (text, _encoding, next) => next(void got.push(JSON.parse(`${text}`).message)),
      }),
    });
    for (const level of [first, second]) {
      const log = winston.createLogger({ level, transports: [theirs, transport] });
      log.debug(`${level} debug`);
      log.error(`${level} error`);
    }
    const data = wires().map((wire) => wire.data);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(data, got);
    assert.equal(data.length, first === "debug" ? 4 : 2);
  }
});

test("what was logged before the transport was added comes before what is logged later, and once", async (t) => {
  const { transport, wires } = open(t);
  const log = winston.createLogger({});
  const rec = { level: "info", message: "early" };
  for (const each of [rec, rec]) log.write(each);
  log.add(stuck()).add(transport);
  log.write(rec);
  log.info("late");
  log.remove(transport).add(transport);
  const early = wires().map(({ data }) => data);
  assert.deepEqual(early, ["early", "early", "early", "late"]);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(wires().length, 0);
});

test("the same object written twice is recorded twice, also where it waits in the pipe", async (t) => {
  const { log, wires } = open(t);
  let slowGot = 0;
  const slow = new Writable({
    objectMode: true,
    write: (_info, _encoding, next) => setImmediate(() => next(void slowGot++)),
  });
  log.add(Object.assign(slow, { log: (_info: unknown, _next: unknown) => {} }) as never);
  // The pipe holds back from the 16th on.
  for (let i = 0; i < 20; i++) log.info("another");
  const rec = { level: "info", message: "heartbeat" };
  for (const each of [rec, rec, rec]) log.write(each);
  while (slowGot < 23) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(wires().length, 23);
});

test("a format that throws takes no record from the others", async (t) => {
  const { log, transport, wires } = open(t);
  const got: unknown[] = [];
  log.clear();
  log.add(
    new winston.transports.Stream({
      stream: new Writable({ write: (text, _encoding, next) => next(void got.push(`${text}`)) }),
    }),
  );
  log.add(transport);
  transport.format = format(() => {
    throw new Error("boom");
  })();
  const second = new DragonlogTransport({ logger: transport.logger });
  log.add(second);
  assert.throws(() => log.info("x"), /boom/);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(got.length, 1);
  assert.equal(wires().length, 1);
});

test("a level that a format has made more of stays", (t) => {
  const { log, wires } = open(
    t,
    {},
    { format: format((info) => Object.assign(info, { level: `${info.level} pid=42` }))() },
  );
  log.info("x");
  const [record] = wires();
  assert.deepEqual([record!.type, record!.metadata], ["INFO", { level: "info pid=42" }]);
});

test("children, other forms of a call, and errors", (t) => {
  const { log, wires } = open(t, {}, { defaultMeta: { app: "a" }, format: format.errors({ stack: true }) });
  log.child({ reqId: "r-2" }).info("c");
  log.log({ level: "warn", message: "one object", a: 1 });
  log.log("debug", "below");
  log.error(new Error("no"));
  const [child, object, error, ...others] = wires();
  assert.deepEqual(others, []);
  assert.deepEqual([child!.request_id, child!.metadata], ["r-2", { app: "a" }]);
  assert.deepEqual(
    [object!.data, object!.type, object!.metadata],
    ["one object", "WARN", { a: 1, app: "a" }],
  );
  assert.equal(error!.data, "no");
  assert.match(`${error!.metadata!.stack}`, /^Error: no\n/);
});

test("the end of the logger is the end of the transport; a logger that was given stays open", async (t) => {
  const { log, transport, wires } = open(t);
  log.info("x");
  const finished = new Promise((resolve) => transport.once("finish", resolve));
  log.end();
  await finished;
  transport.logger.info("y");
  assert.equal(wires().length, 2);
});
