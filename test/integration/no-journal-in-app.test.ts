/** `journal: false` of a logger that ships by itself: records wait in RAM until they are delivered. What is lost by what, and that it is counted. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { type TestContext, test } from "node:test";
import type { LoggerOptions } from "../../src/logger/types.js";
import type { DragonlogError } from "../../src/system/errors.js";
import { until } from "../harness/program.js";
import { App } from "./in-app.js";
import type { Order } from "./programs/in-app.js";
import { GROUP, logNumbers, Shipping } from "./shipping.js";

const SEGMENT_BYTES = 64 << 10;
/** No user can make a folder there. */
const NOWHERE = "/proc/nowhere/journal";

async function open(context: TestContext) {
  const shipping = await Shipping.open(context);
  // The worker of a logger of this process has the variables of this process.
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION } = shipping.cli.env;
  Object.assign(process.env, { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION });
  const troubles: DragonlogError[] = [];
  const own = {
    journal: false,
    to: "cloudwatch",
    endpoint: shipping.cloud.url,
    group: GROUP,
    interval: "1h",
    journalDir: NOWHERE,
    backoffBase: "10ms",
    backoffMax: "50ms",
  };
  return {
    shipping,
    own,
    troubles,
    logger: (options: Partial<LoggerOptions> = {}) =>
      shipping.logger("web", { ...own, onTrouble: (error) => void troubles.push(error), ...options }),
    numbers: () => shipping.stored().flatMap(({ metadata }) => (metadata as { n?: number }).n ?? []),
  };
}

const upTo = (count: number, from = 0): number[] => Array.from({ length: count - from }, (_, n) => from + n);

test("records are delivered from memory, in order, with no folder to write to", async (context) => {
  const { shipping, logger: newLogger, numbers, troubles } = await open(context);
  const logger = newLogger({ segmentBytes: SEGMENT_BYTES, journalBytesMax: 64 * SEGMENT_BYTES });
  for (let round = 0; round < 20; round++) {
    logNumbers(logger, 1000, 1000 * round);
    assert.equal(await logger.flush(), true);
    assert.equal(shipping.cloud.tally().distinct, 1000 * (round + 1));
  }
  const { state, logged, dropped } = logger.stats();
  assert.deepEqual([state, logged, dropped], ["ram", 20_000, {}]);
  await logger.close();
  shipping.assertArrived(20_000);
  assert.deepEqual(numbers(), upTo(20_000));
  assert.deepEqual(troubles, []);
  assert.ok(!existsSync(NOWHERE));
});

test("where one stream takes nothing for a while, what the others took is not sent again", async (context) => {
  const { shipping, logger: newLogger } = await open(context);
  const logger = newLogger({
    stream: "{type}",
    segmentBytes: SEGMENT_BYTES,
    journalBytesMax: 64 * SEGMENT_BYTES,
  });
  shipping.cloud.faults.add({ kind: "deny", operation: "PutLogEvents", stream: "WARN" });
  for (let n = 0; n < 2000; n++) {
    if (n % 100 === 0) logger.warn("one of few", { n });
    else logger.info("one of many", { n });
  }
  assert.equal(await logger.flush(2000), false);
  assert.equal(shipping.cloud.tally().distinct, 1980);
  shipping.cloud.faults.clear();
  await logger.close();
  shipping.assertArrived(2000);
});

for (const whenFull of ["drop-newest", "drop-oldest"] as const) {
  test(`while the cloud is away RAM fills up to its bound, ${whenFull}; the rest goes on in order, and what is missing is counted`, async (context) => {
    const { shipping, logger: newLogger, numbers, troubles } = await open(context);
    shipping.cloud.faults.add({ kind: "unavailable" });
    const journalBytesMax = 4 * SEGMENT_BYTES;
    const logger = newLogger({ whenFull, segmentBytes: SEGMENT_BYTES, journalBytesMax });
    for (let n = 0; n < 20_000; n += 100) {
      logNumbers(logger, 100, n);
      assert.ok(logger.stats().journalBytes <= journalBytesMax);
      await new Promise(setImmediate);
    }
    assert.ok(logger.stats().dropped["memory full"]! > 10_000);
    assert.match(troubles[0]!.message, /^What waits in memory for the destination has reached its cap/);
    shipping.cloud.faults.clear();
    await logger.flush();
    logNumbers(logger, 10, 20_000);
    await logger.close();
    const { dropped } = logger.stats();
    assert.deepEqual(Object.keys(dropped), ["memory full"]);
    const delivered = numbers();
    assert.deepEqual(
      delivered,
      [...delivered].sort((a, b) => a - b),
    );
    assert.equal(new Set(delivered).size, delivered.length);
    const missing = 20_010 - delivered.length;
    const counted = dropped["memory full"]!;
    // Of the oldest, what was on its way may have arrived.
    assert.ok(
      whenFull === "drop-newest" ? missing === counted : missing <= counted,
      `${missing} of ${counted}`,
    );
    const reports = shipping.stored().map(({ metadata }) => (metadata as { dropped?: number }).dropped ?? 0);
    assert.equal(
      reports.reduce((sum, count) => sum + count, 0),
      counted,
    );
  });
}

