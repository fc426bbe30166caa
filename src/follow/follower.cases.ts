/** What every follower must do, whatever the buffer. A case that cannot apply to one is skipped with its reason. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import type { StoredRecord } from "../record/stored-record.js";
import type { Follower, Hole, Start } from "./follower.js";

/** A buffer, the writers that log into it, and whoever ships it. */
export interface Followable {
  follow(start: Start): Promise<Follower>;
  find(id: string): Promise<StoredRecord | undefined>;
  /** Resolves when the records can be followed. Their timestamps are `timestamp`, or rise with every call. */
  append(writer: string, payloads: readonly string[], timestamp?: number): Promise<void>;
  /** A shipper delivers all that is there; what it needs no more is deleted, or used again. */
  deliver(): Promise<void>;
}

export interface FollowerUnderTest {
  readonly name: string;
  open(t: TestContext): Promise<Followable>;
  /** What it knows to be missed: all, or what lies between two records of a writer that were seen. */
  readonly counts: "all" | "between";
  /** Of the property test. */
  readonly runs: number;
}

const TEN = Array.from({ length: 10 }, (_, n) => `payload ${n}`);
const READ_BYTES = 1 << 20;

/** What came of a follower, and that it came in order and once. */
export class Seen {
  /** The seqs of each writer. */
  readonly seqs = new Map<string, number[]>();
  readonly payloads: string[] = [];
  readonly timestamps: number[] = [];
  missed = 0;

  constructor(readonly follower: Follower) {}

  get records(): number {
    return this.payloads.length;
  }

  of(writer: string): readonly number[] {
    return this.seqs.get(writer) ?? [];
  }

  /** One read; true when there was nothing further. */
  async read(bytesMax = READ_BYTES): Promise<boolean> {
    const { records, missed, holes = [], drained } = await this.follower.read(bytesMax);
    this.missed += missed;
    for (const record of records) {
      const seqs = this.seqs.get(record.writer) ?? [];
      this.seqs.set(record.writer, seqs);
      assert.ok(record.seq > (seqs.at(-1) ?? -1), `${record.writer} ${record.seq} after ${seqs.at(-1)}`);
      seqs.push(record.seq);
      this.payloads.push(payloadOf(record));
      this.timestamps.push(record.timestamp);
    }
    this.#check(holes, missed);
    return drained;
  }

  /** What is said to be missing is counted, and was never given. */
  #check(holes: readonly Hole[], missed: number): void {
    const size = holes.reduce((sum, { from, to }) => sum + to - from + 1, 0);
    assert.ok(size <= missed, `${size} of ${missed} missed`);
    for (const { writer, from, to } of holes) {
      assert.ok(!this.of(writer).some((seq) => seq >= from && seq <= to), `${writer} ${from} to ${to}`);
    }
  }

  async readAll(bytesMax?: number): Promise<this> {
    while (!(await this.read(bytesMax))) {
      // Until there is nothing further.
    }
    return this;
  }
}

function payloadOf({ bytes, start, end }: StoredRecord): string {
  return (JSON.parse(bytes.toString("utf8", start, end)) as { data: string }).data;
}

type Step =
  | { readonly do: "append"; readonly writer: string; readonly records: number; readonly size: number }
  | { readonly do: "read"; readonly bytes: number }
  | { readonly do: "deliver" }
  | { readonly do: "follow"; readonly start: Start["at"]; readonly number: number };

const writer = fc.constantFrom("a", "b", "c");
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("append" as const),
      writer,
      records: fc.integer({ min: 1, max: 60 }),
      size: fc.constantFrom(10, 900, 9000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("read" as const),
      bytes: fc.constantFrom(1, 3000, 100_000, READ_BYTES),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("deliver" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("follow" as const),
      start: fc.constantFrom("end" as const, "last" as const, "since" as const, "beginning" as const),
      number: fc.nat(100),
    }),
  },
);

