/** The buffer in a store on a real redis-server: the conformance suite, and what only a real server and its death can show. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { after, before, test } from "node:test";
import { createClient } from "@redis/client";
import { testBuffer } from "../../src/buffer/buffer.cases.js";
import { openStore } from "../../src/buffer/redis/client.js";
import { Keys } from "../../src/buffer/redis/keys.js";
import {
  acknowledgeAll,
  type MortalStore,
  namesOf,
  readAll,
  readSource,
  Shippers,
} from "../../src/buffer/redis/redis-buffer.cases.js";
import type { RedisBuffer } from "../../src/buffer/redis/redis-buffer.js";
import type { Store } from "../../src/buffer/redis/store.js";
import { waitingInStore } from "../../src/buffer/redis/waiting-in-store.js";
import { ManualClock } from "../../src/system/manual-clock.cases.js";
import { noRedisServer, RedisServer } from "../harness/redis-server.js";

const PAYLOADS = Array.from({ length: 50 }, (_, n) => `${n}`);
let server: RedisServer;
let store: Store;
let prefixes = 0;

before(async () => {
  if (noRedisServer === false) {
    server = await RedisServer.start();
    store = await openStore(server.url);
  }
});
after(async () => {
  await store?.close();
  await server?.stop();
});

/** One process's connection, which may die. All of a test share the one that is real. */
function mortal(of = store): MortalStore {
  const state = { dead: false, pending: 0 };
  return new Proxy(of, {
    get(target, name: keyof Store | "dead" | "pending") {
      if (name === "dead" || name === "pending") return state[name];
      const value = target[name];
      if (typeof value !== "function") return value;
      return async (...args: unknown[]) => {
        assert.equal(state.dead, false, "its process is dead");
        state.pending++;
        try {
          return await (value as (...args: unknown[]) => unknown).apply(target, args);
        } finally {
          state.pending--;
        }
      };
    },
    set(_, name: "dead", value: boolean) {
      state[name] = value;
      return true;
    },
  }) as MortalStore;
}

function openShippers(t: ConstructorParameters<typeof Shippers>[0], partitions = 1) {
  const clock = new ManualClock(Date.now());
  const keys = new Keys(`test${prefixes++}`);
  return { clock, keys, shippers: new Shippers(t, { clock, keys, partitions, connect: mortal }) };
}

if (noRedisServer === false) {
  testBuffer({
    name: "redis",
    open(t) {
      const { keys, shippers } = openShippers(t);
      return {
        open: () => shippers.open(),
        append: async (writer, payloads) => void (await shippers.append(writer, payloads)),
        end: () => {},
        requestFlush: async (nowMs) => void (await store.setIfMissing(keys.flush(), String(nowMs))),
        crash: (buffer) => shippers.crash(buffer),
        expire: (buffer) => shippers.expire(buffer),
      };
    },
    skips: {
      fence: "a late one may still write what is true; redis-buffer-late.test.ts shows that it harms nothing",
      "sources end": "a partition is there for all writers to come",
      "a source per writer": "a partition has many writers",
    },
  });
}

/** Reads and acknowledges until `count` records came, or nothing more comes for long. */
async function deliver(
  clock: ManualClock,
  buffers: readonly RedisBuffer[],
  count: number,
): Promise<string[]> {
  const got: string[] = [];
  for (let round = 0; round < 200 && got.length < count; round++) {
    for (const buffer of buffers) {
      for (const source of await buffer.claim().catch(() => [])) {
        const records = await readSource(source);
        got.push(...namesOf(records));
        acknowledgeAll(source, records);
      }
    }
    clock.advance(1000);
  }
  return got;
}

test("three shippers share sixteen partitions of forty writers, one dies, and nothing is lost or doubled", {
  skip: noRedisServer,
}, async (t) => {
  const { clock, keys, shippers } = openShippers(t, 16);
  const writers = Array.from({ length: 40 }, (_, n) => `w${n}`);
  const buffers = [shippers.open(), shippers.open(), shippers.open()];
  for (let round = 0; round < 4; round++) {
    for (const buffer of buffers) await buffer.claim();
    clock.advance(1000);
  }
  const got: string[] = [];
  for (let round = 0; round < 3; round++) {
    for (const writer of writers) await shippers.append(writer, PAYLOADS);
    got.push(...(await deliver(clock, buffers, writers.length * PAYLOADS.length)));
    if (round === 0) {
      const dead = buffers.shift()!;
      await shippers.kill(dead);
      for (let partition = 0; partition < 16; partition++) {
        if ((await store.get(keys.lease(partition)))?.includes(dead.holder))
          await store.remove(keys.lease(partition));
      }
      await store.remove(keys.shipper(dead.holder));
    }
  }
  assert.equal(new Set(got).size, got.length, "nothing twice");
  assert.equal(got.length, 3 * writers.length * PAYLOADS.length);
  for (const writer of writers) {
    const seqs = got
      .filter((name) => name.startsWith(`${writer} `))
      .map((name) => Number(name.split(" ")[1]));
    assert.deepEqual(
      seqs,
      [...seqs].sort((a, b) => a - b),
    );
  }
  for (const buffer of buffers) await shippers.settled(buffer);
  const waiting = await waitingInStore(store, keys);
  assert.deepEqual(
    waiting.map(({ blocks, waiting: { records } }) => [blocks, records]),
    Array.from({ length: 16 }, () => [0, 0]),
  );
});