test("a record that is refused for good, and has no folder for its dead letter, is given up: counted, reported, told, and nothing waits for it", async (context) => {
  const { shipping, logger: newLogger, troubles } = await open(context);
  const logger = newLogger();
  logNumbers(logger, 10);
  assert.equal(await logger.flush(), true);
  logger.log({ timestamp: Date.now() - 20 * 86_400_000, type: "AUDIT", data: "too old" });
  logger.info("refused by the cloud");
  shipping.cloud.faults.add({ kind: "reject", tooOldEndIndex: 1, calls: 1, operation: "PutLogEvents" });
  assert.equal(await logger.flush(), true);
  logNumbers(logger, 10);
  assert.equal(await logger.flush(), true);
  await logger.close();
  assert.deepEqual(logger.stats().dropped, { refused: 2 });
  const stored = shipping.stored();
  const reports = stored.flatMap(({ metadata }) => {
    const { dropped, cause, by_type } = metadata as Record<string, unknown>;
    return dropped === undefined ? [] : [[dropped, cause, by_type]];
  });
  assert.deepEqual(reports, [[2, "refused", { INFO: 1, other: 1 }]]);
  assert.equal(stored.length, 21);
  assert.equal(troubles.length, 2);
  for (const { code, message, hint } of troubles) {
    assert.equal(code, "DRAGONLOG_SHIPPER_FAILED");
    assert.match(message, /: 1 record refused for good \(too-old: .+\)$/);
    assert.match(hint, /^Lost, for dead letters cannot be written \(ENOENT: .+\)\.$/);
  }
});

test("SIGKILL loses what was not delivered, and nothing else", async (context) => {
  const { shipping, own, numbers } = await open(context);
  const app = new App(shipping);
  await app.open("web", own);
  await app.log("web", 100);
  await app.order({ flush: "web" });
  await app.log("web", 50, 100);
  await app.kill();
  const next = new App(shipping);
  await next.open("web", own);
  await next.log("web", 10, 1000);
  await next.finish();
  assert.deepEqual(numbers(), [...upTo(100), ...upTo(1010, 1000)]);
});

test("process.exit right after logging, an error that nobody caught, and the end of a program give the last records a moment", async (context) => {
  const { shipping, own } = await open(context);
  const endings: Order[] = [{ exit: 3 }, { fail: "as no one expected" }, { end: true }];
  for (const [n, end] of endings.entries()) {
    const app = new App(shipping);
    await app.open("web", own);
    // Its worker has begun.
    await app.log("web", 1);
    await app.order({ flush: "web" });
    await app.log("web", 500, 1);
    app.tell(end);
    await app.end;
    assert.equal(shipping.cloud.tally().distinct, 501 * (n + 1), JSON.stringify(end));
  }
});

test("close gives up at its deadline while the cloud is away, and says what is lost by that", async (context) => {
  const { shipping, logger: newLogger, troubles } = await open(context);
  shipping.cloud.faults.add({ kind: "unavailable" });
  const logger = newLogger({ drainDeadline: "200ms" });
  logNumbers(logger, 100);
  await logger.close();
  assert.deepEqual(logger.stats().dropped, { "not stored": 100 });
  await until(
    () =>
      troubles.some(
        ({ code, message }) =>
          code === "DRAGONLOG_SHIPPER_FAILED" &&
          /^100 records were not taken by the destination before their logger was closed/.test(message),
      ),
    () => "nobody was told",
  );
});

test("close counts what is not delivered, and nothing of what was delivered behind it", async (context) => {
  const { shipping, logger: newLogger } = await open(context);
  const logger = newLogger({ stream: "{type}", drainDeadline: "200ms" });
  shipping.cloud.faults.add({ kind: "deny", operation: "PutLogEvents", stream: "WARN" });
  logger.warn("denied");
  logNumbers(logger, 999);
  assert.equal(await logger.flush(2000), false);
  await logger.close();
  assert.equal(shipping.cloud.tally().distinct, 999);
  assert.deepEqual(logger.stats().dropped, { "not stored": 1 });
});

test("a worker that dies loses nothing: the records are in the memory of the thread that logs", async (context) => {
  const { shipping, own, numbers } = await open(context);
  const app = new App(shipping, { preload: "die-once.js" });
  shipping.cloud.faults.add({ kind: "unavailable" });
  await app.open("web", own);
  await app.log("web", 500);
  await until(
    () => app.troubles.some(({ message }) => /a defect in the worker/.test(message)),
    () => JSON.stringify(app.troubles),
  );
  shipping.cloud.faults.clear();
  await app.log("web", 500, 500);
  await app.finish();
  shipping.assertArrived(1000);
  assert.deepEqual(numbers(), upTo(1000));
});
