/** `dragonlog ship --buffer redis://…`: applications that forward, a real store, and shippers that share it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Keys } from "../../src/buffer/redis/keys.js";
import type { Store } from "../../src/buffer/redis/store.js";
import { until } from "../harness/program.js";
import { noRedisServer, type RedisServer } from "../harness/redis-server.js";
import { Forwarding } from "./forwarding.js";
import { logNumbers, type Running, type Shipping } from "./shipping.js";

const PARTITIONS = 16;
const KEYS = new Keys();

class Scene {
  private constructor(readonly forwarding: Forwarding) {}

  static async open(context: TestContext): Promise<Scene> {
    return new Scene(await Forwarding.open(context));
  }

  get shipping(): Shipping {
    return this.forwarding.shipping;
  }

  get server(): RedisServer {
    return this.forwarding.server;
  }

  get store(): Store {
    return this.forwarding.store;
  }

  /** A shipper with a folder of its own, as on a machine of its own. */
  ship(name: string, ...flags: string[]): Running {
    const folder = join(this.shipping.cli.dir, name);
    return this.shipping.ship(
      "--buffer",
      this.server.url,
      "--journal-dir",
      folder,
      "--interval",
      "50ms",
      ...flags,
    );
  }

  logger(service: string) {
    return this.shipping.logger(service, { buffer: this.server.url, drainDeadline: "30s" });
  }

  /** How many partitions each process holds, by pid. */
  async shares(): Promise<Map<number, number>> {
    const shares = new Map<number, number>();
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const lease = await this.store.get(KEYS.lease(partition)).catch(() => undefined);
      if (lease !== undefined) {
        const { pid } = JSON.parse(lease) as { pid: number };
        shares.set(pid, (shares.get(pid) ?? 0) + 1);
      }
    }
    return shares;
  }

  async untilShared(pids: readonly (number | undefined)[]): Promise<void> {
    let shares = new Map<number, number>();
    const each = PARTITIONS / pids.length;
    await until(
      async () => {
        shares = await this.shares();
        return shares.size === pids.length && pids.every((pid) => shares.get(pid!) === each);
      },
      () => `${JSON.stringify([...shares])} are held, and ${each} each should be`,
    );
  }
}

test("two shippers share a store evenly, and the rest of one that ends goes to the other", {
  skip: noRedisServer,
}, async (context) => {
  const scene = await Scene.open(context);
  const { shipping } = scene;
  const [one, two] = [scene.ship("one"), scene.ship("two")];
  await scene.untilShared([one.child.pid, two.child.pid]);
  const loggers = ["a", "b", "c", "d"].map((service) => scene.logger(service));
  for (const logger of loggers) logNumbers(logger, 500);
  await shipping.untilStored(2000);
  assert.equal((await one.stop()).code, 0);
  await scene.untilShared([two.child.pid]);
  for (const logger of loggers) logNumbers(logger, 500, 500);
  await Promise.all(loggers.map((logger) => logger.close()));
  await shipping.untilStored(4000);
  assert.equal((await two.stop()).code, 0);
  shipping.assertArrived(4000);
});

test("a store that is killed and comes back empty loses nothing", {
  skip: noRedisServer,
}, async (context) => {
  const scene = await Scene.open(context);
  const { shipping, server } = scene;
  const shipper = scene.ship("one");
  const logger = scene.logger("web");
  logNumbers(logger, 1000);
  await shipping.untilStored(1000);
  // What comes now waits in the cloud's latency, in the store and in the journal when the store dies.
  shipping.cloud.faults.add({ kind: "latency", ms: 300 });
  for (let from = 1000; from < 6000; from += 500) {
    logNumbers(logger, 500, from);
    await new Promise(setImmediate);
    if (from === 3000) await server.kill();
    if (from === 4500) await server.start();
  }
  await until(
    async () => shipping.cloud.tally().distinct === 6000,
    () => JSON.stringify(shipping.cloud.tally()),
  );
  await logger.close();
  await shipper.stop();
  const { distinct, outOfOrder, incomplete } = shipping.cloud.tally();
  assert.deepEqual({ distinct, outOfOrder, incomplete }, { distinct: 6000, outOfOrder: 0, incomplete: 0 });
  const ns = new Set(shipping.stored().map(({ metadata }) => (metadata as { n: number }).n));
  assert.equal(ns.size, 6000);
});

test("--once takes what waits in a store and ends, and says when the store is away", {
  skip: noRedisServer,
}, async (context) => {
  const scene = await Scene.open(context);
  const { shipping, server } = scene;
  const logger = scene.logger("web");
  logNumbers(logger, 100);
  await logger.close();
  const { code, stdout, stderr } = await shipping.shipOnce("--buffer", server.url, "--json");
  assert.equal(code, 0, stderr);
  assert.equal(JSON.parse(`${stdout}`).deliveredRecords, 100);
  shipping.assertArrived(100);
  await server.kill();
  const away = await shipping.shipOnce("--buffer", server.url);
  assert.equal(away.code, 1);
  assert.match(away.stderr, /redis:\/\/127\.0\.0\.1/);
});

test("a shipper of a folder leaves alone what is bound for a store, which may hold it already", {
  skip: noRedisServer,
}, async (context) => {
  const scene = await Scene.open(context);
  const { shipping } = scene;
  const logger = scene.logger("web");
  logNumbers(logger, 100);
  await logger.close();
  await shipping.log(10, "other");
  assert.equal((await shipping.shipOnce()).code, 0);
  shipping.assertArrived(10);
  assert.equal((await shipping.shipOnce("--buffer", scene.server.url)).code, 0);
  shipping.assertArrived(110);
});
