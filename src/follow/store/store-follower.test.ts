/** On a store in memory, whose time is the test's; test/integration/follow-store.test.ts does the same on a real one. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { FakeServer, type FakeStore } from "../../buffer/redis/fake-server.cases.js";
import { Keys } from "../../buffer/redis/keys.js";
import { ManualClock } from "../../system/manual-clock.cases.js";
import { Seen, testFollower } from "../follower.cases.js";
import type { Start } from "../follower.js";
import { openBlocks } from "./store.cases.js";
import { StoreFollower } from "./store-follower.js";

testFollower({
  name: "a store in memory",
  counts: "between",
  runs: 60,
  open: () => {
    const clock = new ManualClock();
    const server = new FakeServer(clock);
    return openBlocks(() => server.connect(), new Keys(), clock);
  },
});

async function openScene(t: TestContext) {
  const clock = new ManualClock();
  const server = new FakeServer(clock);
  const keys = new Keys();
  const stores: FakeStore[] = [];
  const connect = (): FakeStore => {
    const store = server.connect();
    stores.push(store);
    return store;
  };
  const blocks = await openBlocks(connect, keys, clock, 1);
  const follow = async (start: Start): Promise<Seen> => {
    const follower = await blocks.follow(start);
    t.after(() => follower.close());
    return new Seen(follower);
  };
  return { clock, server, keys, stores, blocks, follow };
}

const TEN = Array.from({ length: 10 }, (_, n) => `${n}`);

test("the last ones are found without reading all that waits", async (t) => {
  const { clock, blocks, follow } = await openScene(t);
  for (let minute = 0; minute < 200; minute++) {
    clock.advance(60_000);
    await blocks.append("w", TEN, clock.now());
  }
  const seen = await follow({ at: "last", records: 25 });
  await seen.readAll();
  assert.ok(seen.records >= 25 && seen.records < 300, `${seen.records}`);
  assert.equal(seen.of("w").at(-1), 1999);
  const none = await follow({ at: "last", records: 0 });
  await none.readAll();
  assert.equal(none.records, 0);
});

test("since a time, blocks that came before it, by clocks that differ, are passed over", async (t) => {
  const { clock, blocks, follow } = await openScene(t);
  const times: number[] = [];
  for (let minute = 0; minute < 60; minute++) {
    clock.advance(60_000);
    times.push(clock.now());
    await blocks.append("w", ["x"], clock.now());
  }
  const seen = await follow({ at: "since", sinceMs: times[40]! });
  await seen.readAll();
  assert.ok(seen.of("w")[0]! <= 40 && seen.of("w")[0]! > 30, `${seen.of("w")[0]}`);
});

test("what was sent again is seen once, and what was lost is counted once and not shown out of order", async (t) => {
  const { clock, server, stores, blocks, follow } = await openScene(t);
  const seen = await follow({ at: "beginning" });
  await blocks.appendFrom("w", 0, TEN);
  await seen.readAll();
  await blocks.appendFrom("w", 5, TEN);
  await seen.readAll();
  assert.deepEqual(seen.of("w"), [...Array(15).keys()]);
  // The store loses what it had, and the forwarder sends from what is delivered on, behind what came meanwhile.
  clock.advance(1000);
  server.flush();
  for (const store of stores) store.connections++;
  await blocks.appendFrom("w", 20, TEN);
  await seen.readAll();
  clock.advance(1000);
  await blocks.appendFrom("w", 3, [...TEN, ...TEN, ...TEN]);
  await seen.readAll();
  assert.deepEqual(seen.of("w"), [...Array(15).keys(), ...TEN.map((_, n) => 20 + n), 30, 31, 32]);
  assert.equal(seen.missed, 5);
});

test("a store that begins anew with lower ids is read from its beginning", async (t) => {
  const { clock, server, stores, blocks, follow } = await openScene(t);
  const seen = await follow({ at: "beginning" });
  const restore = server.snapshot();
  clock.advance(100_000);
  await blocks.append("w", TEN);
  await seen.readAll();
  restore();
  clock.setBack(50_000);
  for (const store of stores) store.connections++;
  await blocks.append("w", TEN);
  await seen.readAll();
  assert.deepEqual([seen.of("w").length, seen.missed], [20, 0]);
});

test("blocks that cannot be read are counted when their writer goes on", async (t) => {
  const { server, keys, blocks, follow } = await openScene(t);
  const seen = await follow({ at: "beginning" });
  for (let n = 0; n < 3; n++) await blocks.append("w", TEN);
  server.stream(keys.blocks(0)).entries[1]!.bytes.fill(0, 60);
  server.stream(keys.blocks(0)).entries.splice(1, 0, { id: "1-1", bytes: Buffer.from("no block") });
  await seen.readAll();
  assert.deepEqual([seen.records, seen.missed], [20, 10]);
});

test("a store that is away is told by each read, and followed from then on when it is back", async (t) => {
  const { clock, server, keys, blocks, follow } = await openScene(t);
  await blocks.append("w", TEN);
  const seen = await follow({ at: "end" });
  server.failure = "away";
  await assert.rejects(seen.read(), { code: "DRAGONLOG_STORE_FAILED" });
  const late = await follow({ at: "end" });
  await assert.rejects(late.read(), { code: "DRAGONLOG_STORE_FAILED" });
  server.failure = undefined;
  await blocks.append("w", ["more"]);
  for (const each of [seen, late]) {
    await each.readAll();
    assert.equal(each.of("w").at(-1), 10);
  }
  assert.equal(seen.records, 1);

  server.flush();
  const unused = await StoreFollower.open({
    store: server.connect(),
    keys,
    lists: [],
    start: { at: "end" },
    clock,
  });
  const { records, missed, drained } = await unused.read(1000);
  assert.deepEqual([records, missed, drained], [[], 0, true]);
  server.set(keys.partitions(), "1");
  await blocks.appendFrom("new", 0, TEN);
  const found = new Seen(unused);
  await found.readAll();
  assert.equal(found.of("new").length, 10);
});
