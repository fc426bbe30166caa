/**
 * Random histories of a store with forwarders on one side and shippers on the other: both die, are late, go away; the store is
 * emptied, put back to an old snapshot, full or away. The model knows what was logged and what was delivered, nothing else.
 */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import type { StoredRecord } from "../../record/stored-record.js";
import { DragonlogError } from "../../system/errors.js";
import { ManualClock } from "../../system/manual-clock.cases.js";
import type { Source } from "../buffer.js";
import { readDelivered } from "./delivered.js";
import { FakeServer } from "./fake-server.cases.js";
import { LEASE_EXPIRY_MS, Shippers } from "./redis-buffer.cases.js";
import type { RedisBuffer } from "./redis-buffer.js";

const WRITERS = ["a", "b", "c"];
/** Never over: what is lost is always sent again here. */
const GAP_WAIT_MS = 1e12;
/** How long a shipper may be late. */
const LATE_MS = 2 * LEASE_EXPIRY_MS;

interface Forwarder {
  logged: number;
  appended: number;
  acknowledged: number;
}

interface Held {
  readonly source: Source;
  readonly record: StoredRecord;
}

interface Shipper {
  readonly buffer: RedisBuffer;
  held: Held[];
  /** By writer: the seq behind the last that was given, since the last rewind. */
  next: Map<string, number>;
  readonly acknowledged: Set<string>;
}

type Step = (model: Model) => unknown;

class Model {
  readonly #clock = new ManualClock();
  readonly #server = new FakeServer(this.#clock);
  readonly #shippers: Shippers;
  readonly #forwarders = new Map(WRITERS.map((writer) => [writer, newForwarder()]));
  readonly #delivered = new Set<string>();
  #living: Shipper[] = [];
  #restore: () => void = () => this.#server.flush();
  #lost = false;

