/** `new DragonLogger({ to: … })` in applications that flush, close, end, exit or are killed. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { listJournals } from "../../src/buffer/journal.js";
import { App, BUILT, PROGRAMS, type Trouble } from "./in-app.js";
import { GROUP, Shipping } from "./shipping.js";

async function open(context: TestContext) {
  const shipping = await Shipping.open(context);
  return { shipping, app: new App(shipping) };
}

test("flush delivers, again and again; close delivers the rest and leaves no journal", async (context) => {
  const { shipping, app } = await open(context);
  await app.open("web");
  await app.log("web", 10);
  await app.order({ flush: "web" });
  shipping.assertArrived(10);
  await app.log("web", 10, 10);
  await app.order({ flush: "web" });
  shipping.assertArrived(20);
  await app.log("web", 10, 20);
  await app.order({ close: "web" });
  shipping.assertArrived(30);
  assert.deepEqual(listJournals(shipping.dir), []);
  assert.deepEqual((await shipping.status()).shippers, []);
  await app.finish();
  assert.deepEqual(app.troubles, []);
});

test("records go by their number and by the interval, without a flush", async (context) => {
  const { shipping, app } = await open(context);
  await app.open("web");
  await app.log("web", 1000);
  await shipping.untilStored(1000);
  await app.open("quick", { interval: "50ms" });
  await app.log("quick", 5);
  await shipping.untilStored(1005);
  await app.finish();
  shipping.assertArrived(1005);
});

test("a program that has nothing left to do delivers before it ends", async (context) => {
  const { shipping, app } = await open(context);
  await app.open("web");
  await app.log("web", 100);
  await app.finish();
  shipping.assertArrived(100);
});

test("a program whose cloud is away ends all the same, and the next one delivers", async (context) => {
  const { shipping, app } = await open(context);
  shipping.cloud.faults.add({ kind: "hang", operation: "PutLogEvents" });
  await app.open("web", { drainDeadline: "300ms" });
  await app.log("web", 10);
  await app.finish();
  assert.equal((await shipping.status()).waiting.records, 10);
  shipping.cloud.faults.clear();
  const next = new App(shipping);
  await next.open("web");
  await next.log("web", 5);
  await next.finish();
  shipping.assertArrived(15);
  assert.equal((await shipping.status()).waiting.records, 0);
});

test("close gives up at the deadline and leaves the rest", async (context) => {
  const { shipping, app } = await open(context);
  shipping.cloud.faults.add({ kind: "hang", operation: "PutLogEvents" });
  await app.open("web", { drainDeadline: "300ms" });
  await app.log("web", 10);
  await app.order({ close: "web" });
  await app.finish();
  assert.equal((await shipping.status()).waiting.records, 10);
});

test("a flush beside a close ends with it", async (context) => {
  const { shipping, app } = await open(context);
  await app.open("web", { drainDeadline: "10m" });
  await app.log("web", 10);
  await app.order({ flushAndClose: "web" });
  await app.finish();
  shipping.assertArrived(10);
});

for (const [how, leave] of [
  [
    "process.exit right after logging",
    async (app: App) => {
      app.tell({ log: "web", count: 10, from: 5 });
      app.tell({ exit: 3 });
      assert.equal((await app.end).code, 3);
    },
  ],
  [
    "SIGKILL",
    async (app: App) => {
      await app.log("web", 10, 5);
      assert.equal((await app.kill()).signal, "SIGKILL");
    },
  ],
] as const) {
  test(`what ${how} leaves is delivered by the next start, once and in order`, async (context) => {
    const { shipping, app } = await open(context);
    await app.open("web");
    await app.log("web", 5);
    await app.order({ flush: "web" });
    await leave(app);
    assert.equal((await shipping.status()).waiting.records, 10);
    const next = new App(shipping);
    await next.open("web");
    await next.log("web", 1);
    await next.order({ flush: "web" });
    shipping.assertArrived(16);
    await next.finish();
    assert.deepEqual(
      (await shipping.status()).writers.map(({ pid }) => pid),
      [next.pid],
      "the journal of the dead one is gone",
    );
  });
}

test("`dragonlog ship` leaves the journals of a living application alone, and takes over those of a dead one", async (context) => {
  const { shipping, app } = await open(context);
  await app.open("web");
  await app.log("web", 10);
  await shipping.log(3, "other");
  const shipper = shipping.ship("--interval", "20ms");
  await shipping.untilStored(3);
  assert.equal((await shipping.shipOnce()).code, 0);
  shipping.assertArrived(3);
  const { writers } = await shipping.untilStatus(({ journals }) => journals.journals === 1);
  assert.deepEqual(
    writers.map(({ service, waiting: { records }, takenBy }) => [service, records, takenBy]),
    [["web", 10, app.pid]],
  );
  await app.order({ flush: "web" });
  shipping.assertArrived(13);
  await app.log("web", 10, 10);
  await app.kill();
  await shipping.untilStored(23);
  assert.equal((await shipper.stop()).code, 0);
  shipping.assertArrived(23);
  assert.deepEqual(listJournals(shipping.dir), []);
});

test("loggers with one destination share one worker, which ends with the last of them", async (context) => {
  const { shipping, app } = await open(context);
  await app.open("web");
  await app.open("job");
  await app.log("web", 5);
  await app.log("job", 5);
  await shipping.untilStatus(({ shippers }) => shippers.length === 1);
  await app.order({ close: "web" });
  assert.equal(shipping.stored("web").length, 5, "its records are delivered, although its shipper goes on");
  await app.order({ flush: "job" });
  shipping.assertArrived(10);
  assert.equal((await shipping.status()).shippers.length, 1);
  await app.order({ close: "job" });
  assert.equal((await shipping.status()).shippers.length, 0);
  await app.open("web");
  await app.log("web", 1);
  await app.order({ flush: "web" });
  shipping.assertArrived(11);
  await app.finish();
});

test("two destinations in one folder do not mix, also after a crash", async (context) => {
  const { shipping, app } = await open(context);
  const options = { stream: "one" };
  const others = { stream: "two" };
  await app.open("a", options);
  await app.open("b", others);
  await app.log("a", 5);
  await app.log("b", 7);
  await app.order({ flush: "a" });
  await app.order({ flush: "b" });
  assert.deepEqual([shipping.stored("one").length, shipping.stored("two").length], [5, 7]);
  await app.log("a", 5, 5);
  await app.log("b", 7, 7);
  await app.kill();
  const next = new App(shipping);
  await next.open("c", others);
  await next.order({ flush: "c" });
  assert.deepEqual([shipping.stored("one").length, shipping.stored("two").length], [5, 14]);
  await next.open("d", options);
  await next.order({ flush: "d" });
  assert.deepEqual([shipping.stored("one").length, shipping.stored("two").length], [10, 14]);
  shipping.assertArrived(24);
  await next.finish();
});

test("a worker that dies is started again, and is told of", async (context) => {
  const shipping = await Shipping.open(context);
  const app = new App(shipping, { preload: "die-once.js" });
  await app.open("web");
  await app.log("web", 10);
  await app.told;
  await app.log("web", 10, 10);
  await app.order({ flush: "web" });
  shipping.assertArrived(20);
  await app.finish();
  assert.deepEqual(
    app.troubles.map(({ code, message }) => `${code} ${message}`),
    ["DRAGONLOG_SHIPPER_FAILED The shipper in this process: a defect in the worker"],
  );
});

test("missing credentials are told, and do not keep the program", async (context) => {
  const shipping = await Shipping.open(context);
  const without = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
  const app = new App(shipping, { env: { ...without, HOME: shipping.cli.dir } });
  await app.open("web", { drainDeadline: "2s" });
  await app.log("web", 3);
  await app.finish();
  assert.deepEqual(
    app.troubles.map(({ code }) => code),
    ["DRAGONLOG_SHIPPER_FAILED"],
  );
  assert.match(app.troubles[0]!.message, /credentials/);
  assert.equal((await shipping.status()).waiting.records, 3);
});

/** What was built, in a place where there are the packages that dragonlog depends on, and no AWS SDK. */
function builtWithoutSdk(shipping: Shipping): string {
  const root = join(shipping.cli.dir, "without-sdk");
  const built = join(root, "built");
  cpSync(join(BUILT, "src"), join(built, "src"), { recursive: true });
  cpSync(join(BUILT, PROGRAMS), join(built, PROGRAMS), { recursive: true });
  writeFileSync(join(root, "package.json"), '{"type":"module"}');
  mkdirSync(join(root, "node_modules"));
  symlinkSync(join(BUILT, "../node_modules/@koromix"), join(root, "node_modules/@koromix"));
  return built;
}

