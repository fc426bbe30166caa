/** When `dragonlog ship` sends, and how it ends. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { printed } from "./cli.js";
import { logNumbers, Shipping } from "./shipping.js";

test("it sends when 1000 records wait, whatever the interval", async (context) => {
  const shipping = await Shipping.open(context);
  const logger = shipping.logger();
  logNumbers(logger, 999);
  const shipper = shipping.ship("--interval", "1h");
  await shipping.untilClaimed();
  // Looked at again by a process that takes longer to start than the shipper takes between two looks.
  assert.equal((await shipping.status()).waiting.records, 999);
  assert.equal(shipping.cloud.stats().calls.PutLogEvents, undefined);
  logNumbers(logger, 1, 999);
  await shipping.untilStored(1000);
  shipping.assertArrived(1000);
  assert.equal((await shipper.stop()).code, 0);
});

test("it sends when the interval has passed", async (context) => {
  const shipping = await Shipping.open(context);
  logNumbers(shipping.logger(), 3);
  const shipper = shipping.ship("--interval", "300ms");
  await shipping.untilStored(3);
  const { code, stderr } = await shipper.stop();
  assert.equal(code, 0, stderr);
  assert.match(stderr, /3 records delivered in 1 batches/);
  shipping.assertArrived(3);
});

test("it sends when `dragonlog flush` asks, which ends when nothing waits any more", async (context) => {
  const shipping = await Shipping.open(context);
  logNumbers(shipping.logger(), 3);
  shipping.ship();
  await shipping.untilClaimed();
  assert.equal(shipping.cloud.stats().calls.PutLogEvents, undefined);
  const { code, stdout } = await shipping.cli.run(["flush", "--deadline", "30s", "--json"]);
  assert.deepEqual([code, JSON.parse(`${stdout}`)], [0, { done: true, records: 0, bytes: 0 }]);
  shipping.assertArrived(3);
});

test("`dragonlog flush` says when it has waited in vain, and why", async (context) => {
  const shipping = await Shipping.open(context);
  await shipping.log(3);
  const alone = await shipping.cli.run(["flush", "--deadline", "300ms"]);
  assert.equal(alone.code, 1);
  assert.match(
    alone.stderr,
    /3 records still wait in .*\nNo shipper empties 1 of the journals: start `dragonlog ship`/,
  );
  shipping.cloud.faults.add({ kind: "hang", operation: "PutLogEvents" });
  shipping.ship();
  await shipping.untilClaimed();
  const hanging = await shipping.cli.run(["flush", "--deadline", "300ms", "--json"]);
  assert.equal(hanging.code, 1);
  assert.equal(JSON.parse(`${hanging.stdout}`).records, 3);
});

test("SIGTERM sends what waits before it ends", async (context) => {
  const shipping = await Shipping.open(context);
  const logger = shipping.logger();
  logNumbers(logger, 3);
  const shipper = shipping.ship();
  await shipping.untilClaimed();
  logNumbers(logger, 2, 3);
  const { code, stderr } = await shipper.stop();
  assert.equal(code, 0, stderr);
  assert.match(stderr, /draining, for at most 25s\n.*5 records delivered/);
  shipping.assertArrived(5);
});

test("SIGTERM gives up at the deadline, and the next run delivers the rest, once", async (context) => {
  const shipping = await Shipping.open(context);
  await shipping.log(3);
  shipping.cloud.faults.add({ kind: "hang", operation: "PutLogEvents" });
  const shipper = shipping.ship("--drain-deadline", "500ms");
  await printed(shipper.child.stderr, "->");
  const { code, signal, stderr } = await shipper.stop();
  assert.deepEqual([code, signal], [1, null], stderr);
  assert.match(stderr, /not everything is delivered/);
  const { waiting, shippers } = await shipping.status();
  assert.deepEqual([waiting.records, shippers], [3, []]);
  shipping.cloud.faults.clear();
  assert.equal((await shipping.shipOnce()).code, 0);
  shipping.assertArrived(3);
});

test("a second SIGTERM ends it at once", async (context) => {
  const shipping = await Shipping.open(context);
  await shipping.log(3);
  shipping.cloud.faults.add({ kind: "hang", operation: "PutLogEvents" });
  const shipper = shipping.ship();
  await printed(shipper.child.stderr, "->");
  shipper.child.kill("SIGTERM");
  await printed(shipper.child.stderr, "draining");
  assert.equal((await shipper.stop()).code, 128 + 15);
  assert.equal((await shipping.status()).waiting.records, 3);
});

async function assertOnce(context: TestContext, [flags, code, said]: (typeof ONCE)[number]): Promise<void> {
  const shipping = await Shipping.open(context);
  const result = await shipping.shipOnce(...flags);
  assert.equal(result.code, code, result.stderr);
  assert.match(result.stderr, said);
}

const ONCE: readonly (readonly [flags: readonly string[], code: number, said: RegExp])[] = [
  [[], 0, /0 records delivered/],
  [["--interval", "0s"], 2, /interval.*10ms/],
  [["--intervall", "1s"], 2, /--intervall/],
  [["--to", "elsewhere"], 2, /elsewhere/],
  [["--stream", "{pod}"], 2, /\{pod\}/],
];

for (const row of ONCE) {
  test(`--once ${row[0].join(" ")} ends with ${row[1]}`, (context) => assertOnce(context, row));
}

test("--once tries a cloud that fails three times, ends with 1, and leaves the records", async (context) => {
  const shipping = await Shipping.open(context);
  await shipping.log(3);
  shipping.cloud.faults.add({ kind: "unavailable", operation: "PutLogEvents" });
  const { code, stdout } = await shipping.shipOnce("--json");
  assert.equal(code, 1);
  const { done, failures, deliveredRecords } = JSON.parse(`${stdout}`);
  assert.deepEqual([done, failures, deliveredRecords], [false, { unavailable: 3 }, 0]);
  assert.equal(shipping.cloud.stats().calls.PutLogEvents, 3);
  shipping.cloud.faults.clear();
  assert.equal((await shipping.shipOnce()).code, 0);
  shipping.assertArrived(3);
});
