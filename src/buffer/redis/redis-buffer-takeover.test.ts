/** Another server takes the place of the one that was read, without what that had taken last. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { idBehind } from "./entry-id.js";
import type { FakeServer } from "./fake-server.cases.js";
import {
  acknowledgeAll,
  namesBetween,
  namesOf,
  openShippers,
  readAll,
  readSource,
  TEN,
} from "./redis-buffer.cases.js";

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
  const { clock, shippers, server } = openShippers(t);
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
  assert.deepEqual(namesOf(others), [...namesBetween(0, 10, "v"), ...namesBetween(0, 10, "u")]);
  acknowledgeAll(source!, [...records, ...others]);
  await shippers.settled(buffer);
  assert.equal(server.stream(shippers.keys.blocks(0)).entries.length, 0);
});

test("nothing is deleted on a connection that may lead to another server before that was looked at", async (t) => {
  const { clock, shippers, server } = openShippers(t);
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
  assert.deepEqual(namesOf(await readSource(source!)), [
    ...namesBetween(0, 10, "v"),
    ...namesBetween(0, 10, "u"),
  ]);
});

test("nor does the next shipper go on there from where the last one was", async (t) => {
  const { clock, shippers, server } = openShippers(t);
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
    [...namesBetween(0, 10, "v"), ...namesBetween(0, 10, "u")],
  );
});
