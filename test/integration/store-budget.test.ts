/** A store that fills up: forwarders stop before it is full, and people are told. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { storeSpace } from "../../src/buffer/redis/store-budget.js";
import { readForwarderReports } from "../../src/forward/report.js";
import { until } from "../harness/program.js";
import { noRedisServer } from "../harness/redis-server.js";
import { Forwarding, TestShipper } from "./forwarding.js";
import { App } from "./in-app.js";
import { MailServer } from "./mail-server.js";

const skip = noRedisServer;
const MIB = 1 << 20;
/** The server's buffers of connections, this test's among them, come and go. */
const BUFFER_BYTES = 128 << 10;
/** A value of it takes as much in the server, to the size class. */
const FILL_BYTES = 65_000;
const EMPTY = `for n = 1, redis.call("GET", "filled") do redis.call("DEL", "fill:" .. n) end`;
const FILL = `for n = 1, ARGV[1] do redis.call("SET", "fill:" .. redis.call("INCR", "filled"), string.rep("x", ${FILL_BYTES})) end`;

async function open(context: TestContext, memoryBytes: number) {
  const forwarding = await Forwarding.open(context);
  const { server, store, shipping } = forwarding;
  await server.limitMemory(memoryBytes);
  const used = async () => (await store.memory())[0]!.usedBytes;
  const { budgetBytes } = storeSpace(await store.memory(), 0);
  return {
    forwarding,
    server,
    shipping,
    app: new App(shipping),
    used,
    budgetBytes,
    /** Puts in what others may have there, up to a share of the budget. */
    async fillTo(share: number): Promise<void> {
      const count = Math.ceil((share * budgetBytes - (await used())) / FILL_BYTES);
      await server.command("EVAL", FILL, "0", String(count));
    },
    /** Takes it out again. */
    async makeRoom(): Promise<void> {
      await server.command("EVAL", EMPTY, "0");
    },
    async refusals(): Promise<number> {
      const [, count = "0"] =
        /errorstat_OOM:count=(\d+)/.exec(`${await server.command("INFO", "everything")}`) ?? [];
      return Number(count);
    },
  };
}

test("a forwarder stops before the store is full and goes on when there is room: nothing is lost, doubled or refused", {
  skip,
}, async (context) => {
  const { forwarding, app, used, budgetBytes, refusals, fillTo, makeRoom } = await open(context, 20 * MIB);
  const records = 6000;
  await fillTo(0.96);
  await forwarding.openIn(app, "web", { codec: "none", linger: 5 });
  await app.log("web", records);
  let most = 0;
  const look = async (): Promise<number> => {
    most = Math.max(most, await used());
    return most;
  };
  await until(
    async () => (await look()) > 0.96 * budgetBytes && app.troubles.length > 0,
    () => `${most} of ${budgetBytes} bytes are used`,
  );
  assert.match(app.troubles[0]!.message, /has all the memory that records may take/);
  assert.ok((await forwarding.storedCount()) < records);
  assert.equal((await forwarding.shipping.status()).waiting.records, records);
  await until(
    async () => readForwarderReports(forwarding.shipping.dir)[0]?.trouble?.cause === "budget",
    () => "the forwarder does not report it",
  );
  assert.ok((await look()) <= budgetBytes + BUFFER_BYTES, `${most} of ${budgetBytes} bytes were used`);
  const shipper = TestShipper.start(context, forwarding);
  await makeRoom();
  await app.order({ flush: "web" });
  shipper.assertWhole(1, records);
  assert.equal(await refusals(), 0);
  assert.equal(app.troubles.length, 1);
  await app.finish();
});

test("a store that holds more than the budget gets nothing, and the next process with a larger one puts it there", {
  skip,
}, async (context) => {
  const { forwarding, app } = await open(context, 0);
  await forwarding.openIn(app, "web", { storeBytesMax: "100KiB", drainDeadline: "300ms" });
  await app.log("web", 100);
  await app.told;
  assert.match(app.troubles[0]!.hint, /of 100.0 KiB are used/);
  assert.equal(await forwarding.storedCount(), 0);
  await app.finish();
  const next = new App(forwarding.shipping);
  await forwarding.openIn(next, "web", { storeBytesMax: "1GiB" });
  await forwarding.untilStored(100);
  await next.finish();
});

test("people are told once, by the shipper, of 70 % and 90 % of the budget, and of a store that began to evict", {
  skip,
}, async (context) => {
  const { shipping, server, fillTo } = await open(context, 20 * MIB);
  const mails = await MailServer.start(context);
  const flags = ["--buffer", server.url, "--mail-to", "ops@example.com"];
  flags.push("--smtp", `smtp://127.0.0.1:${mails.port}`, "--alert-every", "1s");
  await fillTo(0.75);
  const shipper = shipping.ship(...flags, "--interval", "50ms");
  await mails.arrived(1);
  await fillTo(0.93);
  // It evicts what has an expiry: the leases.
  await server.command("CONFIG", "SET", "maxmemory-policy", "volatile-lru");
  // At its end it looks once more.
  const ended = await shipper.stop();
  const next = await shipping.shipOnce(...flags);
  for (const { code, stderr } of [ended, next]) {
    assert.equal(code, 0, stderr);
    assert.match(stderr, /deletes what it was given when it is full; set its maxmemory-policy noeviction/);
  }
  assert.deepEqual(
    mails.mails
      .map(({ subject }) => subject.replace(/^.*127\.0\.0\.1:\d+ /, "").replace(/\d %/, "… %"))
      .sort(),
    [
      "deletes what it was given when it is full",
      "is 7… % full; 0 records wait in it",
      "is 9… % full; 0 records wait in it",
    ],
  );
  assert.match(mails.mails[0]!.text, /^Memory: +14\.\d MiB used of 19\.0 MiB$/m);
});

test("a store that begins to evict is noticed while records go, and used again when it does not", {
  skip,
}, async (context) => {
  const { forwarding, app, server } = await open(context, 100 * MIB);
  await forwarding.openIn(app, "web", { linger: 5 });
  await app.log("web", 1);
  await forwarding.untilStored(1);
  await server.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
  let logged = 1;
  await until(
    async () => {
      await app.log("web", 1, logged++);
      return app.troubles.length > 0;
    },
    () => "nobody was told",
  );
  assert.equal(app.troubles[0]!.code, "DRAGONLOG_STORE_EVICTS");
  await server.command("CONFIG", "SET", "maxmemory-policy", "noeviction");
  await app.order({ close: "web" });
  assert.equal(await forwarding.storedCount(), logged);
  await app.finish();
});
