/** Random use of a buffer beside a model of it, which knows only what was appended, given and acknowledged. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { detached } from "../record/stored-record.js";
import type { Store } from "./buffer.cases.js";
import type { Chunk, LogBuffer, Source, StoredRecord } from "./buffer.js";

type Step = (model: Model) => unknown;

/** A step whose name and arguments stand in the report of a failure. */
function stepOf<T>(name: string, values: fc.Arbitrary<T>, take: (model: Model, value: T) => unknown) {
  return values.map((value): Step => {
    const run: Step = (model) => take(model, value);
    return Object.assign(run, { [fc.toStringMethod]: () => `${name} ${fc.stringify(value)}` });
  });
}

const size = fc.oneof(fc.nat({ max: 200 }), fc.nat({ max: 9000 }));
/** What may happen to a store. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  stepOf(
    "append",
    fc.tuple(fc.constantFrom("a", "b"), fc.integer({ min: 1, max: 30 }), size),
    (model, args) => model.append(...args),
  ),
  stepOf("read", fc.tuple(fc.nat(), fc.integer({ min: 1, max: 50_000 })), (model, args) =>
    model.read(...args),
  ),
  stepOf("acknowledge", fc.tuple(fc.nat(), fc.integer({ min: 1, max: 40 })), (model, args) =>
    model.acknowledge(...args),
  ),
  stepOf("die", fc.constant(0), (model) => model.die()),
  stepOf("give back", fc.constant(0), (model) => model.giveBack()),
);

/** One shipper after the other on one store, and what each must be given. */
export class Model {
  #buffer: LogBuffer;
  /** How many records each writer has appended; the first word of a payload is its record's index. */
  readonly #appended = new Map<string, number>();
  /** `<writer> <index>` of acknowledged records, over all lives. */
  readonly #acknowledged = new Set<string>();
  /** What this shipper was given and has not acknowledged. */
  #held: { readonly source: Source; readonly record: StoredRecord }[] = [];
  /** The index after the last that this shipper was given, by writer. */
  #next = new Map<string, number>();

  constructor(
    readonly store: Store,
    readonly kill: (buffer: LogBuffer) => unknown,
  ) {
    this.#buffer = store.open();
  }

  async append(writer: string, count: number, bytes: number): Promise<void> {
    const from = this.#appended.get(writer) ?? 0;
    this.#appended.set(writer, from + count);
    await this.store.append(
      writer,
      Array.from({ length: count }, (_, i) => `${from + i} ${"x".repeat(bytes)}`),
    );
  }

  async read(pick: number, bytesMax: number): Promise<void> {
    const sources = await this.#buffer.claim();
    if (sources.length > 0) await this.#readFrom(sources[pick % sources.length]!, bytesMax);
  }

  acknowledge(pick: number, length: number): void {
    const at = this.#held.length === 0 ? 0 : pick % this.#held.length;
    for (const { source, record } of this.#held.splice(at, length)) {
      source.acknowledge([{ from: record.ordinal, to: record.ordinal }]);
      this.#acknowledged.add(`${record.writer} ${indexOf(record)}`);
    }
  }

  async die(): Promise<void> {
    await this.kill(this.#buffer);
    this.#start();
  }

  async giveBack(): Promise<void> {
    await this.#buffer.close();
    this.#start();
  }

  /** The last shipper is given all that was not acknowledged, and nothing else. */
  async deliverRest(): Promise<void> {
    await this.die();
    for (const source of await this.#buffer.claim()) {
      while (!(await this.#readFrom(source, 1 << 20)).drained);
      assert.equal(source.unread().records, 0);
    }
    for (const [writer, count] of this.#appended) this.#expectAcknowledged(writer, count);
  }

  #start(): void {
    this.#buffer = this.store.open();
    this.#held = [];
    this.#next = new Map();
  }

  async #readFrom(source: Source, bytesMax: number): Promise<Chunk> {
    const chunk = await source.read(bytesMax);
    const bytes = chunk.records.reduce((sum, { start, end }) => sum + end - start, 0);
    assert.ok(chunk.records.length <= 1 || bytes <= bytesMax, `${bytes} bytes of ${bytesMax}`);
    assert.ok(chunk.records.length > 0 || chunk.drained);
    for (const record of chunk.records) {
      const { writer } = record;
      const index = indexOf(record);
      assert.ok(index >= (this.#next.get(writer) ?? 0), `${writer} ${index} is out of order`);
      assert.equal(this.#acknowledged.has(`${writer} ${index}`), false, `${writer} ${index} is given again`);
      this.#expectAcknowledged(writer, index);
      this.#next.set(writer, index + 1);
      this.#held.push({ source, record: detached(record) });
    }
    return chunk;
  }

  /** What lies between the last record that was given and `index` may be left out only if it was acknowledged. */
  #expectAcknowledged(writer: string, index: number): void {
    for (let skipped = this.#next.get(writer) ?? 0; skipped < index; skipped++) {
      assert.ok(this.#acknowledged.has(`${writer} ${skipped}`), `${writer} ${skipped} is left out`);
    }
  }
}

function indexOf({ bytes, start, end }: StoredRecord): number {
  const { data } = JSON.parse(bytes.toString("utf8", start, end)) as { data: string };
  return Number.parseInt(data, 10);
}
