/** `limit` and `sample` of a logger: what is held back is said in the stream, in its counts, and in `writer.json`. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { readWriterInfo } from "../journal/folder.js";
import { openLogger } from "./logger.cases.js";

test("what is held back is counted, and reported at close at the latest", async (t) => {
  const { logger, wires, dir } = openLogger(t, { level: "debug", limit: { info: 5 }, sample: { debug: 0 } });
  const child = logger.child({ service: "api", a: 1 });
  const startMs = Date.now();
  for (let i = 0; i < 1000; i++) {
    logger.info(i);
    child.log({ data: i, type: "INFO" });
    child.debug(i);
    logger.warn(i);
  }
  const seconds = Math.floor((Date.now() - startMs) / 1000) + 1;
  await logger.close();
  const all = wires();
  const reports = all.filter(({ data }) => /^suppressed [\d,]+ records?$/.test(String(data)));
  const kept = all.filter((wire) => !reports.includes(wire));
  const infos = kept.filter(({ type }) => type === "INFO");
  assert.ok(infos.length >= 10 && infos.length <= 10 * seconds, `${infos.length} in ${seconds}`);
  assert.equal(kept.filter(({ type }) => type === "WARN").length, 1000);
  const suppressed = reports.map(({ service, type, metadata }) => [service, type, metadata!.by_cause]);
  const ofApi = 1000 - infos.filter(({ service }) => service === "api").length;
  const ofSvc = 1000 - infos.filter(({ service }) => service === "svc").length;
  assert.deepEqual(suppressed, [
    ["api", "WARN", { limit: ofApi, sample: 1000 }],
    ["svc", "WARN", { limit: ofSvc }],
  ]);
  assert.deepEqual(reports[0]!.metadata!.by_type, { DEBUG: 1000, INFO: ofApi });
  assert.deepEqual(logger.stats().suppressed, { limit: ofApi + ofSvc, sample: 1000 });
  const told = readWriterInfo(join(dir, logger.stats().writer))!.suppressed!;
  const recordsOf = (service: string, type: string) =>
    told
      .filter((each) => each.service === service && each.type === type)
      .map(({ cause, records }) => [cause, records]);
  assert.deepEqual(recordsOf("api", "DEBUG"), [["sample", 1000]]);
  assert.deepEqual(recordsOf("api", "INFO"), [["limit", ofApi]]);
  assert.deepEqual(recordsOf("svc", "INFO"), [["limit", ofSvc]]);
  assert.equal(told.length, 3);
});

test("a type that is a secret is none in a report either", async (t) => {
  const { logger, lines } = openLogger(t, { limit: 1, redact: "aws" });
  for (let i = 0; i < 3; i++) logger.log({ data: i, type: "AKIAIOSFODNN7EXAMPLE" });
  await logger.close();
  const all = lines();
  assert.match(all.at(-1)!, /"data":"suppressed [12] records?"/);
  assert.ok(!all.some((line) => line.includes("AKIA")), all.at(-1));
});

test("a report is ours: no path takes it away", async (t) => {
  for (const redactBy of ["censor", "remove"] as const) {
    const { logger, wires } = openLogger(t, {
      limit: 1,
      redact: ["metadata", "data", "**.suppressed"],
      redactBy,
    });
    for (let i = 0; i < 3; i++) logger.info("private", { a: i });
    await logger.close();
    const all = wires();
    const [first, report] = [all[0]!, all.at(-1)!];
    assert.equal(first.data, redactBy === "censor" ? "[redacted]" : null);
    assert.match(String(report.data), /^suppressed [12] records?$/);
    const { suppressed, by_type } = report.metadata as { suppressed: number; by_type: object };
    assert.deepEqual(by_type, { INFO: suppressed });
  }
});

/** Where @opentelemetry/api keeps what was set up with it. */
const API = Symbol.for("opentelemetry.js.api.1");

test("what is logged while the active span is looked up is counted in a report, too", async (t) => {
  const { logger, wires } = openLogger(t, { limit: { DEBUG: 1 }, level: "debug" });
  const global = globalThis as { [API]?: unknown };
  t.after(() => delete global[API]);
  let calls = 0;
  const debug = () => {
    calls++;
    logger.debug("d");
  };
  const active = () => {
    for (let i = 0; i < 3; i++) debug();
    return { getValue: () => undefined };
  };
  global[API] = { context: { active } };
  for (let i = 0; i < 5; i++) debug();
  logger.info("looks the span up");
  await logger.close();
  const all = wires();
  const kept = all.filter(({ data }) => data === "d").length;
  const reported = all.map(({ metadata }) => Number(metadata?.suppressed ?? 0));
  assert.equal(kept + reported.reduce((sum, each) => sum + each, 0), calls);
});

test("without limit and sample nothing is held back, and rates that make no sense are refused by name", (t) => {
  const { logger } = openLogger(t);
  for (let i = 0; i < 1000; i++) logger.info(i);
  assert.deepEqual(logger.stats().suppressed, { limit: 0, sample: 0 });
  const wrong: [object, RegExp][] = [
    [{ limit: 0 }, /^limit of new DragonLogger\(\) cannot be 0$/],
    [{ limit: { INFO: 1.5 } }, /^limit/],
    [{ limit: "INFO=" }, /^limit .* cannot be "INFO="$/],
    [{ limit: [5] }, /^limit/],
    [{ sample: { DEBUG: 1.1 } }, /^sample/],
    [{ sample: "DEBUG=-1" }, /^sample/],
    [{ sample: { "": 1 } }, /^sample/],
    [{ sample: null }, /^sample/],
  ];
  for (const [options, message] of wrong) {
    assert.throws(() => openLogger(t, options), { code: "DRAGONLOG_OPTION_INVALID", message });
  }
});

test("once the logger is closed, nothing is held back, and nobody waits to say so", async (t) => {
  const { logger } = openLogger(t, { limit: 1 });
  await logger.close();
  for (let i = 0; i < 5; i++) logger.info(i);
  assert.deepEqual(logger.stats().dropped, { closed: 5 });
  assert.deepEqual(logger.stats().suppressed, { limit: 0, sample: 0 });
});

test("a full journal makes the report wait, and drops no record for it", async (t) => {
  const { logger, dir, stored } = openLogger(t, {
    segmentBytes: "64KiB",
    journalBytesMax: "128KiB",
    limit: { DEBUG: 1 },
    level: "debug",
    onTrouble: () => undefined,
  });
  let calls = 0;
  while (Object.keys(logger.stats().dropped).length === 0) {
    logger.info("x".repeat(1000));
    calls++;
  }
  logger.debug("let through");
  logger.debug("held back");
  await logger.close();
  const kept = stored().filter(({ type }) => type !== "WARN");
  assert.deepEqual(logger.stats().dropped, { "journal full": calls + 1 - kept.length });
  const { suppressed } = readWriterInfo(join(dir, logger.stats().writer))!;
  assert.deepEqual(suppressed, [{ service: "svc", type: "DEBUG", cause: "limit", records: 1 }]);
});
