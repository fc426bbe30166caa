/** What becomes of records when the store loses what it had, is away or full, or holds something that cannot be read. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { temporaryFolder } from "../../journal/journal.cases.js";
import { ManualClock } from "../../system/manual-clock.cases.js";
import { blockFor, readHead, seal } from "./block-head.js";
import { hasCodec } from "./codec.js";
import { idBehind } from "./entry-id.js";
import { FakeServer } from "./fake-server.cases.js";
import {
  acknowledgeAll,
  GAP_WAIT_MS,
  LEASE_EXPIRY_MS,
  namesOf,
  readAll,
  readSource,
  Shippers,
} from "./redis-buffer.cases.js";

function open(t: TestContext) {
  const clock = new ManualClock();
  const server = new FakeServer(clock);
  return { clock, server, shippers: new Shippers(t, { clock, connect: () => server.connect() }) };
}

const TEN = Array.from({ length: 10 }, (_, n) => `${n}`);

function names(from: number, to: number, writer = "w"): string[] {
  return Array.from({ length: to - from }, (_, index) => `${writer} ${from + index}`);
}

test("a block that stands twice is given once, and of one that begins lower what is new", async (t) => {
  const { shippers, server } = open(t);
  const buffer = shippers.open();
  await shippers.append("w", TEN, 0);
  await shippers.append("w", TEN, 0);
  await shippers.append("w", [...TEN, ...TEN], 5);
  const [source] = await buffer.claim();
  const records = await readSource(source!);
  assert.deepEqual(namesOf(records), names(0, 25));
  acknowledgeAll(source!, records);
  await shippers.append("w", TEN, 16);
  await buffer.claim();
  const rest = await readSource(source!);
  assert.deepEqual(namesOf(rest), names(25, 26));
  acknowledgeAll(source!, rest);
  await shippers.settled(buffer);
  assert.equal(server.stream(shippers.keys.blocks(0)).entries.length, 0, "all of it is deleted");
});

test("after FLUSHALL what is sent again is not given again, whether it is delivered or on its way", async (t) => {
  const { clock, shippers, server } = open(t);
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
  assert.deepEqual(namesOf(await readSource(source!)), names(10, 20));
  acknowledgeAll(source!, records.slice(4, 7));
  source!.rewind();
  const again = await readSource(source!);
  assert.deepEqual(namesOf(again), names(7, 20));
  acknowledgeAll(source!, again);
  await shippers.settled(buffer);
  assert.equal(server.stream(shippers.keys.blocks(0)).entries.length, 0);
  assert.match([...server.hash(shippers.keys.delivered(0)).values()].join(), /^\[20,/);
});

test("a writer without a journal says that nothing is sent again: what is held back is given at once, in order", async (t) => {
  const { shippers, server } = open(t);
  const buffer = shippers.open();
  await shippers.append("w", TEN, 20);
  await shippers.append("w", TEN, 30);
  const [source] = await buffer.claim();
  await assert.rejects(readSource(source!), { code: "DRAGONLOG_STORE_GAP" });
  await shippers.append("w", TEN, 40, 0);
  await buffer.claim();
  const records = await readSource(source!);
  assert.deepEqual(namesOf(records), names(20, 50));
  acknowledgeAll(source!, records);
  await shippers.settled(buffer);
  assert.equal(server.stream(shippers.keys.blocks(0)).entries.length, 0);
  assert.match([...server.hash(shippers.keys.delivered(0)).values()].join(), /^\[50,/);
});

test("what it says of a loss that was none takes nothing from the blocks that are still there", async (t) => {
  const { clock, shippers, server } = open(t);
  const buffer = shippers.open();
  await shippers.append("w", TEN);
  await shippers.append("w", TEN);
  await shippers.append("w", TEN, 20, 0);
  const [source] = await buffer.claim();
  const records = await readSource(source!);
  assert.deepEqual(namesOf(records), names(0, 30));
  // The cloud takes the last block and not those before it.
  acknowledgeAll(source!, records.slice(20));
  clock.advance(1000);
  await shippers.settled(buffer);
  assert.equal(server.stream(shippers.keys.blocks(0)).entries.length, 3);
  await shippers.crash(buffer);
  const next = shippers.open();
  assert.deepEqual(namesOf(await readAll(next)), names(0, 20));
  const [again] = await next.claim();
  again!.rewind();
  acknowledgeAll(again!, await readSource(again!));
  await shippers.settled(next);
  assert.match([...server.hash(shippers.keys.delivered(0)).values()].join(), /^\[30,/);
});

test("a stream that begins again with lower ids is read from its beginning", async (t) => {
  const { clock, shippers, server } = open(t);
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
  assert.deepEqual(namesOf(await readSource(source!)), names(0, 10, "v"));
  source!.rewind();
  const others = await readSource(source!);
  assert.deepEqual(namesOf(others), names(0, 10, "v"));
  acknowledgeAll(source!, others);
  await shippers.settled(buffer);
  assert.equal(server.stream(shippers.keys.blocks(0)).entries.length, 0);
});

test("what the store has forgotten, the disk of the next shipper knows", async (t) => {
  const { clock, shippers, server } = open(t);
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
  assert.deepEqual(namesOf(await readAll(next)), names(6, 10));
  await shippers.crash(next);
  assert.deepEqual(namesOf(await readAll(shippers.open())), names(6, 10), "and it has told the store");
});

test("while the store is away, asking rejects, what is held stays, and what is delivered is written later", async (t) => {
  const { clock, shippers, server } = open(t);
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
  const { shippers, server } = open(t);
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

test("what cannot be read is told of once, kept, and passed", async (t) => {
  const { shippers, server } = open(t);
  const blocks = shippers.keys.blocks(0);
  const dir = temporaryFolder(t);
  const buffer = shippers.open({ dir });
  await shippers.append("v", TEN);
  await shippers.store.append(blocks, Buffer.from("no block"));
  await shippers.append("w", TEN);
  const torn = server.stream(blocks).entries.at(-1)!.bytes;
  torn.fill(0, torn.length - 20);
  await shippers.append("u", TEN);
  const [source] = await buffer.claim();
  const records = await readSource(source!);
  assert.deepEqual(namesOf(records), [...names(0, 10, "v"), ...names(0, 10, "u")]);
  source!.rewind();
  acknowledgeAll(source!, await readSource(source!));
  await shippers.settled(buffer);
  assert.deepEqual(
    shippers.damage.map(({ cause, records: count, source: name }) => [name, cause, count]),
    [
      ["partition 0", "damaged", 0],
      ["partition 0", "damaged", 10],
    ],
  );
  const kept = damagedIn(dir);
  assert.deepEqual(
    kept.map((path) => readFileSync(path)),
    [Buffer.from("no block"), torn],
  );
  assert.ok(shippers.damage[0]!.detail.includes(`kept in ${kept[0]}`));
  assert.equal(server.stream(blocks).entries.length, 0);
});

test("a block in a codec that this Node.js lacks waits for a shipper that has it", {
  skip: hasCodec("zstd") && "this one has all",
}, async (t) => {
  const { shippers, server } = open(t);
  const buffer = shippers.open();
  await shippers.append("w", TEN);
  const entry = server.stream(shippers.keys.blocks(0)).entries[0]!;
  const { head, packing, payload } = readHead(entry.bytes);
  const forged = blockFor(head, payload.length);
  payload.copy(forged.payload);
  server.stream(shippers.keys.blocks(0)).entries[0] = {
    ...entry,
    bytes: seal(forged.block, head, { ...packing, codec: "zstd" }),
  };
  const [source] = await buffer.claim();
  for (let tries = 0; tries < 2; tries++) {
    await assert.rejects(async () => source!.read(1 << 20), /cannot unpack zstd/);
  }
  assert.deepEqual(shippers.damage, []);
  server.stream(shippers.keys.blocks(0)).entries[0] = entry;
  source!.rewind();
  assert.deepEqual(namesOf(await readSource(source!)), names(0, 10));
});

test("what cannot be read stays where it is until its bytes are kept elsewhere", async (t) => {
  const { shippers, server } = open(t);
  const blocks = shippers.keys.blocks(0);
  const dir = temporaryFolder(t);
  const buffer = shippers.open({ dir });
  await shippers.store.append(blocks, Buffer.from("no block"));
  await shippers.append("w", TEN);
  const [source] = await buffer.claim();
  const inTheWay = join(dir, "damaged");
  writeFileSync(inTheWay, "");
  const records = await readSource(source!);
  assert.equal(records.length, 10, "it does not stop the others");
  acknowledgeAll(source!, records);
  await shippers.settled(buffer);
  assert.equal(server.stream(blocks).entries.length, 2);
  rmSync(inTheWay);
  await buffer.claim();
  await buffer.claim();
  await shippers.settled(buffer);
  assert.equal(damagedIn(dir).length, 1);
  assert.equal(server.stream(blocks).entries.length, 0);
});

test("a full store is not kept full by what cannot be read", async (t) => {
  const { shippers, server } = open(t);
  const blocks = shippers.keys.blocks(0);
  const buffer = shippers.open();
  const [source] = await buffer.claim();
  await shippers.store.append(blocks, Buffer.from("no block"));
  await shippers.append("w", TEN);
  server.failure = "full";
  acknowledgeAll(source!, await readSource(source!));
  await shippers.settled(buffer);
  assert.equal(server.stream(blocks).entries.length, 0);
});

test("of what cannot be read so much is kept, and what is not is told of", async (t) => {
  const { shippers, server } = open(t);
  const dir = temporaryFolder(t);
  const buffer = shippers.open({ dir });
  const [source] = await buffer.claim();
  await shippers.store.append(shippers.keys.blocks(0), Buffer.from("no block"));
  await readSource(source!);
  const [kept] = damagedIn(dir);
  truncateSync(kept!, 256 << 20);
  await shippers.store.append(shippers.keys.blocks(0), Buffer.from("nor this"));
  await buffer.claim();
  await readSource(source!);
  acknowledgeAll(source!, []);
  await shippers.settled(buffer);
  assert.deepEqual(damagedIn(dir), [kept]);
  assert.match(shippers.damage[1]!.detail, /not kept: .* is full of others/);
  assert.equal(server.stream(shippers.keys.blocks(0)).entries.length, 0);
});

/** The files that a shipper with this folder has put entries in that it could not read, in order. */
function damagedIn(dir: string): string[] {
  const [folder] = readdirSync(join(dir, "damaged"));
  const names = readdirSync(join(dir, "damaged", folder!));
  return names.toSorted().map((name) => join(dir, "damaged", folder!, name));
}

