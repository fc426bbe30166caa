/** `dragonlog ship` against a cloud that fails, and journals that are not as they should be. */
import assert from "node:assert/strict";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { listJournals } from "../../src/buffer/journal.js";
import { JournalReader } from "../../src/journal/reader.js";
import { FakeCloudWatch } from "../../src/testing/index.js";
import { printed } from "./cli.js";
import { GROUP, logNumbers, Shipping } from "./shipping.js";

const DAY_MS = 86_400_000;

test("what was delivered is not sent again by the next run", async (context) => {
  const shipping = await Shipping.open(context);
  const logger = shipping.logger();
  logNumbers(logger, 10);
  const shipper = shipping.ship("--interval", "20ms");
  await shipping.untilStored(10);
  assert.equal((await shipper.stop()).code, 0);
  logNumbers(logger, 10, 10);
  for (let run = 0; run < 2; run++) assert.equal((await shipping.shipOnce()).code, 0);
  shipping.assertArrived(20);
  assert.deepEqual(
    shipping.stored().map(({ metadata }) => (metadata as { n: number }).n),
    Array.from({ length: 20 }, (_, n) => n),
  );
});

test("while the cloud is away records wait, and when it is back all arrive once and in order", async (context) => {
  const shipping = await Shipping.open(context);
  const port = Number(new URL(shipping.cloud.url).port);
  await shipping.cloud.stop();
  const logger = shipping.logger();
  logNumbers(logger, 1000);
  const shipper = shipping.ship("--interval", "20ms");
  // Said after a second failure.
  await printed(shipper.child.stderr, "the records wait in the buffer");
  logNumbers(logger, 500, 1000);
  assert.equal((await shipping.status()).waiting.records, 1500);
  shipping.cloud = await FakeCloudWatch.start({ port, quotas: false });
  await shipping.untilStored(1500);
  assert.equal((await shipper.stop()).code, 0);
  shipping.assertArrived(1500);
});

test("throttling, 5xx and cut connections delay records and do nothing else to them", async (context) => {
  const shipping = await Shipping.open(context);
  await shipping.log(100);
  for (const kind of ["throttle", "unavailable", "cut"] as const) {
    shipping.cloud.faults.add({ kind, calls: 1, operation: "PutLogEvents" });
  }
  const shipper = shipping.ship("--interval", "20ms", "--json");
  await shipping.untilStored(100);
  const { code, stdout } = await shipper.stop();
  const { failures, deliveredRecords, lastError } = JSON.parse(`${stdout}`);
  assert.deepEqual(
    [code, failures, deliveredRecords, lastError],
    [0, { throttled: 1, unavailable: 1, network: 1 }, 100, undefined],
  );
  shipping.assertArrived(100);
});

test("a batch whose answer was lost is doubled, and no other", async (context) => {
  const shipping = await Shipping.open(context);
  for (const service of ["a", "b", "c"]) await shipping.log(10, service);
  assert.equal((await shipping.shipOnce()).code, 0);
  for (const service of ["a", "b", "c"]) await shipping.log(10, service);
  shipping.cloud.faults.add({
    kind: "store-then-cut",
    calls: 1,
    operation: "PutLogEvents",
    when: (_, request) => request.logStreamName === "b",
  });
  assert.equal((await shipping.shipOnce()).code, 0);
  shipping.assertArrived(60, 10);
  const countOf = (stream: string) => shipping.stored(stream).length;
  assert.deepEqual([countOf("a"), countOf("b"), countOf("c")], [20, 30, 20]);
});

test("groups and streams are created as the options say", async (context) => {
  const shipping = await Shipping.open(context);
  const logger = shipping.logger("shop:eu");
  logger.info("one");
  logger.log({ data: "two", type: "AUDIT", timestamp: Date.now() - DAY_MS });
  await logger.close();
  const { code, stderr } = await shipping.shipOnce(
    ...["--stream", "{service}/{host}/{type}/{date}", "--retention-days", "30"],
    ...["--log-class", "INFREQUENT_ACCESS"],
  );
  assert.equal(code, 0, stderr);
  const [group] = shipping.cloud.groups();
  assert.deepEqual(
    [group!.name, group!.retentionInDays, group!.logGroupClass],
    [GROUP, 30, "INFREQUENT_ACCESS"],
  );
  const day = (data: string) => {
    const stream = group!.streams.find(({ name }) => shipping.stored(name)[0]!.data === data)!;
    return [stream.name, `${shipping.stored(stream.name)[0]!.timestamp}`.slice(0, 10)];
  };
  const [today, now] = day("one");
  assert.equal(today, `shop_eu/${hostname()}/INFO/${now}`);
  const [yesterday, before] = day("two");
  assert.equal(yesterday, `shop_eu/${hostname()}/AUDIT/${before}`);
});

