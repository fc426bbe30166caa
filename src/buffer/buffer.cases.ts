/** What every buffer must do, whatever it keeps records in. A case that cannot apply to one is skipped with its reason. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { detached } from "../record/stored-record.js";
import type { LogBuffer, OrdinalRange, Source, StoredRecord } from "./buffer.js";
import { Model, step } from "./model.cases.js";

/** One store of records, and both of its sides. */
export interface Store {
  /** A shipper's view of the store. */
  open(): LogBuffer;
  /** The writer appends records with these payloads. */
  append(writer: string, payloads: readonly string[]): void | Promise<void>;
  /** The writer ends in good order. */
  end(writer: string): void | Promise<void>;
  requestFlush(nowMs: number): void | Promise<void>;
  /** The shipper dies in the middle of its work. */
  crash(buffer: LogBuffer): void | Promise<void>;
  /** The shipper is taken for dead, although it goes on. */
  expire(buffer: LogBuffer): void | Promise<void>;
}

type Case = "crash" | "lease" | "fence" | "sources end" | "a source per writer";

export interface BufferUnderTest {
  readonly name: string;
  open(t: TestContext): Store | Promise<Store>;
  readonly skips: Partial<Record<Case, string>>;
}

const PAYLOADS = Array.from({ length: 100 }, (_, n) => `${n} ${"ä".repeat((n * 7) % 50)}`);

