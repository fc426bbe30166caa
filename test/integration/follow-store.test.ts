/** Following a real store: the conformance suite, and beside real applications, shippers, and programs that push to a list. */
import assert from "node:assert/strict";
import { after, before, type TestContext, test } from "node:test";
import { openStore } from "../../src/buffer/redis/client.js";
import { Keys } from "../../src/buffer/redis/keys.js";
import { Lists } from "../../src/buffer/redis/list/lists.js";
import { LivingShippers } from "../../src/buffer/redis/living-shippers.js";
import { Seen, testFollower } from "../../src/follow/follower.cases.js";
import type { Start } from "../../src/follow/follower.js";
import { findRecord, openFollower } from "../../src/follow/open.js";
import { openBlocks } from "../../src/follow/store/store.cases.js";
import { systemClock } from "../../src/system/clock.js";
import { delay, until } from "../harness/program.js";
import { noRedisServer, RedisServer } from "../harness/redis-server.js";
import { Forwarding, TestShipper } from "./forwarding.js";
import { App } from "./in-app.js";

const REAL = { skip: noRedisServer };
const LIST = "logs:buffer";
let server: RedisServer;
let prefixes = 0;

before(async () => {
  if (noRedisServer === false) server = await RedisServer.start();
});
after(() => server?.stop());

if (noRedisServer === false) {
  testFollower({
    name: "redis",
    counts: "between",
    runs: 10,
    async open(t) {
      const connect = async () => {
        const store = await openStore(server.url);
        t.after(() => store.close());
        return store;
      };
      return openBlocks(connect, new Keys(`test${prefixes++}`), systemClock);
    },
  });
}

async function follow(t: TestContext, url: string, start: Start, lists: string[] = []): Promise<Seen> {
  const follower = await openFollower({ kind: "redis", dir: "", url }, { start, clock: systemClock, lists });
  t.after(() => follower.close());
  return new Seen(follower);
}

/** Reads until the condition holds; what cannot be read is tried again. */
async function readUntil(seen: Seen, condition: () => boolean, otherwise: () => string): Promise<void> {
  await until(async () => {
    await seen.readAll().catch((error) => assert.equal(error.code, "DRAGONLOG_STORE_FAILED"));
    return condition();
  }, otherwise);
}

test("what an application logs is seen once, also when the store has lost it", REAL, async (t) => {
  const forwarding = await Forwarding.open(t);
  const app = new App(forwarding.shipping);
  const { url } = forwarding.server;
  const seen = await follow(t, url, { at: "end" });
  await forwarding.openIn(app, "web");
  await app.log("web", 3000);
  await readUntil(
    seen,
    () => seen.records === 3000,
    () => `${seen.records} of 3000`,
  );
  const [writer] = seen.seqs.keys();
  const place = { kind: "redis" as const, dir: "", url };
  assert.equal((await findRecord(place, `${writer}-2999`))?.seq, 2999);
  const shipper = TestShipper.start(t, forwarding);
  for (let from = 3000; from < 9000; from += 1000) {
    await app.log("web", 1000, from);
    await seen.readAll();
  }
  await shipper.untilDelivered(9000);
  await shipper.stop();
  await seen.readAll();

  await forwarding.server.kill();
  await app.log("web", 500, 9000);
  await assert.rejects(seen.readAll(), { code: "DRAGONLOG_STORE_FAILED" });
  await forwarding.server.start();
  await readUntil(
    seen,
    () => seen.of(writer!).at(-1) === 9499,
    () => `${seen.of(writer!).at(-1)} is the last`,
  );
  assert.equal(seen.records + seen.missed, 9500);
  assert.ok(seen.records >= 3500, `${seen.records}`);
  await app.kill();
});

test("a list is followed beside who pushes to it and who empties it", REAL, async (t) => {
  const list = `${LIST}:${prefixes++}`;
  const store = await openStore(server.url);
  const common = { store, keys: new Keys(), clock: systemClock };
  const lists = new Lists({
    ...{ ...common, lists: [list], holder: "h", leaseExpiryMs: 10_000 },
    shippers: new LivingShippers({ ...common, id: "h", expiryMs: 10_000 }),
    onDamage: () => {},
    onTrouble: (error) => assert.fail(`${error}`),
    onDone: () => {},
  });
  t.after(async () => {
    await lists.close();
    await store.close();
  });
  const delivered: string[] = [];
  const seen = await follow(t, server.url, { at: "end" }, [list]);
  let pushed = 0;
  const push = async (count: number): Promise<void> => {
    const elements = Array.from({ length: count }, () =>
      Buffer.from(JSON.stringify({ data: `${pushed++}` })),
    );
    await server.command("RPUSH", list, ...elements);
  };
  const ship = async (): Promise<void> => {
    for (const source of await lists.claim()) {
      const { records } = await source.read(4000);
      delivered.push(...records.map(({ writer, seq }) => `${writer}-${seq}`));
      source.acknowledge(records.map(({ ordinal }) => ({ from: ordinal, to: ordinal })));
    }
  };
  await push(1);
  await seen.readAll();
  await until(
    async () => {
      await ship();
      return delivered.length === 1;
    },
    () => "nothing was delivered",
  );
  await until(
    async () => {
      await seen.readAll();
      return Number(await server.command("LLEN", list)) === 0;
    },
    () => "it was not deleted",
  );
  await push(1);
  await seen.readAll();
  const pushing = (async () => {
    for (let n = 0; n < 150; n++) await push(20);
  })();
  let over = false;
  const shippingAll = (async () => {
    while (!over || delivered.length < pushed) await ship();
  })();
  for (let n = 0; n < 200; n++) {
    await seen.read();
    if (n % 10 === 0) await delay(5);
  }
  await pushing;
  over = true;
  await shippingAll;
  await push(1);
  await seen.readAll();
  assert.deepEqual(
    seen.payloads.map(Number),
    seen.payloads.map(Number).sort((a, b) => a - b),
  );
  assert.equal(new Set(seen.payloads).size, seen.records);
  assert.equal(seen.records + seen.missed, pushed);
});