export function testFollower({ name, open, counts, runs }: FollowerUnderTest): void {
  const check = (title: string, run: (buffer: Followable, t: TestContext) => Promise<void>) => {
    test(`${name}: ${title}`, async (t) => run(await open(t), t));
  };

  const follow = async (buffer: Followable, t: TestContext, start: Start): Promise<Seen> => {
    const follower = await buffer.follow(start);
    t.after(() => follower.close());
    return new Seen(follower);
  };

  check("from the end: what is logged from then on, of writers new and old", async (buffer, t) => {
    await buffer.append("old", TEN);
    const seen = await follow(buffer, t, { at: "end" });
    await buffer.append("old", ["more", "and more"]);
    await buffer.append("new", TEN);
    await seen.readAll();
    assert.deepEqual(seen.of("old").slice(-2), [10, 11]);
    assert.deepEqual(seen.of("new"), [...TEN.keys()]);
    await buffer.append("old", ["the last"]);
    await seen.readAll();
    assert.deepEqual([seen.payloads.at(-1), seen.of("old").at(-1), seen.missed], ["the last", 12, 0]);
  });

  check("the end is where it was when the follower was opened, to the record", async (buffer, t) => {
    await buffer.append("w", TEN);
    const seen = await follow(buffer, t, { at: "end" });
    await buffer.append("w", ["next"]);
    await seen.readAll();
    assert.deepEqual(seen.payloads, ["next"]);
  });

  check("from the beginning: all that is there, merged by time", async (buffer, t) => {
    for (const n of [0, 1, 2, 3, 4]) {
      await buffer.append("a", [`a${n}`], 1000 + 2 * n);
      await buffer.append("b", [`b${n}`], 1001 + 2 * n);
    }
    const seen = await follow(buffer, t, { at: "beginning" });
    await seen.readAll();
    assert.deepEqual(
      seen.payloads,
      [0, 1, 2, 3, 4].flatMap((n) => [`a${n}`, `b${n}`]),
    );
    assert.equal(seen.missed, 0);
  });

  check("the last ones of each writer, or more", async (buffer, t) => {
    for (let round = 0; round < 5; round++) {
      await buffer.append("a", TEN);
      await buffer.append("b", TEN);
    }
    const seen = await follow(buffer, t, { at: "last", records: 13 });
    await seen.readAll();
    for (const each of ["a", "b"]) {
      assert.ok(seen.of(each).length >= 13);
      assert.equal(seen.of(each).at(-1), 49);
    }
    assert.equal(seen.missed, 0);
  });

  check("since a time: all from then on, perhaps more", async (buffer, t) => {
    const big = "x".repeat(9000);
    for (let n = 0; n < 40; n++) await buffer.append("w", [big], 1000 + n);
    const seen = await follow(buffer, t, { at: "since", sinceMs: 1030 });
    await seen.readAll();
    assert.ok(seen.of("w")[0]! <= 30 && seen.of("w").length >= 10);
    assert.equal(seen.of("w").at(-1), 39);
    assert.equal(seen.missed, 0);
  });

  check("a read brings what was asked for, but at least a record, of any size", async (buffer, t) => {
    const seen = await follow(buffer, t, { at: "beginning" });
    const large = "l".repeat(3_000_000);
    await buffer.append("w", ["small", large, ...TEN]);
    assert.equal(await seen.read(1), false);
    assert.deepEqual(seen.payloads, ["small"]);
    await seen.read(1000);
    assert.deepEqual([seen.records, seen.payloads[1]!.length], [2, large.length]);
    await seen.readAll(400);
    assert.deepEqual(seen.payloads.slice(2), TEN);
  });

  check("an empty buffer is no error, and nothing missed", async (buffer, t) => {
    for (const at of ["end", "beginning"] as const) {
      const { follower } = await follow(buffer, t, { at });
      const { records, missed, drained } = await follower.read(READ_BYTES);
      assert.deepEqual([records, missed, drained], [[], 0, true]);
      assert.ok(follower.pollMs >= 10 && follower.pollMs <= 200);
    }
    assert.equal(await buffer.find("nobody-0"), undefined);
  });

  check("a record is found by its id while it is there, and by no other text", async (buffer) => {
    await buffer.append("w", TEN);
    await buffer.append("other", TEN);
    const found = await buffer.find("w-7");
    assert.deepEqual([found?.writer, found?.seq, found && payloadOf(found)], ["w", 7, "payload 7"]);
    for (const id of [
      "w-10",
      "w-07",
      "w",
      "-1",
      "",
      "../w-7",
      "w/../w-7",
      "W-7",
      `${"x".repeat(5000)}-1`,
      "w-7\0",
    ]) {
      assert.equal(await buffer.find(id), undefined, id);
    }
  });

  check("whoever ships finds all, as if nobody had looked", async (buffer, t) => {
    const seen = await follow(buffer, t, { at: "beginning" });
    await buffer.append("w", TEN);
    await seen.readAll();
    await buffer.deliver();
    await buffer.append("w", ["more"]);
    await seen.readAll();
    assert.deepEqual(seen.of("w"), [...Array(11).keys()]);
  });

  check("each record is seen once and in order, or counted as missed", async (_, t) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const buffer = await open(t);
        await runModel(buffer, steps, counts);
      }),
      { numRuns: runs },
    );
  });
}

