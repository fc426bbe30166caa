/** `new DragonLogger({ buffer: "redis://…" })` in real processes, with a real redis-server. */
import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { listJournals } from "../../src/buffer/journal.js";
import { readForwarderReports } from "../../src/forward/report.js";
import { until } from "../harness/program.js";
import { noRedisServer } from "../harness/redis-server.js";
import { Forwarding, TestShipper } from "./forwarding.js";
import { App } from "./in-app.js";

const upTo = (count: number, from = 0): number[] => Array.from({ length: count - from }, (_, n) => from + n);
const skip = noRedisServer;

async function open(context: TestContext) {
  const forwarding = await Forwarding.open(context);
  return { forwarding, app: new App(forwarding.shipping) };
}

test("what is logged stands in the store in blocks and in order, and in the journal until it is delivered", {
  skip,
}, async (context) => {
  const { forwarding, app } = await open(context);
  await forwarding.openIn(app, "web");
  await app.log("web", 20_000);
  await forwarding.untilStored(20_000);
  assert.deepEqual([...(await forwarding.stored()).values()], [upTo(20_000)]);
  assert.equal((await forwarding.shipping.status()).waiting.records, 20_000);
  const [report] = readForwarderReports(forwarding.shipping.dir);
  assert.equal(report!.process.pid, app.pid);
  assert.equal(report!.store, forwarding.server.url);
  const shipper = TestShipper.start(context, forwarding);
  await app.order({ flush: "web" });
  shipper.assertWhole(1, 20_000);
  assert.equal((await forwarding.shipping.status()).waiting.records, 0);
  await app.order({ close: "web" });
  await app.finish();
  assert.deepEqual(listJournals(forwarding.shipping.dir), []);
  assert.deepEqual(readForwarderReports(forwarding.shipping.dir), []);
  assert.deepEqual(app.troubles, []);
});

test("nothing of it needs the main thread", { skip }, async (context) => {
  const { forwarding, app } = await open(context);
  const release = join(forwarding.shipping.cli.dir, "release");
  await forwarding.openIn(app, "web");
  await app.log("web", 1);
  await forwarding.untilStored(1);
  // The thread does nothing but this until the file is there.
  await app.log("web", 5000, 1);
  const blocked = app.order({ block: release });
  await forwarding.untilStored(5001);
  assert.ok(!existsSync(release));
  writeFileSync(release, "");
  await blocked;
  await app.order({ close: "web" });
  await app.finish();
});

for (const [how, leave] of [
  ["SIGKILL", async (app: App) => assert.equal((await app.kill()).signal, "SIGKILL")],
  [
    "process.exit right after logging",
    async (app: App) => {
      app.tell({ exit: 3 });
      assert.equal((await app.end).code, 3);
    },
  ],
] as const) {
  test(`what ${how} leaves is forwarded by the next start, once and in order`, { skip }, async (context) => {
    const { forwarding, app } = await open(context);
    await forwarding.openIn(app, "web");
    await app.log("web", 100);
    await forwarding.untilStored(100);
    forwarding.server.pause();
    await app.log("web", 900, 100);
    await leave(app);
    forwarding.server.resume();
    const next = new App(forwarding.shipping);
    await forwarding.openIn(next, "job");
    await forwarding.untilStored(1000);
    const [seqs] = (await forwarding.stored()).values();
    // What was on its way then may stand twice; the shipper leaves out the second one.
    assert.deepEqual([...new Set(seqs)], upTo(1000));
    const shipper = TestShipper.start(context, forwarding);
    await next.order({ flush: "job" });
    shipper.assertWhole(1, 1000);
    await next.finish();
    assert.equal((await forwarding.shipping.status()).waiting.records, 0);
  });
}

test("a program that has nothing left to do, and close, wait for the store and not for a shipper", {
  skip,
}, async (context) => {
  const { forwarding, app } = await open(context);
  await forwarding.openIn(app, "one");
  await forwarding.openIn(app, "two");
  await app.log("one", 500);
  await app.order({ close: "one" });
  assert.equal(await forwarding.storedCount(), 500);
  await app.log("two", 500);
  await app.finish();
  assert.equal(await forwarding.storedCount(), 1000);
});

test("while the store is away logging goes on, close gives up at its deadline, and the next process forwards", {
  skip,
}, async (context) => {
  const { forwarding, app } = await open(context);
  await forwarding.server.kill();
  await forwarding.openIn(app, "web", { drainDeadline: "300ms" });
  await app.log("web", 1000);
  await app.order({ close: "web" });
  await app.finish();
  assert.deepEqual([...new Set(app.troubles.map(({ code }) => code))], ["DRAGONLOG_FORWARDER_FAILED"]);
  assert.match(app.troubles[0]!.message, /cannot be put into the store/);
  assert.equal((await forwarding.shipping.status()).waiting.records, 1000);
  await forwarding.server.start();
  const next = new App(forwarding.shipping);
  await forwarding.openIn(next, "web");
  await forwarding.untilStored(1000);
  await next.finish();
  assert.equal(await forwarding.storedCount(), 1000);
});