export function testBuffer({ name, open, skips }: BufferUnderTest): void {
  const check = (title: string, run: (store: Store) => void | Promise<void>, needs?: Case) => {
    const skip = needs !== undefined && skips[needs];
    test(`${name}: ${title}`, { skip: skip || false }, async (t) => run(await open(t)));
  };

  check("what was appended is read in order, with all that is known of it", async (store) => {
    await store.append("w", PAYLOADS);
    const records = await readAll(store.open());
    assert.deepEqual(records.map(payloadOf), PAYLOADS);
    let last = -1;
    for (const [index, { ordinal, seq, writer, service, type, timestamp }] of records.entries()) {
      assert.ok(ordinal > last);
      last = ordinal;
      assert.deepEqual([seq, writer, service, type], [index, "w", "svc", "INFO"]);
      assert.equal(lineOf(records[index]!).timestamp, new Date(timestamp).toISOString());
    }
  });

  check("reading goes on while the writer does, and nothing comes twice", async (store) => {
    const buffer = store.open();
    const payloads: string[] = [];
    for (let from = 0; from < PAYLOADS.length; from += 9) {
      await store.append("w", PAYLOADS.slice(from, from + 9));
      payloads.push(...(await readAll(buffer, 200)).map(payloadOf));
    }
    assert.deepEqual(payloads, PAYLOADS);
  });

  check(
    "a read brings what was asked for, but at least a record, and says when there is no more",
    async (store) => {
      await store.append("w", PAYLOADS);
      const source = await onlySource(store.open());
      assert.equal((await source.read(1)).records.length, 1);
      const some = (await source.read(1000)).records.map(detached);
      assert.ok(some.length > 1 && some.reduce((sum, { start, end }) => sum + end - start, 0) <= 1000);
      for (;;) {
        const { records, drained } = await source.read(1 << 20);
        assert.equal(drained, records.length === 0);
        if (drained) break;
      }
    },
  );

  check("what is unread is counted to the record, and its oldest is known", async (store) => {
    const buffer = store.open();
    await store.append("w", ["first"]);
    const source = await onlySource(buffer);
    const [first] = (await source.read(1)).records.map(detached);
    assert.deepEqual(source.unread(), { records: 0, bytes: 0, oldestMs: undefined });
    await store.append("w", PAYLOADS);
    await buffer.claim();
    const { records, bytes, oldestMs } = source.unread();
    assert.equal(records, PAYLOADS.length);
    assert.ok(bytes > PAYLOADS.join("").length);
    assert.ok(oldestMs! >= first!.timestamp);
    await readAll(buffer);
    assert.deepEqual(source.unread(), { records: 0, bytes: 0, oldestMs: undefined });
  });

  check("after a rewind, what is not acknowledged is read again, and nothing else", async (store) => {
    await store.append("w", PAYLOADS);
    const buffer = store.open();
    const source = await onlySource(buffer);
    const first = await readAll(buffer);
    const kept = first.filter((_, index) => index > 2 && index % 10 !== 0);
    source.acknowledge(
      first.filter((one) => !kept.includes(one)).map(({ ordinal }) => ({ from: ordinal, to: ordinal })),
    );
    source.rewind();
    await store.append("w", ["later"]);
    assert.deepEqual((await readAll(buffer)).map(payloadOf), [...kept.map(payloadOf), "later"]);
  });

  check(
    "what was noted beside a source is there for its next shipper",
    async (store) => {
      await store.append("w", PAYLOADS);
      const buffer = store.open();
      const { memo } = await onlySource(buffer);
      assert.deepEqual(await memo.read(), []);
      await memo.append("one");
      await memo.append('{"two":"ä"}');
      assert.deepEqual(await memo.read(), ["one", '{"two":"ä"}']);
      await memo.replace(["three"]);
      await memo.append("four");
      await store.crash(buffer);
      assert.deepEqual(await (await onlySource(store.open())).memo.read(), ["three", "four"]);
    },
    "crash",
  );

  check("what was read and not acknowledged is read again by the next shipper", async (store) => {
    await store.append("w", PAYLOADS);
    const buffer = store.open();
    const source = await onlySource(buffer);
    const records = await readAll(buffer);
    source.acknowledge([{ from: records[0]!.ordinal, to: records[9]!.ordinal }]);
    await buffer.close();
    assert.deepEqual((await readAll(store.open())).map(payloadOf), PAYLOADS.slice(10));
  });

  check("acknowledged in any order, in any pieces, exactly the rest is read again", async (store) => {
    await store.append("w", PAYLOADS);
    const left = new Set(PAYLOADS.keys());
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat({ max: 99 }), fc.nat({ max: 8 })), { maxLength: 6 }),
        async (pieces) => {
          const buffer = store.open();
          const source = await onlySource(buffer);
          const records = await readAll(buffer);
          assert.deepEqual(
            records.map(({ seq }) => seq),
            [...left].sort((a, b) => a - b),
          );
          source.acknowledge(pieces.flatMap(([from, length]) => rangesOf(records, from, from + length)));
          for (const [from, length] of pieces) {
            for (const { seq } of records.slice(from, from + length + 1)) left.delete(seq);
          }
          await buffer.close();
        },
      ),
      { numRuns: 25, endOnFailure: true },
    );
    assert.ok(left.size < PAYLOADS.length);
  });

  check(
    "a shipper that dies before it acknowledges costs nothing, and after it, nothing twice",
    async (store) => {
      await store.append("w", PAYLOADS);
      const first = store.open();
      await readAll(first);
      await store.crash(first);
      const second = store.open();
      const records = await readAll(second);
      assert.deepEqual(records.map(payloadOf), PAYLOADS);
      (await onlySource(second)).acknowledge([...rangesOf(records, 0, 49), ...rangesOf(records, 60, 69)]);
      await store.crash(second);
      assert.deepEqual((await readAll(store.open())).map(payloadOf), [
        ...PAYLOADS.slice(50, 60),
        ...PAYLOADS.slice(70),
      ]);
    },
    "crash",
  );

  check(
    "a source belongs to one shipper at a time",
    async (store) => {
      await store.append("a", PAYLOADS);
      const first = store.open();
      const second = store.open();
      await onlySource(first);
      assert.deepEqual(await second.claim(), []);
      await store.append("b", PAYLOADS);
      assert.deepEqual(
        (await second.claim()).map(({ name }) => name),
        ["b"],
      );
      await onlySource(first);
      await first.close();
      assert.equal((await second.claim()).length, 2);
    },
    "a source per writer",
  );

  check(
    "what one shipper has claimed no other one gets, until it is given back",
    async (store) => {
      await store.append("w", PAYLOADS);
      const first = store.open();
      const second = store.open();
      await onlySource(first);
      assert.deepEqual(await second.claim(), []);
      await first.close();
      assert.equal((await readAll(store.open())).length, PAYLOADS.length);
    },
    "lease",
  );

  check(
    "a shipper that was taken for dead moves nothing any more once it has seen that",
    async (store) => {
      await store.append("w", PAYLOADS);
      const slow = store.open();
      const source = await onlySource(slow);
      const records = await readAll(slow);
      await store.expire(slow);
      const next = store.open();
      assert.equal((await readAll(next)).length, PAYLOADS.length);
      assert.deepEqual(await slow.claim(), []);
      source.acknowledge(rangesOf(records, 0, 99));
      assert.deepEqual(await source.read(1 << 20), { records: [], drained: true });
      await slow.close();
      await store.crash(next);
      assert.equal((await readAll(store.open())).length, PAYLOADS.length);
    },
    "lease",
  );

  check(
    "nor before it has seen that",
    async (store) => {
      await store.append("w", PAYLOADS);
      const slow = store.open();
      const source = await onlySource(slow);
      const records = await readAll(slow);
      await store.expire(slow);
      const next = store.open();
      assert.equal((await readAll(next)).length, PAYLOADS.length);
      source.acknowledge(rangesOf(records, 0, 99));
      await store.crash(next);
      assert.equal((await readAll(store.open())).length, PAYLOADS.length);
    },
    "fence",
  );

  check(
    "a source disappears when its writer has ended and all of it is acknowledged, and not before",
    async (store) => {
      const buffer = store.open();
      await store.append("w", PAYLOADS);
      const source = await onlySource(buffer);
      const records = await readAll(buffer);
      source.acknowledge(rangesOf(records, 0, 98));
      await readAll(buffer);
      assert.equal(source.finished(), false, "the writer lives");
      await store.append("w", ["last"]);
      await store.end("w");
      const last = await readAll(buffer);
      assert.deepEqual(last.map(payloadOf), ["last"]);
      source.acknowledge(rangesOf(last, 0, 0));
      await readAll(buffer);
      assert.equal(source.finished(), false, "one is not acknowledged");
      source.acknowledge(rangesOf(records, 99, 99));
      await readAll(buffer);
      assert.equal(source.finished(), true);
      assert.deepEqual(await buffer.claim(), []);
      await buffer.close();
      assert.deepEqual(await store.open().claim(), []);
    },
    "sources end",
  );

  check(
    "each writer keeps its own order, and goes when it has ended",
    async (store) => {
      const buffer = store.open();
      const writers = ["a", "b", "c"];
      for (let from = 0; from < PAYLOADS.length; from += 10) {
        for (const writer of writers) await store.append(writer, PAYLOADS.slice(from, from + 10));
      }
      const records = await readAll(buffer, 300);
      for (const writer of writers) {
        const own = records.filter((record) => record.writer === writer);
        assert.deepEqual(own.map(payloadOf), PAYLOADS);
      }
      await store.end("b");
      for (const source of await buffer.claim()) {
        const { records: rest } = await source.read(1);
        assert.deepEqual(rest, []);
        source.acknowledge([{ from: 0, to: 99 }]);
      }
      assert.deepEqual(
        (await buffer.claim())
          .filter((source) => !source.finished())
          .map(({ name }) => name)
          .sort(),
        ["a", "c"],
      );
    },
    "a source per writer",
  );

  check("a flush is asked for by whoever likes, and seen by every shipper", async (store) => {
    const buffer = store.open();
    assert.equal(await buffer.flushRequestedAtMs(), 0);
    await store.requestFlush(1_700_000_000_000);
    assert.equal(await buffer.flushRequestedAtMs(), 1_700_000_000_000);
  });

  test(`${name}: whatever happens, nothing is lost, out of order, or given again once acknowledged`, async (t) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        const store = await open(t);
        const model = new Model(store, (buffer) =>
          skips.crash === undefined ? store.crash(buffer) : buffer.close(),
        );
        for (const take of steps) await take(model);
        await model.deliverRest();
      }),
      { numRuns: 40 },
    );
  });

  check("a record larger than what was asked for is read, alone", async (store) => {
    await store.append("w", ["before", "x".repeat(20_000), "after"]);
    const source = await onlySource(store.open());
    const sizes: number[] = [];
    while (source.unread().records > 0) sizes.push((await source.read(150)).records.length);
    assert.deepEqual(sizes, [1, 1, 1]);
  });

  check("closing twice is closing once", async (store) => {
    await store.append("w", PAYLOADS);
    const buffer = store.open();
    await buffer.claim();
    await buffer.close();
    await buffer.close();
    assert.equal((await readAll(store.open())).length, PAYLOADS.length);
  });
}

async function onlySource(buffer: LogBuffer): Promise<Source> {
  const sources = await buffer.claim();
  assert.equal(sources.length, 1);
  return sources[0]!;
}

async function readAll(buffer: LogBuffer, bytesMax = 5000): Promise<StoredRecord[]> {
  const all: StoredRecord[] = [];
  for (const source of await buffer.claim()) {
    for (let chunk = await source.read(bytesMax); !chunk.drained; chunk = await source.read(bytesMax)) {
      all.push(...chunk.records.map(detached));
    }
  }
  return all;
}

/** The ordinals of the records `from` to `to` of a list, each by itself: they need not be contiguous. */
function rangesOf(records: readonly StoredRecord[], from: number, to: number): OrdinalRange[] {
  return records.slice(from, to + 1).map(({ ordinal }) => ({ from: ordinal, to: ordinal }));
}

function lineOf({ bytes, start, end }: StoredRecord): { timestamp: string; data: string } {
  return JSON.parse(bytes.toString("utf8", start, end)) as { timestamp: string; data: string };
}

function payloadOf(record: StoredRecord): string {
  return lineOf(record).data;
}