test("a server that is killed and comes back empty doubles nothing that was delivered, and loses nothing that is sent again", {
  skip: noRedisServer,
}, async (t) => {
  const { clock, keys, shippers } = openShippers(t);
  const buffer = shippers.open();
  await shippers.append("w", PAYLOADS);
  const [source] = await buffer.claim();
  const records = await readSource(source!);
  acknowledgeAll(source!, records.slice(0, 20));
  await shippers.settled(buffer);
  await server.kill();
  acknowledgeAll(source!, records.slice(20, 30));
  clock.advance(1000);
  await assert.rejects(buffer.claim(), { code: "DRAGONLOG_STORE_FAILED" });
  await server.start();
  // The forwarder sends again from where it knows it to be delivered.
  await reachable(() => shippers.append("w", [...PAYLOADS, ...PAYLOADS], 0));
  clock.advance(1000);
  assert.deepEqual(
    namesOf(await readAll(buffer)),
    namesBetween(50, 100),
    "what is on its way is not given again",
  );
  acknowledgeAll(source!, records.slice(30));
  await shippers.settled(buffer);
  const next = shippers.open();
  await shippers.crash(buffer);
  assert.deepEqual(namesOf(await readAll(next)), namesBetween(50, 100));
  assert.equal((await waitingInStore(store, keys))[0]?.waiting.records, 100);
});

test("FLUSHALL between two reads", { skip: noRedisServer }, async (t) => {
  const { clock, shippers } = openShippers(t);
  const buffer = shippers.open();
  await shippers.append("w", PAYLOADS);
  const [source] = await buffer.claim();
  const records = await readSource(source!);
  acknowledgeAll(source!, records.slice(0, 25));
  await shippers.settled(buffer);
  await server.command("FLUSHALL");
  clock.advance(1000);
  await shippers.append("w", [...PAYLOADS, ...PAYLOADS], 25);
  assert.deepEqual(await buffer.claim(), [source]);
  source!.rewind();
  assert.deepEqual(namesOf(await readSource(source!)), namesBetween(25, 125));
});

test("a store whose memory is used up is emptied, and takes records again", {
  skip: noRedisServer,
}, async (t) => {
  const { clock, shippers } = openShippers(t);
  const buffer = shippers.open();
  for (let block = 0; block < 20; block++)
    await shippers.append("w", Array<string>(20).fill("x".repeat(10_000)));
  const [source] = await buffer.claim();
  await server.limitMemory(3 << 20);
  t.after(() => server.limitMemory(0));
  await assert.rejects(shippers.append("w", PAYLOADS, 400), { failure: "full" });
  const got: string[] = [];
  for (let round = 0; round < 100 && got.length < 400; round++) {
    const records = await readSource(source!);
    got.push(...namesOf(records));
    acknowledgeAll(source!, records);
    await shippers.settled(buffer);
    clock.advance(1000);
    await buffer.claim();
  }
  assert.deepEqual(got, namesBetween(0, 400));
  await shippers.append("w", PAYLOADS, 400);
  await buffer.claim();
  assert.deepEqual(namesOf(await readSource(source!)), namesBetween(400, 450));
});

