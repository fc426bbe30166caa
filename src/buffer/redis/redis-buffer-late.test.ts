/** What a shipper that was taken for dead, and goes on, can do: nothing that harms. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { acknowledgeAll, namesOf, openShippers, readAll, readSource, TEN } from "./redis-buffer.cases.js";

test("what it writes down after the next one began takes nothing from what that one writes, before or after", async (t) => {
  for (const lateWritesLast of [true, false]) {
    const { shippers, server } = openShippers(t);
    await shippers.append("w", TEN);
    await shippers.append("w", TEN);
    const late = shippers.open();
    const [source] = await late.claim();
    const first = await source!.read(1);
    await shippers.expire(late);
    const next = shippers.open();
    const [nextSource] = await next.claim();
    const records = await readSource(nextSource!);
    assert.equal(records.length, 20);
    const acknowledgements = [
      () => acknowledgeAll(nextSource!, records.slice(0, 15)),
      // It has not looked since, and believes that it holds the partition.
      () => acknowledgeAll(source!, first.records),
    ];
    for (const acknowledge of lateWritesLast ? acknowledgements : acknowledgements.reverse()) {
      acknowledge();
      await shippers.settled(late);
      await shippers.settled(next);
    }
    assert.equal(server.hash(shippers.keys.delivered(0)).size, 2, "both have written");
    // Or it would take what is free then.
    await shippers.kill(late);
    await shippers.crash(next);
    assert.deepEqual(
      namesOf(await readAll(shippers.open())),
      TEN.slice(5).map((n) => `w ${10 + Number(n)}`),
    );
  }
});

test("it deletes only what is delivered, also when its deleting comes late", async (t) => {
  const { shippers, server } = openShippers(t);
  await shippers.append("w", TEN);
  await shippers.append("w", TEN);
  const late = shippers.open();
  const [source] = await late.claim();
  const given = (await source!.read(1 << 20)).records;
  await shippers.expire(late);
  const next = shippers.open();
  assert.equal((await readAll(next)).length, 20);
  await shippers.append("w", TEN);
  acknowledgeAll(source!, given);
  await shippers.settled(late);
  const left = server.stream(shippers.keys.blocks(0)).entries.length;
  assert.equal(left, 3 - given.length / 10);
  assert.equal((await readAll(next)).length, 10);
});

test("a shipper that stood still for longer than its lease looks before it reads on, and stops", async (t) => {
  const { clock, shippers, server } = openShippers(t);
  await shippers.append("w", TEN);
  const late = shippers.open();
  const [source] = await late.claim();
  server.set(shippers.keys.lease(0), "another's");
  const deaf = clock.now();
  clock.advance(60_000);
  assert.ok(clock.now() > deaf);
  assert.deepEqual(await source!.read(1 << 20), { records: [], drained: true });
  assert.equal(source!.finished(), true);
  assert.deepEqual(await late.claim(), []);
  await late.close();
  assert.equal(server.get(shippers.keys.lease(0)), "another's", "nor does it give back what is not its own");
});

test("tokens rise, also when the store has forgotten the last, or counts from an old one", async (t) => {
  const { clock, shippers, server } = openShippers(t);
  const tokens: number[] = [];
  const token = (): number => (JSON.parse(server.get(shippers.keys.lease(0))!) as { token: number }).token;
  const buffer = shippers.open();
  await buffer.claim();
  tokens.push(token());
  for (const lose of [
    () => server.flush(),
    () => server.set(shippers.keys.token(0), "3"),
    () => server.set(shippers.keys.token(0), undefined),
  ]) {
    lose();
    server.set(shippers.keys.lease(0), undefined);
    clock.advance(1000);
    await shippers.settled(buffer);
    assert.equal((await buffer.claim()).length, 1, "it takes its lease again");
    tokens.push(token());
  }
  assert.deepEqual(
    [...new Set(tokens)].sort((a, b) => a - b),
    tokens,
  );
});

test("a record has the same ordinal for every shipper, also behind what is deleted, so that the memo means the same to all", async (t) => {
  const { shippers } = openShippers(t);
  const first = shippers.open();
  for (const writer of ["v", "w", "v"]) await shippers.append(writer, TEN);
  await shippers.append("w", TEN, 5);
  await shippers.append("w", ["last"], 15);
  const [source] = await first.claim();
  const records = await readSource(source!);
  const ordinals = new Map(records.map(({ writer, seq, ordinal }) => [`${writer} ${seq}`, ordinal]));
  acknowledgeAll(source!, records.slice(0, 25));
  await first.close();
  const second = shippers.open();
  const [same] = await second.claim();
  const left = await readSource(same!);
  assert.equal(left.length, records.length - 25);
  for (const { writer, seq, ordinal } of left) assert.equal(ordinal, ordinals.get(`${writer} ${seq}`));
  acknowledgeAll(same!, left);
  await second.close();
  await shippers.append("v", ["after all"]);
  const [next] = await readAll(shippers.open());
  assert.equal(next!.ordinal, 41);
});

test("a lease that is another's by now is not given back", async (t) => {
  const { shippers, server } = openShippers(t);
  const late = shippers.open();
  await late.claim();
  server.set(shippers.keys.lease(0), "another's");
  await late.close();
  assert.equal(server.get(shippers.keys.lease(0)), "another's");
});

test("what another one has delivered in between is not given when the lease is taken again", async (t) => {
  const { shippers } = openShippers(t);
  const late = shippers.open();
  await shippers.append("w", TEN);
  const [source] = await late.claim();
  const first = await source!.read(1);
  await shippers.expire(late);
  const next = shippers.open();
  const [nextSource] = await next.claim();
  acknowledgeAll(nextSource!, (await readSource(nextSource!)).slice(2, 7));
  await next.close();
  assert.deepEqual(await late.claim(), [source]);
  const rest = await readSource(source!);
  assert.deepEqual(
    namesOf([...first.records, ...rest]),
    [0, 1, 7, 8, 9].map((seq) => `w ${seq}`),
  );
});

test("an answer that comes when the partition was lost and taken again acknowledges nothing else", async (t) => {
  const { clock, shippers, server } = openShippers(t);
  const buffer = shippers.open();
  await shippers.append("w", TEN);
  const [lost] = await buffer.claim();
  const inFlight = await readSource(lost!);
  server.flush();
  server.set(shippers.keys.lease(0), "another's");
  clock.advance(1000);
  assert.deepEqual(await buffer.claim(), []);
  server.flush();
  await shippers.append("v", TEN);
  clock.advance(1000);
  const [source] = await buffer.claim();
  assert.notEqual(source, lost);
  assert.equal((await readSource(source!)).length, 10);
  // The shipper knows sources by writers, and may take the answer to the new one.
  acknowledgeAll(source!, inFlight);
  source!.rewind();
  assert.equal((await readSource(source!)).length, 10);
});
