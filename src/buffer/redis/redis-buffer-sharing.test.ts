import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { ManualClock } from "../../system/manual-clock.cases.js";
import { FakeServer } from "./fake-server.cases.js";
import { PARTITIONS_DEFAULT } from "./partitions.js";
import {
  acknowledgeAll,
  LEASE_EXPIRY_MS,
  namesOf,
  readAll,
  readSource,
  Shippers,
} from "./redis-buffer.cases.js";
import type { RedisBuffer } from "./redis-buffer.js";

function open(t: TestContext, partitions = PARTITIONS_DEFAULT) {
  const clock = new ManualClock();
  const server = new FakeServer(clock);
  return { clock, server, shippers: new Shippers(t, { clock, connect: () => server.connect(), partitions }) };
}

/** How many each holds, after each has looked `rounds` times. */
async function shares(clock: ManualClock, buffers: readonly RedisBuffer[], rounds = 3): Promise<number[]> {
  let held: number[] = [];
  for (let round = 0; round < rounds; round++) {
    clock.advance(1000);
    held = [];
    for (const buffer of buffers) held.push((await buffer.claim()).length);
  }
  return held;
}

test("shippers share evenly, give to one that comes, and take what one that leaves gives back", async (t) => {
  const { clock, shippers } = open(t);
  const a = shippers.open();
  assert.deepEqual(await shares(clock, [a]), [16]);
  const b = shippers.open();
  assert.deepEqual(await shares(clock, [a, b]), [8, 8]);
  const c = shippers.open();
  assert.deepEqual(await shares(clock, [a, b, c]), [6, 6, 4]);
  await b.close();
  assert.deepEqual(await shares(clock, [a, c]), [8, 8]);
  await a.close();
  assert.deepEqual(await shares(clock, [c]), [16]);
});

test("the partitions of one that dies are free when its leases have expired, and not before", async (t) => {
  const { clock, shippers } = open(t);
  const [a, b] = [shippers.open(), shippers.open()];
  await shares(clock, [a, b]);
  await shippers.kill(a);
  assert.deepEqual(await shares(clock, [b], 10), [8]);
  clock.advance(LEASE_EXPIRY_MS);
  assert.deepEqual(await shares(clock, [b]), [16]);
});

test("those that were killed lately make no share smaller: what is free is taken before their keys expire", async (t) => {
  const { clock, shippers } = open(t);
  const a = shippers.open();
  await shares(clock, [a]);
  for (let n = 0; n < 6; n++) {
    const killed = shippers.open();
    assert.equal((await killed.claim()).length, 0);
    await shippers.kill(killed);
  }
  assert.deepEqual(await shares(clock, [a]), [Math.ceil(16 / 7)], "it gives back what is theirs");
  assert.deepEqual(await shares(clock, [a], LEASE_EXPIRY_MS / 2 / 1000), [16]);
});

test("a shipper that only sends, and does not claim, keeps its partitions", async (t) => {
  const { clock, shippers } = open(t);
  const [a, b] = [shippers.open(), shippers.open()];
  await shares(clock, [a, b]);
  for (let seconds = 0; seconds < 120; seconds++) {
    clock.advance(1000);
    await shippers.settled(a);
    assert.equal((await b.claim()).length, 8);
  }
  assert.equal((await a.claim()).length, 8);
});

test("a partition with records in flight is not given back before they are delivered, and gives no more", async (t) => {
  const { clock, shippers } = open(t, 2);
  const [a, b] = [shippers.open(), shippers.open()];
  const writers = ["w1", "w2", "w3", "w4", "w5"];
  for (const writer of writers) await shippers.append(writer, ["0", "1"]);
  const sources = await a.claim();
  const records = new Map(
    await Promise.all(sources.map(async (each) => [each, await readSource(each)] as const)),
  );
  assert.ok(
    [...records.values()].every(({ length }) => length > 0),
    "both have some",
  );
  assert.deepEqual(await shares(clock, [a, b]), [2, 0]);
  for (const writer of writers) await shippers.append(writer, ["2"]);
  assert.deepEqual(namesOf(await readSource(sources[1]!)), [], "it is to go");
  for (const [source, given] of records) acknowledgeAll(source, given);
  assert.deepEqual(await shares(clock, [a, b]), [1, 1]);
  const rest = [...(await readAll(a)), ...(await readAll(b))];
  assert.deepEqual(
    namesOf(rest).sort(),
    writers.map((writer) => `${writer} 2`),
  );
});

test("whoever comes first says how many partitions there are, and who wants another number is told both", async (t) => {
  const { shippers, server } = open(t);
  assert.equal((await shippers.open().claim()).length, 16);
  await assert.rejects(shippers.open({ partitions: 4 }).claim(), {
    code: "DRAGONLOG_PARTITIONS_DIFFER",
    message: /has 16 partitions, not 4/,
  });
  server.set(shippers.keys.partitions(), "many");
  await assert.rejects(shippers.open().claim(), { code: "DRAGONLOG_PARTITIONS_DIFFER", message: /"many"/ });
});

test("many shippers ask for one another seldom, and see all the same who comes and goes", async (t) => {
  const { clock, shippers, server } = open(t, 1);
  const buffers = Array.from({ length: 32 }, () => shippers.open());
  await shares(clock, buffers, 10);
  let asked = 0;
  const { get } = server;
  server.get = (key) => {
    if (key.startsWith(shippers.keys.shipper(""))) asked++;
    return get.call(server, key);
  };
  assert.deepEqual((await shares(clock, buffers, 30)).toSorted().slice(-2), [0, 1]);
  // Each also renews its own, which looks for it: 32 in each of 30 s.
  assert.ok(asked > 32 * 30 && asked <= 32 * 30 * 12, `${asked}`);
  for (const buffer of buffers.slice(1)) await buffer.close();
  assert.deepEqual(await shares(clock, buffers.slice(0, 1), 10), [1]);
  assert.equal(server.hash(shippers.keys.shippers()).size, 1);
});

test("one that others took for dead at the moment when it came back counts again", async (t) => {
  const { clock, shippers, server } = open(t);
  const [a, b] = [shippers.open(), shippers.open()];
  assert.deepEqual(await shares(clock, [a, b]), [8, 8]);
  server.hash(shippers.keys.shippers()).delete(a.holder);
  assert.deepEqual(await shares(clock, [a, b]), [8, 8]);
  assert.ok(server.hash(shippers.keys.shippers()).has(a.holder));
});

test("a shipper that a full store does not take among the living takes what nobody holds", async (t) => {
  const { clock, shippers, server } = open(t, 2);
  const a = shippers.open();
  assert.deepEqual(await shares(clock, [a]), [2]);
  await a.close();
  server.failure = "full";
  const b = shippers.open();
  assert.deepEqual(await shares(clock, [b]), [2]);
  assert.equal(server.hash(shippers.keys.shippers()).size, 0);
  server.failure = undefined;
  assert.deepEqual(await shares(clock, [b, shippers.open()]), [1, 1]);
});

test("each writer has its machine", async (t) => {
  const { shippers } = open(t, 1);
  const buffer = shippers.open();
  await shippers.append("v", ["0"]);
  await shippers.append("w", ["0"]);
  await readAll(buffer);
  const [source] = await buffer.claim();
  assert.deepEqual([source!.hostOf!("v"), source!.hostOf!("w")], ["host of v", "host of w"]);
});