test("a shipper that starts on a full store empties it, whoever filled it, and has a lease in order as soon as there is room", {
  skip: noRedisServer,
}, async (t) => {
  const { clock, keys, shippers } = openShippers(t);
  const before = shippers.open();
  await before.claim();
  for (let block = 0; block < 20; block++)
    await shippers.append("w", Array<string>(20).fill("x".repeat(10_000)));
  await shippers.crash(before);
  await store.remove(keys.shipper(before.holder));
  const push = () => server.command("RPUSH", `${keys.prefix}:others`, "x".repeat(500_000));
  await push();
  // Far beyond the limit, as clients and what they send at once may bring it: no single key that is deleted would do.
  await server.limitMemory((await store.memory())[0]!.usedBytes - (2 << 20));
  t.after(() => server.limitMemory(0));
  await assert.rejects(push(), /OOM/);
  const buffer = shippers.open();
  const [source] = await buffer.claim();
  assert.equal(await store.get(keys.lease(0)), undefined, "it has only the spare");
  assert.deepEqual(await shippers.open().claim(), [], "and nobody else has it");
  const got: string[] = [];
  let firstLease = 0;
  while (got.length < 400) {
    const { records } = await source!.read(1);
    acknowledgeAll(source!, records);
    got.push(...namesOf(records));
    await shippers.settled(buffer);
    if (firstLease === 0 && (await store.get(keys.lease(0)))?.includes(buffer.holder))
      firstLease = got.length;
  }
  assert.deepEqual(got, namesBetween(0, 400));
  assert.ok(firstLease > 0 && firstLease < 400, `${firstLease}`);
  assert.equal(await store.expiresInMs(keys.leaseKeys(0).spare), undefined, "and a new spare");
  assert.notEqual(await store.get(keys.leaseKeys(0).spare), undefined);
  clock.advance(1000);
  await buffer.claim();
  await shippers.settled(buffer);
  assert.match([...(await store.getFields(keys.delivered(0))).values()].join(), /^\[400,/);
  assert.ok((await store.getFields(keys.shippers())).has(buffer.holder));
});

test("a replica that takes over without the last writes, and gives their ids to others", {
  skip: noRedisServer,
}, async (t) => {
  const replica = await RedisServer.start({ flags: ["--replicaof", "127.0.0.1", String(server.port)] });
  const relay = await Relay.open(server.port);
  const moving = await openStore(relay.url);
  t.after(async () => {
    await moving.close();
    relay.close();
    await replica.stop();
  });
  const clock = new ManualClock(Date.now());
  const keys = new Keys(`test${prefixes++}`);
  const blocks = keys.blocks(0);
  const shippers = new Shippers(t, { clock, keys, connect: () => mortal(moving) });
  const buffer = shippers.open();
  await shippers.append("w", PAYLOADS);
  const [source] = await buffer.claim();
  await server.command("WAIT", "1", "5000");
  await replica.command("REPLICAOF", "NO", "ONE");
  await shippers.append("w", PAYLOADS);
  const lastId = await moving.lastId(blocks);
  const records = await readSource(source!);
  assert.equal(records.length, 100);
  acknowledgeAll(source!, records.slice(0, 50));
  await shippers.settled(buffer);
  relay.leadTo(replica.port);
  await reachable(() => shippers.append("v", PAYLOADS, 0));
  // As a server would whose clock is behind: the id of a block that is read and on its way, for another one.
  const [{ bytes } = { bytes: Buffer.alloc(0) }] = (await moving.read(blocks, "0-0", 10)).slice(-1);
  await moving.trim(blocks, "9999999999999-0");
  await replica.command("DEL", blocks);
  const client = createClient({ url: replica.url, RESP: 2 });
  await client.connect();
  await client.sendCommand(["XADD", blocks, lastId, "b", bytes]);
  client.destroy();
  await shippers.append("u", PAYLOADS);
  acknowledgeAll(source!, records.slice(50));
  await shippers.settled(buffer);
  assert.equal(await moving.length(blocks), 2, "nothing is deleted yet");
  clock.advance(1000);
  const got = await deliver(clock, [buffer], 100);
  assert.deepEqual(got.toSorted(), [...namesBetween(0, 50, "u"), ...namesBetween(0, 50, "v")].toSorted());
  await shippers.settled(buffer);
  assert.equal(await moving.length(blocks), 0);
});

/** A port that leads to one server, and then to another. */
class Relay {
  #port: number;
  readonly #sockets = new Set<Socket>();
  readonly #listener = createServer((socket) => this.#carry(socket));

  private constructor(port: number) {
    this.#port = port;
  }

  static async open(port: number): Promise<Relay> {
    const relay = new Relay(port);
    relay.#listener.listen(0, "127.0.0.1");
    await once(relay.#listener, "listening");
    return relay;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#listener.address() as AddressInfo).port}`;
  }

  leadTo(port: number): void {
    this.#port = port;
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.#listener.close();
    this.leadTo(0);
  }

  #carry(socket: Socket): void {
    const onward = connect(this.#port, "127.0.0.1");
    for (const [end, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      this.#sockets.add(end);
      end.on("error", () => {}).pipe(other);
      end.once("close", () => {
        this.#sockets.delete(end);
        other.destroy();
      });
    }
  }
}

function namesBetween(from: number, to: number, writer = "w"): string[] {
  return Array.from({ length: to - from }, (_, index) => `${writer} ${from + index}`);
}

/** Tries until the connection is there again. */
async function reachable<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if (tries === 500) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
