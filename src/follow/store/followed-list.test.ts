/** Following a list beside a real shipper of it, and beside others who take what they like. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FakeServer } from "../../buffer/redis/fake-server.cases.js";
import { Keys } from "../../buffer/redis/keys.js";
import { Lists } from "../../buffer/redis/list/lists.js";
import { LivingShippers } from "../../buffer/redis/living-shippers.js";
import type { StoredRecord } from "../../record/stored-record.js";
import { ManualClock } from "../../system/manual-clock.cases.js";
import type { Start } from "../follower.js";
import { findInStore } from "./find-in-store.js";
import { StoreFollower } from "./store-follower.js";

const LIST = "logs:buffer";

class Scene {
  readonly clock = new ManualClock();
  readonly server = new FakeServer(this.clock);
  readonly keys = new Keys();
  readonly store = this.server.connect();
  readonly delivered: StoredRecord[] = [];
  pushed = 0;
  #lists: Lists | undefined;

  push(count: number, element: (n: number) => object = (n) => ({ data: n, service: "web" })): void {
    for (let n = 0; n < count; n++)
      this.server.list(LIST).push(Buffer.from(JSON.stringify(element(this.pushed++))));
  }

  pop(count: number): void {
    this.server.list(LIST).splice(0, count);
  }

  async follow(start: Start): Promise<Watched> {
    const { keys, clock } = this;
    const store = this.server.connect();
    return new Watched(await StoreFollower.open({ store, keys, lists: [LIST], start, clock }));
  }

  /** A shipper delivers so many elements, about. */
  async ship(elements: number): Promise<void> {
    const common = { store: this.store, keys: this.keys, clock: this.clock };
    this.#lists ??= new Lists({
      ...{ ...common, lists: [LIST], holder: "h", leaseExpiryMs: 1e9 },
      shippers: new LivingShippers({ ...common, id: "h", expiryMs: 1e9 }),
      onDamage: () => {},
      onTrouble: (error) => assert.fail(`${error}`),
      onDone: () => {},
    });
    this.clock.advance(2000);
    let left = elements;
    for (const source of await this.#lists.claim()) {
      while (left > 0) {
        const { records } = await source.read(left * 120);
        if (records.length === 0) break;
        left -= records.length;
        this.delivered.push(...records);
        source.acknowledge(records.map(({ ordinal }) => ({ from: ordinal, to: ordinal })));
        await this.#quiet();
      }
    }
    await this.#quiet();
  }

  async #quiet(): Promise<void> {
    for (let quiet = 0; quiet < 5; quiet = this.store.pending === 0 ? quiet + 1 : 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

class Watched {
  /** The numbers of the elements. */
  readonly seen: number[] = [];
  readonly ids: string[] = [];
  missed = 0;

  constructor(readonly follower: StoreFollower) {}

  async readAll(): Promise<this> {
    for (;;) {
      const { records, missed, drained } = await this.follower.read(1 << 20);
      this.missed += missed;
      for (const { bytes, start, end, writer, seq } of records) {
        this.seen.push((JSON.parse(bytes.toString("utf8", start, end)) as { data: number }).data);
        this.ids.push(`${writer}-${seq}`);
      }
      if (drained) return this;
    }
  }
}

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n);

test("elements are seen as records under the ids by which they are delivered", async () => {
  const scene = new Scene();
  scene.push(5);
  await scene.ship(2);
  const seen = await scene.follow({ at: "beginning" });
  await seen.readAll();
  scene.push(5);
  await seen.readAll();
  await scene.ship(100);
  assert.deepEqual([seen.seen.at(-1), seen.missed], [9, 0]);
  const delivered = scene.delivered.map(({ writer, seq }) => `${writer}-${seq}`);
  assert.deepEqual(delivered.slice(-seen.ids.length), seen.ids);

  scene.push(1);
  const id = `${scene.delivered[0]!.writer}-10`;
  const found = await findInStore(scene.store, scene.keys, [LIST], id, 0);
  assert.deepEqual([found?.seq, found?.service], [10, "web"]);
  assert.equal(await findInStore(scene.store, scene.keys, [LIST], `${found!.writer}-11`, 0), undefined);
});

