/**
 * Random histories of a list with shippers that die, are late and take over from one another, and with a store that is full or
 * away; and of others who pop from it, push before it, or delete it. The model knows what was pushed, taken and delivered.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { StoredRecord } from "../../../record/stored-record.js";
import { ManualClock } from "../../../system/manual-clock.cases.js";
import type { Source } from "../../buffer.js";
import { FakeServer, type FakeStore, type Kind } from "../fake-server.cases.js";
import { Keys } from "../keys.js";
import { LivingShippers } from "../living-shippers.js";
import { Lists } from "./lists.js";

const LIST = "logs:buffer";
const LEASE_EXPIRY_MS = 10_000;
const LATE_MS = 2 * LEASE_EXPIRY_MS;

interface Held {
  readonly source: Source;
  readonly record: StoredRecord;
}

interface Shipper {
  readonly lists: Lists;
  readonly store: FakeStore;
  held: Held[];
}

class Model {
  readonly #clock = new ManualClock();
  readonly #server = new FakeServer(this.#clock);
  readonly #shippers: Shipper[] = [];
  /** What the deliveries say, by the text of the element: the ids that it came under. */
  readonly #delivered = new Map<string, Set<string>>();
  readonly #textOf = new Map<string, string>();
  readonly #taken = new Set<string>();
  #pushed = 0;
  #missing = 0;
  /** Others have changed the list, or the store lost it: an element may come under a second id. */
  #interfered = false;
  #joined = 0;

  join(): void {
    const store = this.#server.connect();
    const keys = new Keys();
    const holder = `shipper${this.#joined++}`;
    const common = { store, keys, clock: this.#clock };
    const lists = new Lists({
      ...{ ...common, lists: [LIST], holder, leaseExpiryMs: LEASE_EXPIRY_MS },
      shippers: new LivingShippers({ ...common, id: holder, expiryMs: LEASE_EXPIRY_MS }),
      onDamage: ({ records }) => {
        this.#missing += records;
      },
      onTrouble: () => {},
      onDone: () => {},
    });
    this.#shippers.push({ lists, store, held: [] });
  }

  get #list(): Buffer[] {
    return this.#server.list(LIST);
  }

  push(count: number): void {
    for (let n = 0; n < count; n++) this.#list.push(this.#element());
  }

  /** By a program that pushes at the wrong end. */
  pushBefore(): void {
    this.#interfered = true;
    this.#list.unshift(this.#element());
  }

  pop(count: number): void {
    this.#interfered = true;
    for (const element of this.#list.splice(0, count)) this.#taken.add(`${element}`);
  }

  popLast(): void {
    this.#interfered = true;
    for (const element of this.#list.splice(-1)) this.#taken.add(`${element}`);
  }

  deleteList(): void {
    this.pop(this.#list.length);
  }

  flush(): void {
    this.deleteList();
    this.#server.flush();
  }

  fail(failure: "full" | "away" | undefined): void {
    // A full store may lose the count of a list whose shipper dies: it begins anew.
    this.#interfered ||= failure === "full";
    this.#server.failure = failure;
  }

  loseAnswers(to: Kind | undefined): void {
    this.#server.unanswered = to;
  }

  async read(pick: number, bytesMax: number): Promise<void> {
    const shipper = this.#pick(pick);
    await this.#quiet(shipper);
    const sources = await shipper?.lists.claim().catch((): Source[] => []);
    for (const source of sources ?? []) {
      const chunk = await Promise.resolve(source.read(bytesMax)).catch(() => ({
        records: [] as StoredRecord[],
      }));
      for (const record of chunk.records) shipper!.held.push({ source, record });
    }
  }

  /** Some of what a shipper has read, from somewhere among it. */
  async deliver(pick: number, from: number, count: number): Promise<void> {
    const shipper = this.#pick(pick);
    const start = shipper === undefined ? 0 : from % Math.max(1, shipper.held.length);
    for (const { source, record } of shipper?.held.splice(start, count) ?? []) {
      this.#arrived(record);
      source.acknowledge([{ from: record.ordinal, to: record.ordinal }]);
    }
    await this.#quiet(shipper);
  }

  /** What it holds and could not deliver is read again. */
  async rewind(pick: number): Promise<void> {
    const shipper = this.#pick(pick);
    await this.#quiet(shipper);
    for (const source of new Set(shipper?.held.map(({ source }) => source))) source.rewind();
    if (shipper !== undefined) shipper.held = [];
  }

  kill(pick: number): void {
    const shipper = this.#pick(pick);
    if (shipper !== undefined) {
      shipper.store.dead = true;
      this.#shippers.splice(this.#shippers.indexOf(shipper), 1);
    }
  }

  async pass(ms: number): Promise<void> {
    this.#clock.advance(ms);
    for (const shipper of this.#shippers) await this.#quiet(shipper);
  }

  /** A last shipper empties it; then everything that was pushed is somewhere, under one id. */
  async settle(): Promise<void> {
    this.fail(undefined);
    this.loseAnswers(undefined);
    // Those that are late still deliver what they hold.
    for (let pick = 0; pick < this.#shippers.length; pick++) {
      await this.deliver(pick, 0, 10_000);
    }
    while (this.#shippers.length > 0) this.kill(0);
    await this.pass(LATE_MS);
    this.join();
    for (let turn = 0; turn < 20; turn++) {
      await this.read(0, 1 << 20);
      await this.deliver(0, 0, 10_000);
      await this.pass(2000);
    }
    assert.equal(this.#list.length, 0, "the list is emptied");
    for (let n = 0; n < this.#pushed; n++) {
      const text = `${elementOf(n)}`;
      const ids = this.#delivered.get(text);
      assert.ok(ids !== undefined || this.#taken.has(text), `${text} is lost`);
      if (!this.#interfered) assert.equal(ids?.size, 1, `${text} came as ${[...(ids ?? [])]}`);
    }
    if (!this.#interfered) assert.equal(this.#missing, 0);
    for (const { lists } of this.#shippers) await lists.close();
  }

  #element(): Buffer {
    return elementOf(this.#pushed++);
  }

  #arrived({ writer, seq, bytes, start, end, malformed }: StoredRecord): void {
    const line = bytes.toString("utf8", start, end);
    const text = malformed === undefined ? `${elementOf(JSON.parse(line).data)}` : line;
    const id = `${writer}-${seq}`;
    assert.equal(this.#textOf.get(id) ?? text, text, `${id} stands for two elements`);
    this.#textOf.set(id, text);
    const ids = this.#delivered.get(text) ?? new Set();
    this.#delivered.set(text, ids.add(id));
  }

  #pick(pick: number): Shipper | undefined {
    return this.#shippers[pick % Math.max(1, this.#shippers.length)];
  }

  /** Until nothing of it is on its way. */
  async #quiet(shipper: Shipper | undefined): Promise<void> {
    await quiet(shipper?.store);
  }
}

async function quiet(store: FakeStore | undefined): Promise<void> {
  for (let still = 0; still < 4; ) {
    await new Promise(setImmediate);
    still = store === undefined || store.pending === 0 ? still + 1 : 0;
  }
}

/** Every fifth one is no record. None has a timestamp: how far these are read is written down before they are given. */
function elementOf(n: number): Buffer {
  return Buffer.from(n % 5 === 4 ? `malformed ${n}` : JSON.stringify({ data: n }));
}

type Step = (model: Model) => unknown;

const pick = fc.nat(3);
const own: fc.Arbitrary<Step>[] = [
  fc.integer({ min: 1, max: 9 }).map((count) => (model: Model) => model.push(count)),
  fc.tuple(pick, fc.constantFrom(1, 60, 1000)).map((args) => (model: Model) => model.read(...args)),
  fc
    .tuple(pick, fc.nat(9), fc.integer({ min: 1, max: 5 }))
    .map((args) => (model: Model) => model.deliver(...args)),
  pick.map((at) => (model: Model) => model.rewind(at)),
  pick.map((at) => (model: Model) => model.kill(at)),
  fc.constant((model: Model) => model.join()),
  fc.constantFrom(100, 2000, LATE_MS).map((ms) => (model: Model) => model.pass(ms)),
  fc.constantFrom("away" as const, undefined, undefined).map((how) => (model: Model) => model.fail(how)),
  fc
    .constantFrom("take" as const, "write" as const, "read" as const, undefined, undefined, undefined)
    .map((to) => (model: Model) => model.loseAnswers(to)),
];
const others: fc.Arbitrary<Step>[] = [
  fc.integer({ min: 1, max: 3 }).map((count) => (model: Model) => model.pop(count)),
  fc.constant((model: Model) => model.popLast()),
  fc.constant((model: Model) => model.pushBefore()),
  fc.constant((model: Model) => model.deleteList()),
  fc.constant((model: Model) => model.flush()),
  fc.constantFrom("full" as const, undefined).map((how) => (model: Model) => model.fail(how)),
];

async function play(steps: readonly Step[]): Promise<void> {
  const model = new Model();
  model.join();
  for (const step of steps) await step(model);
  await model.settle();
}

test("property: whoever dies, is late or takes over, each element is delivered, always under its own id", async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.oneof(...own), { maxLength: 40, size: "max" }), play), {
    numRuns: 150,
  });
});

test("property: whatever others do to the list, what they did not take is delivered, and no id stands for two elements", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(...own, ...others), { maxLength: 40, size: "max" }), play),
    { numRuns: 150 },
  );
});