test("files need no AWS SDK", async (context) => {
  const shipping = await Shipping.open(context);
  const app = new App(shipping, { built: builtWithoutSdk(shipping) });
  const logs = join(shipping.cli.dir, "logs");
  await app.open("web", { to: `directory:${logs}` });
  await app.log("web", 10);
  await app.order({ flush: "web" });
  const folder = join(logs, GROUP, "web");
  const lines = readdirSync(folder).flatMap((name) =>
    readFileSync(join(folder, name), "utf8").trimEnd().split("\n"),
  );
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).metadata.n),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  await app.finish();
  assert.deepEqual(app.troubles, []);
});

test("a missing AWS SDK is told with what mends it, and does not keep the program", async (context) => {
  const shipping = await Shipping.open(context);
  const app = new App(shipping, { built: builtWithoutSdk(shipping) });
  await app.open("web", { drainDeadline: "1s" });
  await app.log("web", 3);
  await app.finish();
  const [{ message, hint }] = app.troubles as [Trouble];
  assert.match(message, /needs the package @aws-sdk\/client-cloudwatch-logs/);
  assert.match(hint, /npm install @aws-sdk\/client-cloudwatch-logs/);
  assert.equal((await shipping.status()).waiting.records, 3);
});

test("a logger that is made before the program is made, in the program alone, and ships", async (context) => {
  const shipping = await Shipping.open(context);
  const setUp = join(shipping.cli.dir, "set-up.mjs");
  const options = {
    service: "web",
    journalDir: shipping.dir,
    to: "cloudwatch",
    endpoint: shipping.cloud.url,
    group: GROUP,
  };
  writeFileSync(
    setUp,
    `import { DragonLogger } from ${JSON.stringify(join(BUILT, "src/index.js"))};
    globalThis.logger = new DragonLogger(${JSON.stringify(options)});
    logger.info("made");`,
  );
  for (const how of ["flag", "variable"]) {
    const load = how === "flag" ? ["--import", setUp] : [];
    const child = spawn(process.execPath, [...load, "--input-type=module", "-e", 'logger.info("used")'], {
      env: { ...shipping.cli.env, NODE_OPTIONS: how === "flag" ? "" : `--import ${setUp}` },
    });
    const { code, signal, stderr } = await shipping.start(child).end;
    assert.deepEqual([code, signal, stderr], [0, null, ""]);
  }
  assert.deepEqual(
    shipping.stored().map(({ data }) => data),
    ["made", "used", "made", "used"],
  );
});