test("a store that evicts is refused by name, and used when it does not any more", {
  skip,
}, async (context) => {
  const { forwarding, app } = await open(context);
  await forwarding.server.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
  await forwarding.openIn(app, "web");
  await app.log("web", 10);
  await app.told;
  assert.equal(app.troubles[0]!.code, "DRAGONLOG_STORE_EVICTS");
  assert.match(app.troubles[0]!.hint, /maxmemory-policy noeviction/);
  assert.equal(await forwarding.storedCount(), 0);
  await forwarding.server.command("CONFIG", "SET", "maxmemory-policy", "noeviction");
  await app.order({ close: "web" });
  assert.equal(await forwarding.storedCount(), 10);
  await app.finish();
});

test("run and pipe wait until the store has every line", { skip }, async (context) => {
  const forwarding = await Forwarding.open(context);
  const { cli } = forwarding.shipping;
  const flags = ["--service", "web", "--buffer", forwarding.server.url];
  const piped = await cli.run(["pipe", ...flags], "one\ntwo\n");
  assert.deepEqual([piped.code, piped.stderr], [0, ""]);
  assert.equal(await forwarding.storedCount(), 2);
  const ran = await cli.run([
    "run",
    ...flags,
    "--",
    process.execPath,
    "-e",
    "console.log(3); process.exit(7)",
  ]);
  assert.deepEqual([ran.code, ran.stderr, `${ran.stdout}`], [7, "", "3\n"]);
  assert.equal(await forwarding.storedCount(), 3);
});

test("the password of a store is in no trouble that is told", { skip }, async (context) => {
  const { forwarding, app } = await open(context);
  const buffer = forwarding.server.url.replace("//", "//user:secret@");
  await forwarding.openIn(app, "web", { buffer, drainDeadline: "300ms" });
  await app.log("web", 10);
  await app.told;
  await app.finish();
  assert.ok(!JSON.stringify(app.troubles).includes("secret"));
  assert.match(app.troubles[0]!.message, /WRONGPASS|AUTH/);
});

/** Logs in small steps meanwhile, so that the trouble comes in the middle. */
async function logThrough(app: App, records: number, trouble: () => Promise<void>): Promise<void> {
  const step = 500;
  for (let n = 0; n < records; n += step) {
    await app.log("web", step, n);
    if (n === records / 2) await trouble();
  }
}

for (const [how, meet] of [
  [
    "is killed and comes back empty",
    async ({ server }: Forwarding) => {
      await server.kill();
      await server.start();
    },
  ],
  ["is flushed", async ({ server }: Forwarding) => void (await server.command("FLUSHALL"))],
] as const) {
  test(`a store that ${how} in the middle loses nothing, doubles nothing that is delivered, and keeps the order`, {
    skip,
  }, async (context) => {
    const { forwarding, app } = await open(context);
    const shipper = TestShipper.start(context, forwarding);
    await forwarding.openIn(app, "web", { linger: 5 });
    await logThrough(app, 40_000, () => meet(forwarding));
    await app.order({ flush: "web" });
    shipper.assertWhole(1, 40_000);
    assert.equal((await forwarding.shipping.status()).waiting.records, 0);
    await app.finish();
  });
}

test("what nobody has delivered when the store is emptied is sent again, all of it", {
  skip,
}, async (context) => {
  const { forwarding, app } = await open(context);
  await forwarding.openIn(app, "web");
  await app.log("web", 5000);
  await forwarding.untilStored(5000);
  await forwarding.server.command("FLUSHALL");
  // Without anything new: the forwarder looks by itself.
  await forwarding.untilStored(5000);
  assert.deepEqual([...(await forwarding.stored()).values()], [upTo(5000)]);
  await until(
    () => app.troubles.length > 0,
    () => "nobody was told",
  );
  assert.match(app.troubles[0]!.message, /has lost what it was given/);
  await app.order({ close: "web" });
  await app.finish();
});

test("a store that is full for a while loses nothing, and takes everything in order when there is room", {
  skip,
}, async (context) => {
  const { forwarding, app } = await open(context);
  await forwarding.openIn(app, "web", { linger: 5 });
  await logThrough(app, 20_000, () => forwarding.server.limitMemory(1));
  await app.told;
  assert.match(app.troubles[0]!.message, /OOM/);
  const stored = await forwarding.storedCount();
  assert.ok(stored < 20_000);
  await forwarding.server.limitMemory(0);
  await app.order({ close: "web" });
  assert.deepEqual([...(await forwarding.stored()).values()], [upTo(20_000)]);
  await app.finish();
});