  constructor(t: TestContext) {
    this.#shippers = new Shippers(t, {
      clock: this.#clock,
      connect: () => this.#server.connect(),
      partitions: 2,
    });
    this.#join();
  }

  log(writer: string, count: number): void {
    this.#forwarders.get(writer)!.logged += count;
  }

  /** One block; its answer may be lost. */
  async forward(writer: string, records: number, answered: boolean): Promise<void> {
    const forwarder = this.#forwarders.get(writer)!;
    const to = Math.min(forwarder.logged, forwarder.appended + records);
    const payloads = Array.from({ length: to - forwarder.appended }, () => writer);
    if (payloads.length > 0) {
      const appended = await this.#shippers
        .append(writer, payloads, forwarder.appended)
        .catch(() => undefined);
      if (answered && appended !== undefined) forwarder.appended = to;
    }
  }

  async poll(): Promise<void> {
    for (const partition of [0, 1]) {
      const fields = await this.#shippers.store
        .getFields(this.#shippers.keys.delivered(partition))
        .catch(() => new Map<string, string>());
      for (const [writer, ranges] of readDelivered(fields)) {
        const forwarder = this.#forwarders.get(writer)!;
        for (let seq = 0; seq < forwarder.logged; seq++) {
          if (ranges.has(seq)) {
            assert.ok(
              this.#delivered.has(`${writer} ${seq}`),
              `${writer} ${seq} passes for delivered and is not`,
            );
          }
        }
        forwarder.acknowledged = Math.max(forwarder.acknowledged, ranges.contiguous);
        forwarder.appended = Math.max(forwarder.appended, forwarder.acknowledged);
      }
    }
  }

  /** A forwarder that has noticed a loss, or was started anew. */
  sendAgain(writer: string): void {
    const forwarder = this.#forwarders.get(writer)!;
    forwarder.appended = forwarder.acknowledged;
  }

  async ship(pick: number, bytesMax: number, reads: number): Promise<void> {
    const shipper = this.#living[pick % this.#living.length]!;
    const sources = await shipper.buffer.claim().catch((): Source[] => []);
    for (const source of sources) {
      for (let read = 0; read < reads; read++) {
        const records = await readOnce(source, bytesMax);
        if (records.length === 0) break;
        for (const record of records) this.#given(shipper, source, record);
      }
    }
  }

  acknowledge(pick: number, from: number, count: number): void {
    const shipper = this.#living[pick % this.#living.length]!;
    const at = shipper.held.length === 0 ? 0 : from % shipper.held.length;
    for (const { source, record } of shipper.held.splice(at, count)) {
      const name = `${record.writer} ${record.seq}`;
      this.#delivered.add(name);
      if (!source.finished()) shipper.acknowledged.add(name);
      source.acknowledge([{ from: record.ordinal, to: record.ordinal }]);
    }
  }

  /** What is on its way comes to nothing, and is read again. */
  async rewind(pick: number): Promise<void> {
    const shipper = this.#living[pick % this.#living.length]!;
    for (const source of await shipper.buffer.claim().catch((): Source[] => [])) source.rewind();
    shipper.held = [];
    shipper.next.clear();
  }

  async kill(pick: number): Promise<void> {
    const [shipper] = this.#living.splice(pick % this.#living.length, 1);
    await this.#shippers.kill(shipper!.buffer);
    this.#join();
  }

  async leave(pick: number): Promise<void> {
    const [shipper] = this.#living.splice(pick % this.#living.length, 1);
    await shipper!.buffer.close();
    this.#join();
  }

  join(): void {
    if (this.#living.length < 3) this.#join();
  }

  /** The leases run out; whoever holds one has not seen that. */
  async late(): Promise<void> {
    await this.#shippers.expire(this.#living[0]!.buffer).catch(() => {});
  }

  pass(ms: number): void {
    this.#clock.advance(ms);
  }

  empty(): void {
    this.#server.flush();
    this.#lost = true;
  }

  snapshot(): void {
    this.#restore = this.#server.snapshot();
  }

  goBack(): void {
    this.#restore();
    this.#lost = true;
  }

  fail(failure: "away" | "full" | undefined): void {
    this.#server.failure = failure;
  }

  /** All is well again, and one shipper is left: everything is delivered, and nothing stays in the store. */
  async end(): Promise<void> {
    this.#server.failure = undefined;
    for (const { buffer } of this.#living.splice(0)) await this.#shippers.kill(buffer);
    this.#clock.advance(LATE_MS);
    this.#join();
    await this.poll();
    for (const [writer, forwarder] of this.#forwarders) {
      if (this.#lost) this.sendAgain(writer);
      await this.forward(writer, forwarder.logged, true);
    }
    const [shipper] = this.#living;
    for (let round = 0; round < 3; round++) {
      this.#clock.advance(1000);
      await this.ship(0, 1 << 20, Number.POSITIVE_INFINITY);
      this.acknowledge(0, 0, Number.POSITIVE_INFINITY);
      await this.#shippers.settled(shipper!.buffer);
    }
    await this.poll();
    for (const [writer, { logged, acknowledged }] of this.#forwarders) {
      assert.equal(acknowledged, logged, `all of ${writer} is delivered, and its forwarder knows`);
    }
    for (const partition of [0, 1]) {
      const { entries } = this.#server.stream(this.#shippers.keys.blocks(partition));
      assert.equal(entries.length, 0, "nothing stays in the store");
    }
    await shipper!.buffer.close();
  }

  #join(): void {
    const buffer = this.#shippers.open({ gapWaitMs: GAP_WAIT_MS });
    this.#living.push({ buffer, held: [], next: new Map(), acknowledged: new Set() });
  }

  #given(shipper: Shipper, source: Source, record: StoredRecord): void {
    const { writer, seq } = record;
    const name = `${writer} ${seq}`;
    assert.ok(seq < this.#forwarders.get(writer)!.logged);
    assert.equal(shipper.acknowledged.has(name), false, `${name} is given again after it was acknowledged`);
    assert.ok(
      !shipper.held.some((held) => held.source === source && held.record.ordinal === record.ordinal),
      `${name} has an ordinal that is on its way`,
    );
    if (shipper.held.some((held) => held.source === source && held.record.writer === writer)) {
      assert.ok(seq >= (shipper.next.get(writer) ?? 0), `${name} is out of order`);
    }
    shipper.next.set(writer, seq + 1);
    shipper.held.push({ source, record });
  }
}

function newForwarder(): Forwarder {
  return { logged: 0, appended: 0, acknowledged: 0 };
}

/** Nothing, too, where the store cannot be read, or what is left waits for something that is lost. */
async function readOnce(source: Source, bytesMax: number): Promise<StoredRecord[]> {
  try {
    return (await source.read(bytesMax)).records;
  } catch (error) {
    assert.ok(error instanceof DragonlogError);
    return [];
  }
}

/** A step whose name and arguments stand in the report of a failure. */
function step<T extends unknown[]>(
  name: string,
  values: fc.Arbitrary<T>,
  take: (model: Model, ...values: T) => unknown,
): fc.Arbitrary<Step> {
  return values.map((args) => {
    const run: Step = (model) => take(model, ...args);
    return Object.assign(run, { [fc.toStringMethod]: () => `${name} ${fc.stringify(args)}` });
  });
}

const writer = fc.constantFrom(...WRITERS);
const pick = fc.nat({ max: 5 });
const few = fc.integer({ min: 1, max: 9 });
const NONE = fc.constant([] as []);

const work: fc.WeightedArbitrary<Step>[] = [
  { weight: 6, arbitrary: step("log", fc.tuple(writer, few), (model, ...args) => model.log(...args)) },
  {
    weight: 8,
    arbitrary: step("forward", fc.tuple(writer, few, fc.boolean()), (model, ...args) =>
      model.forward(...args),
    ),
  },
  { weight: 2, arbitrary: step("poll", NONE, (model) => model.poll()) },
  {
    weight: 1,
    arbitrary: step("send again", fc.tuple(writer), (model, ...args) => model.sendAgain(...args)),
  },
  {
    weight: 8,
    arbitrary: step("ship", fc.tuple(pick, fc.integer({ min: 1, max: 1000 }), few), (model, ...args) =>
      model.ship(...args),
    ),
  },
  {
    weight: 6,
    arbitrary: step("acknowledge", fc.tuple(pick, fc.nat({ max: 50 }), few), (model, ...args) =>
      model.acknowledge(...args),
    ),
  },
  { weight: 2, arbitrary: step("rewind", fc.tuple(pick), (model, ...args) => model.rewind(...args)) },
  { weight: 1, arbitrary: step("kill", fc.tuple(pick), (model, ...args) => model.kill(...args)) },
  { weight: 1, arbitrary: step("leave", fc.tuple(pick), (model, ...args) => model.leave(...args)) },
  { weight: 1, arbitrary: step("join", NONE, (model) => model.join()) },
  { weight: 1, arbitrary: step("late", NONE, (model) => model.late()) },
  {
    weight: 3,
    arbitrary: step("pass", fc.tuple(fc.constantFrom(1, 1000, 11_000, LATE_MS)), (model, ...args) =>
      model.pass(...args),
    ),
  },
  {
    weight: 2,
    arbitrary: step(
      "fail",
      fc.tuple(fc.constantFrom("away", "full", undefined, undefined)),
      (model, ...args) => model.fail(...args),
    ),
  },
];
const losses: fc.WeightedArbitrary<Step>[] = [
  { weight: 1, arbitrary: step("empty", NONE, (model) => model.empty()) },
  { weight: 1, arbitrary: step("snapshot", NONE, (model) => model.snapshot()) },
  { weight: 1, arbitrary: step("go back", NONE, (model) => model.goBack()) },
];

for (const { title, steps } of [
  { title: "a store that keeps what it has", steps: work },
  { title: "a store that loses what it has", steps: [...work, ...losses] },
]) {
  test(`whatever happens to shippers and ${title}, nothing passes for delivered that is not, and all of it arrives`, async (t) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(...steps), { minLength: 1, maxLength: 60 }), async (history) => {
        const model = new Model(t);
        for (const take of history) await take(model);
        await model.end();
      }),
      { numRuns: 60 },
    );
  });
}
