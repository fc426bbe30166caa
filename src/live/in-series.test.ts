import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Followed, Hole } from "../follow/follower.js";
import type { StoredRecord } from "../record/stored-record.js";
import { InSeries } from "./in-series.js";
import { recentOf, recordOf } from "./records.cases.js";

const seqs = (records: readonly StoredRecord[]) => records.map(({ seq }) => seq);
const series = (from: number, to: number, writer = "w") =>
  Array.from({ length: to - from }, (_, n) =>
    recordOf({ writer, seq: from + n, timestamp: (from + n) * 10 }),
  );

test("what was delivered lately stands before what the buffer still holds of it", () => {
  const one = new InSeries();
  one.begin(series(0, 6).map(recentOf));
  assert.deepEqual(seqs(one.merge(series(4, 8))), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(seqs(one.rest()), []);
  assert.equal(one.takePassed(), 0);
});

test("a writer that is in the buffer no more is shown in its time", () => {
  const one = new InSeries();
  one.begin([...series(0, 3, "gone"), ...series(7, 9, "gone")].map(recentOf));
  const first = one.merge([recordOf({ seq: 5, timestamp: 50 })]);
  assert.deepEqual(
    first.map(({ writer, seq }) => `${writer}-${seq}`),
    ["gone-0", "gone-1", "gone-2", "w-5"],
  );
  assert.deepEqual(seqs(one.rest()), [7, 8]);
});

test("what comes again is left out; what comes too late is counted", () => {
  const one = new InSeries(new Map([["w", 3]]));
  one.begin(series(0, 2, "v").map(recentOf));
  assert.deepEqual(seqs(one.merge(series(0, 6))), [0, 1, 4, 5]);
  assert.deepEqual(seqs(one.rest()), []);
  assert.deepEqual(seqs(one.merge(series(0, 3, "v"))), [2]);
  assert.equal(one.takePassed(), 0);
  assert.deepEqual(seqs(one.merge(series(4, 7))), [6]);
  assert.equal(one.takePassed(), 2);
  assert.equal(one.takePassed(), 0);
});

/** A writer: so many records, so many of them delivered, so many deleted, and which of the delivered are still known. */
const writer = fc.array(fc.nat(3), { minLength: 1, maxLength: 30 }).chain((steps) =>
  fc.record({
    steps: fc.constant(steps),
    delivered: fc.nat(steps.length),
    deleted: fc.nat(steps.length),
    forgotten: fc.array(fc.nat(steps.length), { maxLength: 5 }),
  }),
);

test("property: each writer's records come by seq, each once, and none of those that are there is missing", () => {
  fc.assert(
    fc.property(
      fc.array(writer, { maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 9 })),
      (writers, sizes) => {
        const recent: StoredRecord[] = [];
        const inBuffer: StoredRecord[] = [];
        writers.forEach(({ steps, delivered, deleted, forgotten }, number) => {
          let timestamp = 0;
          steps.forEach((step, seq) => {
            timestamp += step;
            const record = recordOf({ writer: `w${number}`, seq, timestamp });
            if (seq < delivered && !forgotten.includes(seq)) recent.push(record);
            if (seq >= Math.min(deleted, delivered)) inBuffer.push(record);
          });
        });
        inBuffer.sort((a, b) => a.timestamp - b.timestamp || (a.writer < b.writer ? -1 : 1));
        const one = new InSeries();
        one.begin(recent.map(recentOf));
        const shown: StoredRecord[] = [];
        const left = [...inBuffer];
        for (const size of sizes) shown.push(...one.merge(left.splice(0, size)));
        shown.push(...one.merge(left), ...one.rest());
        const ids = (records: readonly StoredRecord[]) => records.map((each) => `${each.writer}-${each.seq}`);
        assert.equal(new Set(ids(shown)).size, shown.length);
        assert.deepEqual(ids(shown).sort(), [...new Set(ids([...recent, ...inBuffer]))].sort());
        assert.equal(one.takePassed(), 0);
        const last = new Map<string, number>();
        for (const each of shown) {
          assert.ok(each.seq > (last.get(each.writer) ?? -1));
          last.set(each.writer, each.seq);
        }
      },
    ),
    { numRuns: 1000 },
  );
});

const range = (from: number, to: number, writer = "w") => ({ writer, from, to, newestMs: to * 10 });
const read = (records: readonly StoredRecord[], drained = true, holes: Hole[] = []): Followed => {
  const missed = holes.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  return { records, missed, holes, drained };
};

test("copies stand in the hole that a read found, and are counted", () => {
  const one = new InSeries();
  assert.deepEqual(seqs(one.mergeWith(read(series(0, 3)), []).series), [0, 1, 2]);
  assert.ok(one.wants(range(2, 5)) && !one.wants(range(1, 2)));
  const { series: shown, filled } = one.mergeWith(
    read(series(6, 8), true, [{ writer: "w", from: 3, to: 5 }]),
    [...series(4, 6), ...series(8, 9), ...series(10, 11)].map(recentOf),
  );
  assert.deepEqual([seqs(shown), filled], [[4, 5, 6, 7], 2]);
  assert.ok(one.heldBytes > 0, "8 and 10 may have others before them in the buffer");
  assert.deepEqual(seqs(one.mergeWith(read([]), []).series), [8, 10]);
  assert.equal(one.heldBytes, 0);
  const later = one.mergeWith(read(series(11, 12), true, [{ writer: "w", from: 8, to: 10 }]), []);
  assert.deepEqual([seqs(later.series), later.filled, one.takePassed()], [[11], 2, 0]);
});

