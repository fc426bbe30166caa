/** The store against a real redis-server: what its calls do, and how they end when the server does not do its part. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { openStore } from "../../src/buffer/redis/client.js";
import type { StoreError, StoreFailure } from "../../src/buffer/redis/failures.js";
import type { Store } from "../../src/buffer/redis/store.js";
import { until } from "../harness/program.js";
import { noRedisServer, RedisServer } from "../harness/redis-server.js";

const COMMAND_TIMEOUT_MS = 500;
const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

let server: RedisServer;
let store: Store;

before(async () => {
  if (noRedisServer) return;
  server = await RedisServer.start({
    // Read slowly and answer meanwhile, so that a restart can be met while it loads.
    flags: ["--key-load-delay", "20000", "--loading-process-events-interval-bytes", "1024"],
  });
  store = await openStore(server.url, { commandTimeoutMs: COMMAND_TIMEOUT_MS });
});

beforeEach(async () => {
  if (!noRedisServer) await server.command("FLUSHALL");
});

after(async () => {
  await store?.close();
  await server?.stop();
});

/** Awaits a rejection, by a StoreError that means this. */
async function failsAs(failure: StoreFailure, call: Promise<unknown>): Promise<void> {
  await assert.rejects(call, (error: StoreError) => {
    assert.equal(error.code, "DRAGONLOG_STORE_FAILED", String(error));
    assert.equal(error.failure, failure, error.message);
    return true;
  });
}

const works = (of: Store): Promise<boolean> =>
  of.get("any").then(
    () => true,
    () => false,
  );

const cases = { skip: noRedisServer };

test("a stream: appended, read behind an id, trimmed, and the last id is remembered", cases, async () => {
  assert.equal(await store.lastId("s"), "0-0");
  assert.deepEqual(await store.read("s", "0-0", 10), []);
  const odd = [bytes("\0\xff\r\n"), bytes(""), bytes("third")];
  const ids = await Promise.all(odd.map((entry) => store.append("s", entry)));
  const entries = await store.read("s", "0-0", 10);
  assert.deepEqual(
    entries,
    odd.map((entry, n) => ({ id: ids[n], bytes: entry })),
  );
  assert.deepEqual(await store.read("s", ids[0]!, 1), [entries[1]]);
  assert.deepEqual(await store.read("s", ids[2]!, 1), []);
  await store.trim("s", ids[2]!);
  assert.equal(await store.length("s"), 1);
  await store.trim("s", "99999999999999-0");
  assert.equal(await store.length("s"), 0);
  assert.equal(await store.lastId("s"), ids[2]);
});

test("a hash: set, read, removed; nothing to set or remove is no call", cases, async () => {
  await store.setFields(
    "h",
    new Map([
      ["a", "1"],
      ["ü", "2"],
    ]),
  );
  await store.setFields("h", new Map());
  await store.removeFields("h", []);
  assert.deepEqual(
    await store.getFields("h"),
    new Map([
      ["a", "1"],
      ["ü", "2"],
    ]),
  );
  await store.removeFields("h", ["a", "none"]);
  assert.deepEqual(await store.getFields("h"), new Map([["ü", "2"]]));
  assert.deepEqual(await store.getFields("none"), new Map());
});

test("keys: set if missing, extended, expired, removed, counted", cases, async () => {
  assert.equal(await store.get("k"), undefined);
  assert.equal(await store.setIfMissing("k", "mine", 60_000), true);
  assert.equal(await store.setIfMissing("k", "yours", 60_000), false);
  assert.equal(await store.get("k"), "mine");
  assert.equal(await store.extend("k", 1), true);
  await until(
    async () => (await store.get("k")) === undefined,
    () => "the key does not expire",
  );
  assert.equal(await store.extend("k", 60_000), false);
  assert.equal(await store.setIfMissing("k", "forever"), true);
  assert.equal(await server.command("PTTL", "k"), -1);
  await store.remove("k");
  assert.equal(await store.get("k"), undefined);
  assert.deepEqual([await store.increment("n"), await store.increment("n")], [1, 2]);
});