/** Of one follower: the seq of each writer from which on it must have seen all, if nothing was deleted before. */
interface Followed {
  readonly seen: Seen;
  readonly from: ReadonlyMap<string, number>;
  /** What was delivered before it began may have been deleted, and is not missed. */
  readonly late: boolean;
  /** So many records lay before its start, and may have been read for being near it. */
  readonly earlier: number;
}

async function runModel(
  buffer: Followable,
  steps: readonly Step[],
  counts: FollowerUnderTest["counts"],
): Promise<void> {
  /** The timestamps of each writer. */
  const logged = new Map<string, number[]>();
  const all: Followed[] = [];
  let now = 1000;
  let delivered = false;
  try {
    for (const each of steps) {
      if (each.do === "append") {
        const times = logged.get(each.writer) ?? [];
        logged.set(each.writer, times);
        now += 7;
        const payloads = Array.from({ length: each.records }, () => "p".repeat(each.size));
        times.push(...payloads.map(() => now));
        await buffer.append(each.writer, payloads, now);
      } else if (each.do === "deliver") {
        delivered = true;
        await buffer.deliver();
      } else if (each.do === "read") {
        for (const { seen } of all) await seen.read(each.bytes);
      } else {
        const start = startOf(each.start, each.number, now);
        const from = new Map([...logged].map(([name, times]) => [name, firstSeq(times, start)]));
        const late = delivered && start.at !== "end";
        const isHint = start.at === "since" || start.at === "last";
        const earlier = isHint ? [...from.values()].reduce((sum, first) => sum + first, 0) : 0;
        all.push({ seen: new Seen(await buffer.follow(start)), from, late, earlier });
      }
    }
    for (const each of all) {
      await each.seen.readAll();
      judge(each, logged, delivered);
      const unseen = counts === "all" ? unseenIn(each, logged) : holesIn(each.seen);
      // Of a late one it is not known whether those before its first were still there. One that may begin earlier than it was
      // asked to has missed those as well.
      const most = each.late ? Number.POSITIVE_INFINITY : unseen + each.earlier;
      const isExact = counts === "between";
      const { missed } = each.seen;
      assert.ok(
        isExact ? missed === unseen : missed >= unseen && missed <= most,
        `missed ${missed} of ${unseen}`,
      );
    }
  } finally {
    for (const { seen } of all) await seen.follower.close();
  }
}

function startOf(at: Start["at"], number: number, now: number): Start {
  return at === "last" ? { at, records: number } : at === "since" ? { at, sinceMs: now - number } : { at };
}

function firstSeq(times: readonly number[], start: Start): number {
  switch (start.at) {
    case "end":
      return times.length;
    case "last":
      return Math.max(0, times.length - start.records);
    case "since":
      return times.filter((time) => time < start.sinceMs).length;
    case "beginning":
      return 0;
  }
}

/** Nothing is seen that was not logged, and where nothing was deleted all of it. */
function judge(
  { seen, from }: Followed,
  logged: ReadonlyMap<string, readonly number[]>,
  delivered: boolean,
): void {
  for (const [name, { length }] of logged) {
    const seqs = seen.of(name);
    assert.ok((seqs.at(-1) ?? -1) < length);
    if (!delivered) {
      const first = from.get(name) ?? 0;
      assert.equal(seqs.filter((seq) => seq >= first).length, length - first);
    }
  }
}

function unseenIn({ seen, from, late }: Followed, logged: ReadonlyMap<string, readonly number[]>): number {
  let unseen = 0;
  for (const [name, { length }] of logged) {
    const seqs = seen.of(name);
    const first = late ? (seqs[0] ?? length) : (from.get(name) ?? 0);
    unseen += length - first - seqs.filter((seq) => seq >= first).length;
  }
  return unseen;
}

function holesIn({ seqs }: Seen): number {
  return [...seqs.values()].reduce((sum, each) => sum + each.at(-1)! - each[0]! + 1 - each.length, 0);
}