test("two shippers on one folder, of which one waits for the other, double nothing", async (context) => {
  const shipping = await Shipping.open(context);
  const flags = ["--interval", "10ms", "--flush-records", "10"];
  const shippers = [shipping.ship(...flags), shipping.ship(...flags)];
  const loggers = ["a", "b", "c", "d"].map((service) => shipping.logger(service));
  for (let round = 0; round < 40; round++) {
    for (const logger of loggers) logNumbers(logger, 20, round * 20);
    await new Promise(setImmediate);
  }
  await Promise.all(loggers.map((logger) => logger.close()));
  await shipping.untilStored(3200);
  for (const { stop } of shippers) assert.equal((await stop()).code, 0);
  shipping.assertArrived(3200);
  assert.deepEqual(listJournals(shipping.dir), []);
});

test("a damaged journal does not stop the others, and its whole records are delivered", async (context) => {
  const shipping = await Shipping.open(context);
  await shipping.log(10, "damaged");
  const [damaged] = listJournals(shipping.dir);
  damage(damaged!, '"n":4');
  await shipping.log(10, "unusable");
  const unusable = listJournals(shipping.dir).find((folder) => folder !== damaged)!;
  rmSync(join(unusable, "cursor"), { force: true });
  mkdirSync(join(unusable, "cursor"));
  await shipping.log(10, "good");
  const { code, stdout, stderr } = await shipping.shipOnce("--json");
  const counts = JSON.parse(`${stdout}`);
  assert.equal(shipping.stored("good").length, 10);
  assert.deepEqual(
    shipping.stored("damaged").map(({ metadata }) => (metadata as { n: number }).n),
    [0, 1, 2, 3, 5, 6, 7, 8, 9],
  );
  assert.equal(counts.damage.damaged, 1, JSON.stringify(counts.damage));
  assert.equal(code, 1, `what cannot be read still waits: ${stderr}`);
  rmSync(join(unusable, "cursor"), { recursive: true });
  assert.equal((await shipping.shipOnce()).code, 0);
  assert.equal(shipping.stored("unusable").length, 10);
});

test("records that the cloud would skip become dead letters, and the rest is delivered", async (context) => {
  const shipping = await Shipping.open(context);
  const logger = shipping.logger();
  logger.info("now");
  logger.log({ data: "old", timestamp: Date.now() - 15 * DAY_MS });
  logger.log({ data: "young", timestamp: Date.now() + DAY_MS });
  logger.info("poison");
  await logger.close();
  shipping.cloud.faults.add({ kind: "poison", message: "poison" });
  const { code, stderr } = await shipping.shipOnce();
  assert.equal(code, 0, stderr);
  assert.match(stderr, /1 record delivered in 1 batch, 3 dead letters in .*dead/);
  assert.deepEqual(
    shipping.stored().map(({ data }) => data),
    ["now"],
  );
  const letters = shipping.deadLetters();
  assert.deepEqual(letters.map(({ reason, line }) => `${reason} ${JSON.parse(`${line}`).data}`).sort(), [
    "invalid poison",
    "too-new young",
    "too-old old",
  ]);
  for (const { destination } of letters) assert.deepEqual(destination, { group: GROUP, stream: "web" });
  assert.equal((await shipping.status()).waiting.records, 0);
});

test("a record too large for one event arrives in parts that are the line, byte for byte", async (context) => {
  const shipping = await Shipping.open(context);
  const logger = shipping.logger();
  logger.info("before");
  logger.info("\u0001\\ 🐉é".repeat(300_000), { large: true });
  logger.info("after");
  await logger.close();
  const line = lineIn(listJournals(shipping.dir)[0]!, 1);
  assert.ok(line.length > 3_000_000);
  assert.equal((await shipping.shipOnce()).code, 0);
  shipping.assertArrived(3);
  const [before, ...rest] = shipping.stored();
  const after = rest.pop();
  assert.deepEqual([before!.data, after!.data], ["before", "after"]);
  assert.deepEqual(
    rest.map(({ part }) => part),
    Array.from({ length: rest[0]!.parts as number }, (_, index) => index + 1),
  );
  // Compared without assert.equal, which would print both.
  assert.ok(rest.map(({ text }) => text).join("") === line);
});

/** Writes over the text where it stands in the folder's first segment. */
function damage(folder: string, text: string): void {
  const path = join(folder, readdirSync(folder).find((name) => name.endsWith(".seg"))!);
  const at = readFileSync(path).indexOf(text);
  assert.ok(at > 0);
  const file = openSync(path, "r+");
  writeSync(file, "\0".repeat(text.length), at);
  closeSync(file);
}

function lineIn(folder: string, index: number): string {
  const onGap = () => assert.fail("a gap");
  const reader = new JournalReader({ folder, writer: "w", fromSeq: 0, restarted: false, onGap });
  const lines: string[] = [];
  for (let records = reader.read(1 << 20); records.length > 0; records = reader.read(1 << 20)) {
    lines.push(...records.map(({ bytes, start, end }) => bytes.toString("utf8", start, end)));
  }
  reader.close();
  return lines[index]!;
}
