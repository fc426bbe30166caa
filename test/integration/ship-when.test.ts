/** When `dragonlog ship` sends, and how it ends. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Remains } from "../../src/ship/remains.js";
import { printed } from "./cli.js";
import { logNumbers, Shipping } from "./shipping.js";

interface Outcome extends Pick<Remains, "waiting" | "journals"> {
  readonly done: boolean;
  readonly lastError: string;
}

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
  assert.match(stderr, /3 records delivered in 1 batch$/m);
  shipping.assertArrived(3);
});

test("it sends when `dragonlog flush` asks, which ends when nothing waits any more", async (context) => {
  const shipping = await Shipping.open(context);
  logNumbers(shipping.logger(), 3);
  shipping.ship();
  await shipping.untilClaimed();
  assert.equal(shipping.cloud.stats().calls.PutLogEvents, undefined);
  const { code, stdout } = await shipping.cli.run(["flush", "--deadline", "30s", "--json"]);
  const { done, waiting, journals } = JSON.parse(`${stdout}`);
  assert.deepEqual([code, done, waiting, journals], [0, true, { records: 0, bytes: 0 }, []]);
  shipping.assertArrived(3);
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
  assert.match(
    stderr,
    /not everything is delivered.*; 3 records \(\d+ B, the oldest for \d+s\) stay in \/.*/,
  );
  assert.match(stderr, /\nservice +writer +records .*\nweb +\w+ +3 .* nobody\n$/);
  const { waiting, shippers } = await shipping.status();
  assert.deepEqual([waiting.records, shippers], [3, []]);
  shipping.cloud.faults.clear();
  assert.equal((await shipping.shipOnce()).code, 0);
  shipping.assertArrived(3);
});

test("SIGTERM in an outage ends with 1 at the deadline, says what remains and where, and nothing is lost", async (context) => {
  const shipping = await Shipping.open(context);
  await shipping.log(5, "web");
  await shipping.log(3, "job");
  shipping.cloud.faults.add({ kind: "unavailable", operation: "PutLogEvents" });
  const shipper = shipping.ship("--interval", "20ms", "--drain-deadline", "500ms", "--json");
  await printed(shipper.child.stderr, "the records wait in the buffer");
  const { code, stdout } = await shipper.stop();
  assert.equal(code, 1);
  const { done, lastError, waiting, journals } = JSON.parse(`${stdout}`) as Outcome;
  assert.deepEqual([done, waiting.records], [false, 8]);
  assert.match(lastError, /\S/);
  assert.deepEqual(
    journals.map(({ service, waiting: own }) => [service, own.records]),
    [
      ["web", 5],
      ["job", 3],
    ],
  );
  for (const { folder } of journals) assert.ok(folder.startsWith(shipping.dir));
  shipping.cloud.faults.clear();
  assert.equal((await shipping.shipOnce()).code, 0);
  shipping.assertArrived(8);
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

test("--once tries a cloud that fails three times whole and three times in part, ends with 1, and leaves the records", async (context) => {
  const shipping = await Shipping.open(context);
  await shipping.log(3);
  shipping.cloud.faults.add({ kind: "unavailable", operation: "PutLogEvents" });
  const { code, stdout } = await shipping.shipOnce("--json");
  assert.equal(code, 1);
  const { done, failures, deliveredRecords } = JSON.parse(`${stdout}`);
  assert.deepEqual([done, Object.keys(failures), deliveredRecords], [false, ["unavailable"], 0]);
  assert.equal(failures.unavailable, 6);
  assert.equal(shipping.cloud.stats().calls.PutLogEvents, failures.unavailable);
  shipping.cloud.faults.clear();
  assert.equal((await shipping.shipOnce()).code, 0);
  shipping.assertArrived(3);
});
