/** Stores of several servers, one of which is lost for good: who takes over is found, and every call ends meanwhile. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openStore } from "../../src/buffer/redis/client.js";
import type { StoreError } from "../../src/buffer/redis/failures.js";
import { Keys } from "../../src/buffer/redis/keys.js";
import { Lists } from "../../src/buffer/redis/list/lists.js";
import { LivingShippers } from "../../src/buffer/redis/living-shippers.js";
import type { Store } from "../../src/buffer/redis/store.js";
import { systemClock } from "../../src/system/clock.js";
import { until } from "../harness/program.js";
import { RedisCluster } from "../harness/redis-cluster.js";
import { RedisSentinel } from "../harness/redis-sentinel.js";
import { noRedisServer } from "../harness/redis-server.js";

const COMMAND_TIMEOUT_MS = 1000;
const PIPELINED = 20;

const cases = { skip: noRedisServer };

/** What was taken, in order; a rejected append is made again, like any caller would. */
class Appender {
  readonly #store: Store;
  readonly #stream: string;
  #next = 0;
  failures = 0;

  constructor(store: Store, stream: string) {
    this.#store = store;
    this.#stream = stream;
  }

  get acknowledged(): number {
    return this.#next;
  }

  /** A few at once; goes on behind the last that was taken before one failed. */
  async some(): Promise<void> {
    const from = this.#next;
    const calls = Array.from({ length: PIPELINED }, (_, n) =>
      this.#store.append(this.#stream, Buffer.from(String(from + n))),
    );
    for (const outcome of await Promise.allSettled(calls)) {
      if (outcome.status === "rejected") {
        assert.equal((outcome.reason as StoreError).failure, "away", String(outcome.reason));
        this.failures++;
        return;
      }
      this.#next++;
    }
  }
}

async function numbersIn(store: Store, stream: string): Promise<number[]> {
  return (await store.read(stream, "0-0", 1_000_000)).map(({ bytes }) => Number(bytes));
}

/** Numbers that stand where they should, whatever is repeated: nothing stands before what it comes after. */
function assertSeries(numbers: readonly number[], count: number): void {
  let next = 0;
  for (const number of numbers) {
    assert.ok(number <= next, `${number} stands where ${next} should be the highest`);
    next = Math.max(next, number + 1);
  }
  assert.ok(next >= count, `${next} of ${count} are there`);
}

test(
  "Sentinel: when the primary is killed, the replica is written to as soon as it is the primary",
  cases,
  async () => {
    const servers = await RedisSentinel.start();
    const unknown = "127.0.0.1:1";
    const store = await openStore(servers.url.replace("//", `//${unknown},`), {
      commandTimeoutMs: COMMAND_TIMEOUT_MS,
    });
    assert.equal((await store.servers()).length, 1);
    const appender = new Appender(store, "s");
    await appender.some();
    await servers.replicated();
    await servers.primary.kill();
    const before = appender.acknowledged;
    await until(
      async () => {
        await appender.some();
        return appender.acknowledged > before + PIPELINED;
      },
      () => "nothing is taken any more",
    );
    assert.ok(appender.failures > 0);
    assertSeries(await numbersIn(store, "s"), appender.acknowledged);
    await store.close();
    await servers.stop();
  },
);

test("a cluster whose slots move and whose primary is killed", cases, async (t) => {
  const cluster = await RedisCluster.start();
  const store = await openStore(cluster.url, { commandTimeoutMs: COMMAND_TIMEOUT_MS });

  await t.test("all primaries say what they are", async () => {
    assert.equal((await store.servers()).length, 3);
  });

  await t.test("MOVED and ASK are followed, one by one, and nothing fails or changes places", async () => {
    const stream = "d:{1}:moving";
    const appender = new Appender(store, stream);
    await appender.some();
    let moved = false;
    const move = cluster.moveSlotOf(stream).finally(() => {
      moved = true;
    });
    while (!moved) await appender.some();
    await move;
    await appender.some();
    assert.equal(appender.failures, 0);
    const numbers = await numbersIn(store, stream);
    assert.deepEqual(
      numbers,
      Array.from({ length: appender.acknowledged }, (_, n) => n),
    );
  });

  await t.test("a list is emptied under its lease, wherever its slot is", async () => {
    const list = "logs:buffer";
    const common = { store, keys: new Keys(), clock: systemClock };
    const lists = new Lists({
      ...{ ...common, lists: [list], holder: "one", leaseExpiryMs: 30_000 },
      shippers: new LivingShippers({ ...common, id: "one", expiryMs: 30_000 }),
      onDamage: ({ detail }) => assert.fail(detail),
      onTrouble: () => {},
      onDone: () => {},
    });
    const ids: string[] = [];
    const empty = (): Promise<void> =>
      until(
        async () => {
          // Its slot may be on its way.
          for (const source of await lists.claim().catch(() => [])) {
            const { records } = await Promise.resolve(source.read(1 << 20)).catch(() => ({ records: [] }));
            for (const { writer, seq, ordinal } of records) {
              ids.push(`${writer}-${seq}`);
              source.acknowledge([{ from: ordinal, to: ordinal }]);
            }
          }
          return (await store.listLength(list).catch(() => 1)) === 0;
        },
        () => "the list is not emptied",
      );
    const push = async (): Promise<void> => {
      await (await cluster.primaryOf(list)).command("RPUSH", list, ...Array<string>(10).fill('{"data":1}'));
    };
    await push();
    await empty();
    await cluster.moveSlotOf(list);
    await push();
    await empty();
    await lists.close();
    const [writer] = ids[0]!.split("-");
    assert.deepEqual(
      ids,
      Array.from({ length: 20 }, (_, seq) => `${writer}-${seq}`),
    );
  });

  await t.test("the killed primary's replica takes over, and the others' keys stay in reach", async () => {
    const primary = await cluster.primaryOf("d:{1}:lost");
    const lost = new Appender(store, "d:{1}:lost");
    await lost.some();
    await primary.command("WAIT", "1", "5000");
    await primary.kill();
    const before = lost.acknowledged;
    await until(
      async () => {
        await lost.some();
        return lost.acknowledged > before + PIPELINED;
      },
      () => "nothing is taken any more",
    );
    assert.ok(lost.failures > 0);
    assertSeries(await numbersIn(store, "d:{1}:lost"), lost.acknowledged);
    for (let partition = 0; partition < 8; partition++) {
      await store.append(`d:{${partition}}:others`, Buffer.from("0"));
    }
    assert.equal((await store.servers()).length, 3);
  });

  await store.close();
  await cluster.stop();
});