test("records wait for those before them that the store has lost, and then come in order", async (t) => {
  const { shippers } = open(t);
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
  assert.deepEqual(read, [...names(0, 10), ...names(0, 10, "v")]);
  await shippers.append("w", [...TEN, ...TEN, ...TEN], 10);
  await buffer.claim();
  assert.deepEqual(namesOf(await readSource(source!)), names(10, 40));
});

test("what is never sent again is waited for only so long, and what was behind it is not taken for all", async (t) => {
  const { clock, shippers, server } = open(t);
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
  assert.deepEqual(namesOf(records), [...names(20, 30), ...names(40, 50)]);
  acknowledgeAll(source!, records);
  await shippers.settled(buffer);
  assert.match([...server.hash(shippers.keys.delivered(0)).values()].join(), /^\[10,\[\[20,29\],\[40,49\]\]/);
  assert.equal(server.stream(shippers.keys.blocks(0)).entries.length, 0);
  await shippers.append("w", [...TEN, ...TEN, ...TEN, ...TEN], 10);
  await buffer.claim();
  assert.deepEqual(namesOf(await readSource(source!)), [...names(10, 20), ...names(30, 40)]);
});

test("a forwarder's word for what is delivered closes the gap before it", async (t) => {
  const { shippers, server } = open(t);
  const buffer = shippers.open();
  await shippers.append("w", TEN, 50);
  const [source] = await buffer.claim();
  await assert.rejects(async () => source!.read(1 << 20), { code: "DRAGONLOG_STORE_GAP" });
  server.hash(shippers.keys.delivered(0)).set("w", "50");
  await buffer.claim();
  assert.deepEqual(namesOf(await readSource(source!)), names(50, 60));
});

/** Another server goes on from where the first one was before `taken`, and gives the ids that follow anew, for its clock is behind. */
async function takeOver(
  server: FakeServer,
  restore: () => void,
  append: () => Promise<unknown>,
): Promise<void> {
  restore();
  server.runId = "second";
  const { nextId } = server;
  server.nextId = idBehind;
  await append();
  server.nextId = nextId;
}

test("a server that takes over without the last writes, and gives their ids to others, is read from its beginning", async (t) => {
  const { clock, shippers, server } = open(t);
  const buffer = shippers.open();
  await shippers.append("w", TEN);
  const restore = server.snapshot();
  clock.advance(5);
  await shippers.append("w", TEN);
  clock.advance(1000);
  const [source] = await buffer.claim();
  const records = await readSource(source!);
  assert.equal(records.length, 20);
  await takeOver(server, restore, () => shippers.append("v", TEN));
  // So that the stream is no shorter than what was read.
  await shippers.append("u", TEN);
  clock.advance(1000);
  await buffer.claim();
  const others = await readSource(source!);
  assert.deepEqual(namesOf(others), [...names(0, 10, "v"), ...names(0, 10, "u")]);
  acknowledgeAll(source!, [...records, ...others]);
  await shippers.settled(buffer);
  assert.equal(server.stream(shippers.keys.blocks(0)).entries.length, 0);
});

test("nothing is deleted on a connection that may lead to another server before that was looked at", async (t) => {
  const { clock, shippers, server } = open(t);
  const buffer = shippers.open();
  const store = shippers.storeOf(buffer);
  await shippers.append("w", TEN);
  const restore = server.snapshot();
  clock.advance(5);
  await shippers.append("w", TEN);
  const [source] = await buffer.claim();
  const records = await readSource(source!);
  await takeOver(server, restore, () => shippers.append("v", TEN));
  await shippers.append("u", TEN);
  store.connections++;
  acknowledgeAll(source!, records);
  await shippers.settled(buffer);
  assert.equal(server.stream(shippers.keys.blocks(0)).entries.length, 3);
  clock.advance(1000);
  await buffer.claim();
  assert.deepEqual(namesOf(await readSource(source!)), [...names(0, 10, "v"), ...names(0, 10, "u")]);
});

test("nor does the next shipper go on there from where the last one was", async (t) => {
  const { clock, shippers, server } = open(t);
  const first = shippers.open();
  await shippers.append("w", TEN);
  const restore = server.snapshot();
  clock.advance(5);
  await shippers.append("w", TEN);
  const [source] = await first.claim();
  acknowledgeAll(source!, await readSource(source!));
  await shippers.settled(first);
  const cursor = new Map(server.hash(shippers.keys.cursor(0)));
  assert.equal(cursor.size, 1);
  await shippers.crash(first);
  await takeOver(server, restore, () => shippers.append("v", TEN));
  await shippers.append("u", TEN);
  for (const [field, text] of cursor) server.hash(shippers.keys.cursor(0)).set(field, text);
  server.set(shippers.keys.lease(0), undefined);
  const next = await readAll(shippers.open());
  assert.deepEqual(
    namesOf(next).filter((name) => !name.startsWith("w")),
    [...names(0, 10, "v"), ...names(0, 10, "u")],
  );
});