test("a list: read from both ends, and put before its beginning", cases, async () => {
  await server.command("RPUSH", "l", "a", "b", "c", "d");
  assert.deepEqual(await store.listRange("l", 0, 1), [bytes("a"), bytes("b")]);
  assert.deepEqual(await store.listRange("l", -1, -1), [bytes("d")]);
  await store.listPrepend("l", [bytes("y"), bytes("z")]);
  assert.deepEqual(await store.listRange("l", 0, 2), [bytes("y"), bytes("z"), bytes("a")]);
  assert.equal(await store.listLength("l"), 6);
  assert.equal(await store.listRemove("l", [bytes("y"), bytes("none"), bytes("d")]), 2);
  assert.deepEqual(await store.listRange("l", 0, 9), [bytes("z"), bytes("a"), bytes("b"), bytes("c")]);
  assert.deepEqual(await store.listRange("none", 0, -1), []);
});

test(
  "what is written on a condition is written as long as that holds, and all of it or nothing",
  cases,
  async () => {
    await server.command("SET", "owner", "me");
    await server.command("RPUSH", "q", "a", "b", "c");
    const mine = { key: "owner", value: "me" };
    const other = { key: "owner", value: "another" };
    const fields = new Map([["from", "1"]]);
    assert.equal(await store.setFieldsIf(other, "state", fields), false);
    assert.equal((await store.getFields("state")).size, 0);
    assert.equal(await store.setFieldsIf(mine, "state", fields), true);
    assert.deepEqual(await store.getFields("state"), fields);
    assert.equal(await store.listTakeIf(other, "q", 2, "state", ["from"]), undefined);
    assert.equal(await store.listLength("q"), 3);
    assert.deepEqual(await store.listTakeIf(mine, "q", 2, "state", ["from"]), [bytes("a"), bytes("b")]);
    assert.deepEqual(await store.listRange("q", 0, 9), [bytes("c")]);
    assert.equal((await store.getFields("state")).size, 0);
  },
);

test("a conditional write does nothing when its key changes between its look and it", cases, async () => {
  await server.command("SET", "owner2", "me");
  await server.command("RPUSH", "q2", "a", "b");
  // Writes wait now, in the order in which they come, and what only looks does not.
  await server.command("CLIENT", "PAUSE", "300", "WRITE");
  const change = server.command("SET", "owner2", "another");
  await new Promise((resolve) => setTimeout(resolve, 50));
  const taken = store.listTakeIf({ key: "owner2", value: "me" }, "q2", 1, "state2", ["from"]);
  await change;
  assert.equal(await taken, undefined);
  assert.equal(await store.listLength("q2"), 2);
});

test(
  "elements are not taken by a transaction that comes after another write to their hash",
  cases,
  async () => {
    await server.command("SET", "owner3", "me");
    await server.command("RPUSH", "q3", "a", "b");
    const condition = { key: "owner3", value: "me" };
    // One that succeeds: the connection watches nothing any more.
    await store.setFieldsIf(condition, "state3", new Map([["to", "0"]]));
    await server.command("CONFIG", "RESETSTAT");
    await server.command("CLIENT", "PAUSE", "300", "WRITE");
    const change = server.command("HSET", "state3", "to", "1");
    await new Promise((resolve) => setTimeout(resolve, 50));
    const taken = store.listTakeIf(condition, "q3", 1, "state3", ["from"]);
    await change;
    assert.deepEqual(await taken, [bytes("a")]);
    const exec = /cmdstat_exec:calls=(\d+)/.exec(`${await server.command("INFO", "commandstats")}`);
    assert.equal(exec?.[1], "2", "the first was undone, and made again");
  },
);

test("the server says what it is, and whether it evicts", cases, async () => {
  const [info] = await store.servers();
  assert.equal(info!.kind, "redis");
  assert.match(info!.runId, /^[0-9a-f]{40}$/);
  assert.ok(info!.usedBytes > 0);
  assert.equal(info!.evicts, false);
  await server.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
  await server.limitMemory(50_000_000);
  const [evicting] = await store.servers();
  assert.equal(evicting!.evicts, true);
  assert.equal(evicting!.bytesMax, 50_000_000);
  await server.command("CONFIG", "SET", "maxmemory-policy", "noeviction");
  await server.limitMemory(0);
});

