/** A list of a real store that others touch as well: another owner, an old consumer, someone who deletes it. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import type { BufferDamage, Source, StoredRecord } from "../../src/buffer/buffer.js";
import { openStore } from "../../src/buffer/redis/client.js";
import { Keys } from "../../src/buffer/redis/keys.js";
import { listKeys } from "../../src/buffer/redis/list/list-keys.js";
import { Lists } from "../../src/buffer/redis/list/lists.js";
import { LivingShippers } from "../../src/buffer/redis/living-shippers.js";
import type { Store } from "../../src/buffer/redis/store.js";
import { systemClock } from "../../src/system/clock.js";
import { until } from "../harness/program.js";
import { noRedisServer, RedisServer } from "../harness/redis-server.js";

const LIST = "logs:buffer";
const KEYS = new Keys();
const cases = { skip: noRedisServer };

let server: RedisServer;
let store: Store;
let opened = 0;

before(async () => {
  if (noRedisServer === false) {
    server = await RedisServer.start();
    store = await openStore(server.url);
  }
});

beforeEach(async () => {
  await server?.command("FLUSHALL");
});

after(async () => {
  await store?.close();
  await server?.stop();
});

class Shipper {
  readonly damage: BufferDamage[] = [];
  readonly troubles: unknown[] = [];
  readonly lists: Lists;

  constructor(lists: readonly string[] = [LIST]) {
    const common = { store, keys: KEYS, clock: systemClock };
    const holder = `shipper${opened++}`;
    const expiryMs = 30_000;
    this.lists = new Lists({
      ...{ ...common, lists, holder, leaseExpiryMs: expiryMs },
      shippers: new LivingShippers({ ...common, id: holder, expiryMs }),
      onDamage: (damage) => this.damage.push(damage),
      onTrouble: (error) => this.troubles.push(error),
      onDone: () => {},
    });
  }

  async source(): Promise<Source> {
    const sources = await this.lists.claim();
    assert.equal(sources.length, 1, `${this.troubles}`);
    return sources[0]!;
  }

  get missing(): number {
    return this.damage.reduce((sum, { records }) => sum + records, 0);
  }
}

async function push(from: number, to: number): Promise<void> {
  const elements = Array.from({ length: to - from }, (_, index) => JSON.stringify({ data: from + index }));
  await server.command("RPUSH", LIST, ...elements);
}

async function readAll(source: Source): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  for (;;) {
    const chunk = await source.read(1 << 20);
    records.push(...chunk.records);
    if (chunk.drained) return records;
  }
}

function numbersOf(records: readonly StoredRecord[]): number[] {
  return records.map(({ bytes, start, end }) => JSON.parse(bytes.toString("utf8", start, end)).data);
}

function acknowledge(source: Source, records: readonly StoredRecord[]): void {
  source.acknowledge(records.map(({ ordinal }) => ({ from: ordinal, to: ordinal })));
}

async function numbersInList(): Promise<number[]> {
  return (await store.listRange(LIST, 0, 99_999)).map((element) => JSON.parse(`${element}`).data as number);
}

async function untilLeft(numbers: readonly number[]): Promise<void> {
  let found: number[] = [];
  await until(
    async () => {
      found = await numbersInList();
      return `${found}` === `${numbers}`;
    },
    () => `${found} are left`,
  );
}

const rangeOf = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n);

test("a late owner deletes nothing, and writes nothing down", cases, async () => {
  const late = new Shipper();
  await push(0, 10);
  const source = await late.source();
  const records = await readAll(source);
  assert.deepEqual(numbersOf(records), rangeOf(0, 10));
  // Another one has it by now, and this one does not know: its own clock says that it holds it.
  const { lease, state } = listKeys(LIST, KEYS.prefix);
  await server.command("SET", lease, '{"holder":"another","host":"h","pid":1,"token":9}', "PX", "60000");
  const before = await store.getFields(state);
  acknowledge(source, records);
  await until(
    () => source.finished(),
    () => "it does not see that it is late",
  );
  assert.deepEqual(await numbersInList(), rangeOf(0, 10));
  assert.deepEqual(await store.getFields(state), before);
  await late.lists.close();
  assert.notEqual(await store.get(lease), undefined, "and leaves the lease alone");
});

test("what is acknowledged out of order outlives its shipper, and all keep their ids", cases, async () => {
  const one = new Shipper();
  await push(0, 100);
  const source = await one.source();
  const records = await readAll(source);
  acknowledge(source, [...records.slice(0, 10), ...records.slice(20, 50)]);
  await untilLeft(rangeOf(10, 100));
  // It is killed: its lease goes, and nothing else.
  await server.command("DEL", listKeys(LIST, KEYS.prefix).lease);
  const two = new Shipper();
  const again = await readAll(await two.source());
  assert.deepEqual(numbersOf(again), [...rangeOf(10, 20), ...rangeOf(50, 100)]);
  const asBefore = new Map(records.map((record) => [record.seq, record]));
  for (const { writer, seq, timestamp, bytes, start, end } of again) {
    const first = asBefore.get(seq)!;
    assert.deepEqual([writer, timestamp], [first.writer, first.timestamp]);
    assert.equal(
      bytes.toString("utf8", start, end),
      first.bytes.toString("utf8", first.start, first.end),
      "even the time at which it was first read",
    );
  }
  await two.lists.close();
  await one.lists.close();
});

test("an old consumer pops at the same time: each element is its, or delivered", cases, async () => {
  const shipper = new Shipper();
  const popped = new Set<number>();
  const delivered = new Set<number>();
  let pops = true;
  const consumer = (async () => {
    while (pops) {
      const element = await server.command("LPOP", LIST);
      if (element !== null) popped.add(JSON.parse(`${element}`).data);
    }
  })();
  for (let from = 0; from < 3000; from += 100) {
    await push(from, from + 100);
    for (const source of await shipper.lists.claim()) {
      const { records } = await source.read(5000);
      for (const number of numbersOf(records)) delivered.add(number);
      acknowledge(source, records);
    }
  }
  pops = false;
  await consumer;
  for (let turn = 0; turn < 200 && (await store.listLength(LIST)) > 0; turn++) {
    for (const source of await shipper.lists.claim()) {
      const records = await readAll(source);
      for (const number of numbersOf(records)) delivered.add(number);
      acknowledge(source, records);
    }
  }
  assert.equal(await store.listLength(LIST), 0);
  assert.ok(popped.size > 0);
  assert.deepEqual(
    rangeOf(0, 3000).filter((number) => !popped.has(number) && !delivered.has(number)),
    [],
  );
  await shipper.lists.close();
});

test(
  "a list that is deleted: what was not delivered is missing, what comes then is delivered",
  cases,
  async () => {
    const shipper = new Shipper();
    await push(0, 100);
    const source = await shipper.source();
    const given = (await source.read(1)).records;
    const [first] = given;
    await server.command("DEL", LIST);
    await push(100, 110);
    assert.equal((await source.read(1 << 20)).records.length >= 0, true);
    await shipper.lists.claim();
    // What it has given is not lost as long as it may still be delivered.
    acknowledge(source, [first!]);
    const numbers: number[] = [];
    await until(
      async () => {
        for (const each of await shipper.lists.claim()) {
          const records = await readAll(each);
          numbers.push(...numbersOf(records));
          acknowledge(each, records);
        }
        return numbers.includes(109);
      },
      () => `${numbers}`,
    );
    assert.deepEqual(
      numbers.filter((number) => number >= 100),
      rangeOf(100, 110),
    );
    assert.ok(shipper.missing > 0 && shipper.missing < 100, `${shipper.missing}`);
    assert.deepEqual([...new Set(shipper.damage.map(({ cause }) => cause))], ["missing"]);
    await untilLeft([]);
    await shipper.lists.close();
  },
);

test("FLUSHALL: the list begins anew under another writer", cases, async () => {
  const shipper = new Shipper();
  await push(0, 10);
  const source = await shipper.source();
  const [first] = await readAll(source);
  await server.command("FLUSHALL");
  await push(10, 20);
  let writer = first!.writer;
  await until(
    async () => {
      source.rewind();
      for (const each of await shipper.lists.claim()) {
        const records = await readAll(each);
        writer = records[0]?.writer ?? writer;
        if (writer !== first!.writer) assert.deepEqual(numbersOf(records), rangeOf(10, 20));
      }
      return writer !== first!.writer;
    },
    () => "the flush is not seen",
  );
  assert.equal(shipper.missing, 10);
  await shipper.lists.close();
});

test("elements of 10 MB are read one by one", cases, async () => {
  const shipper = new Shipper();
  const large = JSON.stringify({ data: "x".repeat(10_000_000) });
  for (let n = 0; n < 8; n++) await server.command("RPUSH", LIST, large);
  const source = await shipper.source();
  for (let n = 0; n < 8; n++) {
    const { records } = await source.read(1 << 20);
    assert.equal(records.length, 1);
    assert.ok(records[0]!.bytes.length < 11_000_000);
    acknowledge(source, records);
  }
  await untilLeft([]);
  await shipper.lists.close();
});