test("what others put where a late shipper's elements stood gets none of their numbers, whoever reads it", async () => {
  const late = (model: Model) => model.pass(LATE_MS);
  const read = (at: number) => (model: Model) => model.read(at, 1000);
  const histories: Step[][] = [
    // Before them, after another shipper has taken over and before it reads.
    [(model) => model.push(1), read(1), late, (model) => model.pushBefore(), read(0)],
    // The first of them taken.
    [(model) => model.push(3), read(1), late, (model) => model.pop(1), read(0)],
    // In place of the last, which are more than one fetch away.
    [
      ...[(model: Model) => model.push(6), read(1), read(1), late],
      ...[(model: Model) => model.popLast(), (model: Model) => model.popLast()],
      ...[(model: Model) => model.push(1), read(0), read(0)],
    ],
    // The same while the other one has read the first.
    [
      ...[(model: Model) => model.push(6), read(1), read(1), late, read(0)],
      ...[(model: Model) => model.popLast(), (model: Model) => model.popLast()],
      ...[(model: Model) => model.push(1), (model: Model) => model.deliver(0, 0, 2), read(0)],
    ],
    // And then dies, so that a third one takes over.
    [
      ...[(model: Model) => model.push(6), read(1), read(1), late, read(0)],
      ...[(model: Model) => model.deliver(0, 0, 2), (model: Model) => model.kill(0)],
      ...[(model: Model) => model.popLast(), (model: Model) => model.popLast()],
      ...[(model: Model) => model.push(1), late, read(0), read(0)],
    ],
  ];
  for (const steps of histories) await play([(model) => model.join(), ...steps]);
});