test("a full server takes nothing, is read and trimmed all the same, and takes again", cases, async () => {
  const id = await store.append("s", bytes("kept"));
  await server.limitMemory(1);
  await failsAs("full", store.append("s", bytes("refused")));
  assert.deepEqual(await store.read("s", "0-0", 10), [{ id, bytes: bytes("kept") }]);
  await store.trim("s", "99999999999999-0");
  await server.limitMemory(0);
  await store.append("s", bytes("taken"));
});

test("a block does not slip in behind one that failed, though it could be taken", cases, async () => {
  await server.command("SET", "s", "in the way");
  const first = store.append("s", bytes("fails"));
  const cleared = store.remove("s");
  const second = store.append("s", bytes("behind"));
  await Promise.all([failsAs("other", first), cleared, failsAs("other", second)]);
  assert.equal(await store.length("s"), 0);
  await store.append("s", bytes("later"));
});

test("a replica refuses writes, and takes them once it is the primary", cases, async () => {
  await server.command("REPLICAOF", "127.0.0.1", "1");
  await failsAs("read-only", store.append("s", bytes("refused")));
  await server.command("REPLICAOF", "NO", "ONE");
  await until(
    () => works(store),
    () => "it does not come back",
  );
  await store.append("s", bytes("taken"));
});

test("another kind of key is no stream", cases, async () => {
  await server.command("SET", "s", "text");
  await failsAs("other", store.append("s", bytes("refused")));
});

test(
  "SIGKILL: what is on its way is rejected and never sent again; later calls are rejected at once",
  cases,
  async () => {
    server.pause();
    const calls = Array.from({ length: 50 }, (_, n) => store.append(`s${n}`, bytes("cut off")));
    const ends = Promise.all(calls.map((call) => failsAs("away", call)));
    await server.kill();
    await ends;
    await failsAs("away", store.get("k"));
    await server.start();
    await until(
      () => works(store),
      () => "it does not come back",
    );
    assert.equal(await server.command("DBSIZE"), 0);
  },
);

test("a server that answers nothing is given up after the time-out, and found again", cases, async () => {
  server.pause();
  try {
    await failsAs("away", store.append("s", bytes("unanswered")));
    await failsAs("away", store.append("s", bytes("not sent")));
  } finally {
    server.resume();
  }
  await until(
    () => works(store),
    () => "it does not come back",
  );
  // The first stood in the socket and may have been carried out; the second never left.
  assert.ok((await store.length("s")) <= 1);
});

test(
  "a server that says nothing from the start is waited for no longer than a connection may take",
  cases,
  async () => {
    const silent = await RedisServer.start({ flags: ["--requirepass", "secret"] });
    silent.pause();
    const opened = await openStore(silent.url.replace("//", "//:secret@"), { connectTimeoutMs: 200 });
    await failsAs("away", opened.get("k"));
    silent.resume();
    await until(
      () => works(opened),
      () => "it is not found",
    );
    await opened.close();
    await silent.stop();
  },
);

test("a server that loads its data says so", cases, async () => {
  for (let n = 0; n < 50; n++) await server.command("SET", `k${n}`, "x".repeat(2000));
  await server.command("SAVE");
  await server.kill();
  await server.start();
  const loading = await openStore(server.url);
  await failsAs("loading", loading.append("s", bytes("refused")));
  await until(
    () => works(loading),
    () => "it never finishes",
  );
  await loading.append("s", bytes("taken"));
  await loading.close();
});

test("a store that is not there yet is opened, refuses at once, and works when it comes", cases, async () => {
  const late = await RedisServer.start();
  await late.kill();
  const waiting = await openStore(late.url);
  await failsAs("away", waiting.get("k"));
  await late.start();
  await until(
    () => works(waiting),
    () => "it is not found",
  );
  await waiting.close();
  await failsAs("away", waiting.get("k"));
  await late.stop();
});
