/**
 * Records that are logged in one turn of the event loop share milliseconds, and CloudWatch orders a stream by
 * milliseconds only: what keeps them in series is the order of arrival, while batches fly side by side.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { DragonLogger } from "../../src/index.js";
import { FakeCloudWatch } from "../../src/testing/index.js";
import { eventsOf } from "./harness/kill-round.js";
import { expectedRecord, recordLogger } from "./harness/records.js";
import { shipHere } from "./harness/shipping.js";
import { judge } from "./harness/verdict.js";

const RECORDS = 4000;
const LATENCY_MS_MAX = 60;
const SEED = 7;

async function open(context: TestContext) {
  const cloud = await FakeCloudWatch.start({ quotas: false });
  // Each call takes a time of its own, so that one that is sent later overtakes.
  cloud.faults.add({ kind: "latency", ms: 0, msMax: LATENCY_MS_MAX, operation: "PutLogEvents" });
  const dir = mkdtempSync(join(tmpdir(), "dragonlog-one-turn-"));
  context.after(async () => {
    await cloud.stop();
    rmSync(dir, { recursive: true });
  });
  return { cloud, dir };
}

test(`${RECORDS} records of one turn are all delivered, in order`, async (context) => {
  const { cloud, dir } = await open(context);
  await using logger = new DragonLogger({ service: "turn", journalDir: dir, segmentBytes: "64KiB" });
  const log = recordLogger(logger, SEED);
  for (let n = 0; n < RECORDS; n++) {
    log(n);
  }
  await shipHere(dir, cloud);
  const events = eventsOf(cloud, "turn");
  assert.deepEqual(judge(events, RECORDS, (n) => expectedRecord(n, SEED)).faults, []);
  const milliseconds = new Set(events.map(({ timestamp }) => timestamp)).size;
  context.diagnostic(
    `${RECORDS} records in ${milliseconds} ms, ${cloud.stats().putsInFlightPeak} puts in flight at most`,
  );
  assert.ok(milliseconds < RECORDS / 2, "the records share milliseconds");
});

test("several loggers in one turn: each in order in the stream they share, with batches in flight side by side", async (context) => {
  const { cloud, dir } = await open(context);
  const loggers = Array.from({ length: 3 }, () => new DragonLogger({ service: "shared", journalDir: dir }));
  const body = "x".repeat(900);
  for (let n = 0; n < RECORDS; n++) {
    for (const [number, logger] of loggers.entries()) {
      logger.info(body, { n, number });
    }
  }
  await shipHere(dir, cloud);
  await Promise.all(loggers.map((logger) => logger.close()));
  const byLogger = loggers.map(() => [] as number[]);
  for (const { message } of eventsOf(cloud, "shared")) {
    const { n, number } = (JSON.parse(message) as { metadata: { n: number; number: number } }).metadata;
    byLogger[number]!.push(n);
  }
  const all = Array.from({ length: RECORDS }, (_, n) => n);
  assert.deepEqual(
    byLogger,
    loggers.map(() => all),
  );
  const { duplicates, outOfOrder, lost } = cloud.tally();
  assert.deepEqual({ duplicates, outOfOrder, lost }, { duplicates: 0, outOfOrder: 0, lost: 0 });
  assert.ok(cloud.stats().putsInFlightPeak > 1, "several batches were in flight at once");
});

test("batches that share one millisecond go one after the other", async (context) => {
  const { cloud, dir } = await open(context);
  await using logger = new DragonLogger({ service: "same", journalDir: dir });
  const timestamp = Date.now();
  const body = "x".repeat(900);
  for (let n = 0; n < RECORDS; n++) {
    logger.log({ timestamp, data: body, metadata: { n } });
  }
  await shipHere(dir, cloud);
  const expected = (n: number) => ({ data: body, type: "INFO", metadata: { n } });
  assert.deepEqual(judge(eventsOf(cloud, "same"), RECORDS, expected).faults, []);
  const { putsAccepted, putsInFlightPeak } = cloud.stats();
  assert.ok(putsAccepted > 1, "there was more than one batch");
  assert.equal(putsInFlightPeak, 1);
});