test("of elements that are all the same none is taken for one whose deletion got no answer", async () => {
  const clock = new ManualClock();
  const server = new FakeServer(clock);
  const store = server.connect();
  const common = { store, keys: new Keys(), clock };
  const settled = { onTrouble: () => {}, onDamage: () => assert.fail("nothing is missing") };
  let done = 0;
  const lists = new Lists({
    ...{ ...common, ...settled, lists: [LIST], holder: "one", leaseExpiryMs: LEASE_EXPIRY_MS },
    shippers: new LivingShippers({ ...common, id: "one", expiryMs: LEASE_EXPIRY_MS }),
    onDone: (_, elements) => {
      done += elements;
    },
  });
  const deliver = async (source: Source): Promise<void> => {
    const { records } = await source.read(1 << 20);
    for (const { ordinal } of records) source.acknowledge([{ from: ordinal, to: ordinal }]);
    await quiet(store);
  };
  const same = Buffer.from('{"data":"tick"}');
  server.list(LIST).push(same, same);
  const [source] = await lists.claim();
  server.unanswered = "take";
  await deliver(source!);
  server.unanswered = undefined;
  server.list(LIST).push(same, same, same);
  await deliver(source!);
  await deliver(source!);
  assert.deepEqual([done, server.list(LIST).length], [5, 0]);
  await lists.close();
});
