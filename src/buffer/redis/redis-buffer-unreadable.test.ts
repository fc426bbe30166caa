/** What becomes of entries that cannot be read. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../journal/journal.cases.js";
import { blockFor, readHead, seal } from "./block-head.js";
import { BlockMemory } from "./block-memory.js";
import { hasCodec } from "./codec.js";
import {
  acknowledgeAll,
  namesBetween,
  namesOf,
  openShippers,
  readSource,
  TEN,
} from "./redis-buffer.cases.js";

test("what cannot be read is told of once, kept, and passed", async (t) => {
  const { shippers, server } = openShippers(t);
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
  assert.deepEqual(namesOf(records), [...namesBetween(0, 10, "v"), ...namesBetween(0, 10, "u")]);
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
  const { shippers, server } = openShippers(t);
  const buffer = shippers.open();
  await shippers.append("w", TEN);
  const entry = server.stream(shippers.keys.blocks(0)).entries[0]!;
  const { head, packing, payload } = readHead(entry.bytes);
  const forged = blockFor(head, payload.length, new BlockMemory());
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
  assert.deepEqual(namesOf(await readSource(source!)), namesBetween(0, 10));
});

test("what cannot be read stays where it is until its bytes are kept elsewhere", async (t) => {
  const { shippers, server } = openShippers(t);
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
  const { shippers, server } = openShippers(t);
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
  const { shippers, server } = openShippers(t);
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
