/** What becomes of records when the store loses what it had, is away or full. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../journal/journal.cases.js";
import {
  acknowledgeAll,
  GAP_WAIT_MS,
  LEASE_EXPIRY_MS,
  namesBetween,
  namesOf,
  openShippers,
  readAll,
  readSource,
  TEN,
} from "./redis-buffer.cases.js";

test("a block that stands twice is given once, and of one that begins lower what is new", async (t) => {
  const { shippers, server } = openShippers(t);
  const buffer = shippers.open();
  await shippers.append("w", TEN, 0);
  await shippers.append("w", TEN, 0);
  await shippers.append("w", [...TEN, ...TEN], 5);
  const [source] = await buffer.claim();
  const records = await readSource(source!);
  assert.deepEqual(namesOf(records), namesBetween(0, 25));
  acknowledgeAll(source!, records);
  await shippers.append("w", TEN, 16);
  await buffer.claim();
  const rest = await readSource(source!);
  assert.deepEqual(namesOf(rest), namesBetween(25, 26));
  acknowledgeAll(source!, rest);
  await shippers.settled(buffer);
  assert.equal(server.stream(shippers.keys.blocks(0)).entries.length, 0, "all of it is deleted");
});

test("after FLUSHALL what is sent again is not given again, whether it is delivered or on its way", async (t) => {
  const { clock, shippers, server } = openShippers(t);
  const buffer = shippers.open();
  await shippers.append("w", TEN);
  const [source] = await buffer.claim();
  const records = await readSource(source!);
  acknowledgeAll(source!, records.slice(0, 4));
  await shippers.settled(buffer);
  server.flush();
  clock.advance(1000);
  await shippers.append("w", [...TEN, ...TEN], 0);
  const [same] = await buffer.claim();
  assert.equal(same, source, "it has taken its lease again");
  await shippers.settled(buffer);
  assert.match(
    [...server.hash(shippers.keys.delivered(0)).values()].join(),
    /^\[4,/,
    "and told the store again",
  );
  assert.deepEqual(namesOf(await readSource(source!)), namesBetween(10, 20));
  acknowledgeAll(source!, records.slice(4, 7));
  source!.rewind();
  const again = await readSource(source!);
  assert.deepEqual(namesOf(again), namesBetween(7, 20));
  acknowledgeAll(source!, again);
  await shippers.settled(buffer);
  assert.equal(server.stream(shippers.keys.blocks(0)).entries.length, 0);
  assert.match([...server.hash(shippers.keys.delivered(0)).values()].join(), /^\[20,/);
});

test("a writer without a journal says that nothing is sent again: what is held back is given at once, in order", async (t) => {
  const { shippers, server } = openShippers(t);
  const buffer = shippers.open();
  await shippers.append("w", TEN, 20);
  await shippers.append("w", TEN, 30);
  const [source] = await buffer.claim();
  await assert.rejects(readSource(source!), { code: "DRAGONLOG_STORE_GAP" });
  await shippers.append("w", TEN, 40, 0);
  await buffer.claim();
  const records = await readSource(source!);
  assert.deepEqual(namesOf(records), namesBetween(20, 50));
  acknowledgeAll(source!, records);
  await shippers.settled(buffer);
  assert.equal(server.stream(shippers.keys.blocks(0)).entries.length, 0);
  assert.match([...server.hash(shippers.keys.delivered(0)).values()].join(), /^\[50,/);
});

test("what it says of a loss that was none takes nothing from the blocks that are still there", async (t) => {
  const { clock, shippers, server } = openShippers(t);
  const buffer = shippers.open();
  await shippers.append("w", TEN);
  await shippers.append("w", TEN);
  await shippers.append("w", TEN, 20, 0);
  const [source] = await buffer.claim();
  const records = await readSource(source!);
  assert.deepEqual(namesOf(records), namesBetween(0, 30));
  // The cloud takes the last block and not those before it.
  acknowledgeAll(source!, records.slice(20));
  clock.advance(1000);
  await shippers.settled(buffer);
  assert.equal(server.stream(shippers.keys.blocks(0)).entries.length, 3);
  await shippers.crash(buffer);
  const next = shippers.open();
  assert.deepEqual(namesOf(await readAll(next)), namesBetween(0, 20));
  const [again] = await next.claim();
  again!.rewind();
  acknowledgeAll(again!, await readSource(again!));
  await shippers.settled(next);
  assert.match([...server.hash(shippers.keys.delivered(0)).values()].join(), /^\[30,/);
});

test("a stream that begins again with lower ids is read from its beginning", async (t) => {
  const { clock, shippers, server } = openShippers(t);
  const buffer = shippers.open();
  await shippers.append("w", TEN);
  await shippers.append("w", TEN);
  const [source] = await buffer.claim();
  const records = await readSource(source!);
  server.flush();
  server.stream(shippers.keys.blocks(0)).lastId = "1-0";
  server.nextId = (lastId) => `${Number(lastId.split("-")[0]) + 1}-0`;
  await shippers.append("v", TEN);
  acknowledgeAll(source!, records.slice(0, 10));
  await shippers.settled(buffer);
  assert.equal(server.stream(shippers.keys.blocks(0)).entries.length, 1, "no id of before deletes anything");
  clock.advance(1000);
  await buffer.claim();
  assert.deepEqual(namesOf(await readSource(source!)), namesBetween(0, 10, "v"));
  source!.rewind();
  const others = await readSource(source!);
  assert.deepEqual(namesOf(others), namesBetween(0, 10, "v"));
  acknowledgeAll(source!, others);
  await shippers.settled(buffer);
  assert.equal(server.stream(shippers.keys.blocks(0)).entries.length, 0);
});

test("what the store has forgotten, the disk of the next shipper knows", async (t) => {
  const { clock, shippers, server } = openShippers(t);
  const dir = join(temporaryFolder(t), "shipper");
  const first = shippers.open({ dir });
  await shippers.append("w", TEN);
  const [source] = await first.claim();
  acknowledgeAll(source!, (await readSource(source!)).slice(0, 6));
  clock.advance(1000);
  await shippers.crash(first);
  server.flush();
  await shippers.append("w", TEN, 0);
  const next = shippers.open({ dir });
  assert.deepEqual(namesOf(await readAll(next)), namesBetween(6, 10));
  await shippers.crash(next);
  assert.deepEqual(namesOf(await readAll(shippers.open())), namesBetween(6, 10), "and it has told the store");
});

test("while the store is away, asking rejects, what is held stays, and what is delivered is written later", async (t) => {
  const { clock, shippers, server } = openShippers(t);
  const buffer = shippers.open();
  await shippers.append("w", TEN);
  const [source] = await buffer.claim();
  const records = await readSource(source!);
  server.failure = "away";
  for (let look = 0; look < 5; look++) {
    clock.advance(1000);
    await assert.rejects(buffer.claim(), { failure: "away" });
  }
  acknowledgeAll(source!, records);
  await shippers.settled(buffer);
  assert.equal(shippers.troubles.length, 1, "told once");
  clock.advance(2 * LEASE_EXPIRY_MS);
  await shippers.settled(buffer);
  await assert.rejects(async () => source!.read(1), { failure: "away" });
  server.failure = undefined;
  clock.advance(1000);
  assert.deepEqual(await buffer.claim(), [source]);
  await shippers.settled(buffer);
  assert.equal(server.stream(shippers.keys.blocks(0)).entries.length, 0);
});

test("a full store is emptied all the same, and learns later what was delivered", async (t) => {
  const { shippers, server } = openShippers(t);
  const buffer = shippers.open();
  await shippers.append("w", TEN);
  const [source] = await buffer.claim();
  server.failure = "full";
  acknowledgeAll(source!, await readSource(source!));
  await shippers.settled(buffer);
  assert.equal(server.stream(shippers.keys.blocks(0)).entries.length, 0);
  assert.equal(server.hash(shippers.keys.delivered(0)).size, 0);
  server.failure = undefined;
  await buffer.claim();
  await shippers.settled(buffer);
  assert.match([...server.hash(shippers.keys.delivered(0)).values()].join(), /^\[10,/);
});

test("records wait for those before them that the store has lost, and then come in order", async (t) => {
  const { shippers } = openShippers(t);
  const buffer = shippers.open();
  await shippers.append("w", TEN, 0);
  await shippers.append("w", TEN, 20);
  await shippers.append("v", TEN);
  const [source] = await buffer.claim();
  const read: string[] = [];
  await assert.rejects(
    async () => {
      for (;;) read.push(...namesOf((await source!.read(300)).records));
    },
    { code: "DRAGONLOG_STORE_GAP", message: /records of w, seq 10 to 19/ },
  );
  assert.deepEqual(read, [...namesBetween(0, 10), ...namesBetween(0, 10, "v")]);
  await shippers.append("w", [...TEN, ...TEN, ...TEN], 10);
  await buffer.claim();
  assert.deepEqual(namesOf(await readSource(source!)), namesBetween(10, 40));
});

test("what is never sent again is waited for only so long, and what was behind it is not taken for all", async (t) => {
  const { clock, shippers, server } = openShippers(t);
  const buffer = shippers.open();
  await shippers.append("w", TEN, 0);
  await shippers.append("w", TEN, 20);
  await shippers.append("w", TEN, 40);
  const [source] = await buffer.claim();
  acknowledgeAll(source!, (await source!.read(1 << 20)).records);
  await assert.rejects(async () => source!.read(1 << 20), { code: "DRAGONLOG_STORE_GAP" });
  clock.advance(GAP_WAIT_MS);
  await buffer.claim();
  const records = await readSource(source!);
  assert.deepEqual(namesOf(records), [...namesBetween(20, 30), ...namesBetween(40, 50)]);
  acknowledgeAll(source!, records);
  await shippers.settled(buffer);
  assert.match([...server.hash(shippers.keys.delivered(0)).values()].join(), /^\[10,\[\[20,29\],\[40,49\]\]/);
  assert.equal(server.stream(shippers.keys.blocks(0)).entries.length, 0);
  await shippers.append("w", [...TEN, ...TEN, ...TEN, ...TEN], 10);
  await buffer.claim();
  assert.deepEqual(namesOf(await readSource(source!)), [...namesBetween(10, 20), ...namesBetween(30, 40)]);
});

test("a forwarder's word for what is delivered closes the gap before it", async (t) => {
  const { shippers, server } = openShippers(t);
  const buffer = shippers.open();
  await shippers.append("w", TEN, 50);
  const [source] = await buffer.claim();
  await assert.rejects(async () => source!.read(1 << 20), { code: "DRAGONLOG_STORE_GAP" });
  server.hash(shippers.keys.delivered(0)).set("w", "50");
  await buffer.claim();
  assert.deepEqual(namesOf(await readSource(source!)), namesBetween(50, 60));
});