test("a copy waits for a read that has all that may stand before it", () => {
  const one = new InSeries();
  one.mergeWith(read(series(0, 2)), series(5, 7).map(recentOf));
  assert.deepEqual(seqs(one.mergeWith(read(series(2, 3), false), []).series), [2]);
  assert.deepEqual(seqs(one.mergeWith(read(series(3, 5)), []).series), [3, 4, 5, 6]);
});

test("of a writer that nothing is known of, copies from before the view are left out; and those of lists", () => {
  const one = new InSeries(new Map(), 50);
  assert.ok(one.wants(range(0, 5)) && !one.wants(range(0, 4)));
  one.mergeWith(read([]), series(0, 8).map(recentOf));
  assert.deepEqual(seqs(one.mergeWith(read([]), []).series), [5, 6, 7]);
  one.mergeWith(read([]), series(8, 9, "list").map(recentOf));
  one.leaveOutCopiesOf(["list"]);
  assert.deepEqual([one.mergeWith(read([]), []).series, one.wants(range(5, 9, "list"))], [[], false]);
});

type Step =
  | { readonly do: "log"; readonly writer: number; readonly records: number }
  | { readonly do: "deliver"; readonly writer: number; readonly records: number; readonly copied: boolean }
  | { readonly do: "read"; readonly records: number }
  | { readonly do: "ask" };

const number = fc.nat(2);
const records = fc.integer({ min: 1, max: 6 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant("log" as const), writer: number, records }),
  fc.record({ do: fc.constant("deliver" as const), writer: number, records, copied: fc.boolean() }),
  fc.record({ do: fc.constant("read" as const), records: fc.nat(8) }),
  fc.constant({ do: "ask" as const }),
);

/** Writers, a buffer from which a shipper deletes what it has delivered, its copies, and a follower that comes now and then. */
class World {
  readonly one = new InSeries();
  readonly shown: StoredRecord[] = [];
  missed = 0;
  readonly copied: StoredRecord[] = [];
  /** Of each writer, the records that follow each other. */
  readonly #logged: StoredRecord[][] = [[], [], []];
  readonly #delivered = [0, 0, 0];
  readonly #next: (number | undefined)[] = [undefined, undefined, undefined];
  readonly firstRead: (number | undefined)[] = [undefined, undefined, undefined];
  #asked = 0;
  #time = 0;
  #read: Followed | undefined;

  act(step: Step): void {
    if (step.do === "log") {
      const logged = this.#logged[step.writer]!;
      for (let n = 0; n < step.records; n++) {
        logged.push(recordOf({ writer: `w${step.writer}`, seq: logged.length, timestamp: this.#time++ }));
      }
    } else if (step.do === "deliver") {
      const from = this.#delivered[step.writer]!;
      const delivered = this.#logged[step.writer]!.slice(from, from + step.records);
      if (step.copied) this.copied.push(...delivered);
      this.#delivered[step.writer] = from + delivered.length;
    } else if (step.do === "read") this.#read ??= this.#readSome(step.records);
    else this.#showRead();
  }

  /** Until there is nothing that could be shown later. */
  end(): void {
    for (let n = 0; n < 3; n++) {
      this.#showRead();
      this.#read = this.#readSome(Number.POSITIVE_INFINITY);
      this.#showRead();
    }
  }

  /** Records of a writer between those that were read, of which none was shown. */
  get unseen(): number {
    const ids = new Set(this.shown.map(({ writer, seq }) => `${writer}-${seq}`));
    return this.#next.reduce<number>((sum, next, writer) => {
      const all = Array.from({ length: next ?? 0 }, (_, seq) => seq);
      const between = all.filter((seq) => seq >= (this.firstRead[writer] ?? 0));
      return sum + between.filter((seq) => !ids.has(`w${writer}-${seq}`)).length;
    }, 0);
  }

  #readSome(records: number): Followed {
    const holes: Hole[] = [];
    const there = this.#logged.flatMap((logged, writer) =>
      logged.slice(Math.max(this.#delivered[writer]!, this.#next[writer] ?? 0)),
    );
    there.sort((a, b) => a.timestamp - b.timestamp);
    const some = there.slice(0, records);
    for (const { writer, seq } of some) {
      const index = Number(writer.slice(1));
      const next = this.#next[index];
      if (next !== undefined && seq > next) holes.push({ writer, from: next, to: seq - 1 });
      this.firstRead[index] ??= seq;
      this.#next[index] = seq + 1;
    }
    return read(some, some.length === there.length, holes);
  }

  #showRead(): void {
    if (this.#read === undefined) return;
    const asked = this.one.mayLack(this.#read);
    const copies = asked ? this.copied.slice(this.#asked) : [];
    if (asked) this.#asked = this.copied.length;
    const wanted = copies.filter(({ writer, seq, timestamp }) =>
      this.one.wants({ writer, from: seq, to: seq, newestMs: timestamp }),
    );
    const { series: shown, filled } = this.one.mergeWith(this.#read, wanted.map(recentOf));
    this.shown.push(...shown);
    this.missed += this.#read.missed - filled + this.one.takePassed();
    this.#read = undefined;
  }
}

test("property: what is read or copied is shown once and in series, and the rest between is counted", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const world = new World();
      for (const each of steps) world.act(each);
      world.end();
      const last = new Map<string, number>();
      for (const { writer, seq } of world.shown) {
        assert.ok(seq > (last.get(writer) ?? -1), `${writer} ${seq} after ${last.get(writer)}`);
        last.set(writer, seq);
      }
      const ids = new Set(world.shown.map(({ writer, seq }) => `${writer}-${seq}`));
      const lacking = world.copied.filter(({ writer, seq }) => !ids.has(`${writer}-${seq}`));
      assert.deepEqual(seqs(lacking), []);
      assert.equal(world.missed, world.unseen);
    }),
    { numRuns: 3000 },
  );
});