test("starts: at the end, with the last ones, with all", async () => {
  for (const ships of [false, true]) {
    const scene = new Scene();
    scene.push(20);
    if (ships) await scene.ship(3);
    const end = await scene.follow({ at: "end" });
    const last = await scene.follow({ at: "last", records: 4 });
    const all = await scene.follow({ at: "beginning" });
    scene.push(2);
    assert.deepEqual((await end.readAll()).seen, [20, 21]);
    assert.deepEqual((await last.readAll()).seen, numbers(16, 22));
    assert.equal((await all.readAll()).seen.length, scene.server.list(LIST).length);
  }
});

test("what a shipper takes before it is seen is counted, and a shipper that comes is followed", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          do: fc.constantFrom("push", "ship", "read", "read"),
          count: fc.integer({ min: 1, max: 150 }),
        }),
        { minLength: 3, maxLength: 25 },
      ),
      async (steps) => {
        const scene = new Scene();
        scene.push(3);
        const seen = await scene.follow({ at: "beginning" });
        for (const { do: act, count } of steps) {
          if (act === "push") scene.push(count);
          else if (act === "ship") {
            // What passes until the numbers are known, which begin with the first delivery, is not counted.
            const isFirst = scene.delivered.length === 0;
            if (isFirst) await seen.readAll();
            await scene.ship(isFirst ? 1 : count);
            if (isFirst) await seen.readAll();
          } else await seen.readAll();
        }
        await seen.readAll();
        await scene.ship(1);
        await seen.readAll();
        scene.push(40);
        await scene.ship(30);
        await seen.readAll();
        assert.deepEqual(
          seen.seen,
          [...new Set(seen.seen)].sort((a, b) => a - b),
        );
        assert.equal(new Set(seen.ids).size, seen.ids.length);
        assert.equal(seen.seen.length + seen.missed, scene.pushed);
      },
    ),
    { numRuns: 40 },
  );
});

test("beside others who take from the front, each element is seen at most once and in order, and all that stay", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          do: fc.constantFrom("push", "pop", "read", "delete"),
          count: fc.integer({ min: 1, max: 90 }),
        }),
        { minLength: 3, maxLength: 25 },
      ),
      async (steps) => {
        const scene = new Scene();
        scene.push(3);
        const seen = await scene.follow({ at: "beginning" });
        for (const { do: act, count } of steps) {
          if (act === "push") scene.push(count);
          else if (act === "pop") scene.pop(count);
          else if (act === "delete") scene.pop(scene.server.list(LIST).length);
          else await seen.readAll();
        }
        scene.push(10);
        await seen.readAll();
        assert.deepEqual(
          seen.seen,
          [...new Set(seen.seen)].sort((a, b) => a - b),
        );
        assert.equal(new Set(seen.ids).size, seen.ids.length);
        const left = scene.server
          .list(LIST)
          .map((element) => (JSON.parse(`${element}`) as { data: number }).data);
        assert.deepEqual(
          left.filter((each) => !seen.seen.includes(each)),
          [],
        );
      },
    ),
    { numRuns: 100 },
  );
});

test("what is no record is followed too, marked, and a key that is no list stops the others as little", async () => {
  const scene = new Scene();
  const { follower } = await scene.follow({ at: "end" });
  scene.server.list(LIST).push(Buffer.from("\u001b[2J{"), Buffer.from('{"data":"good"}'));
  const { records } = await follower.read(1 << 20);
  assert.deepEqual(
    records.map(({ malformed, service }) => [malformed !== undefined, service]),
    [
      [true, LIST],
      [false, LIST],
    ],
  );
});
