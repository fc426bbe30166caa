import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Start } from "../follow/follower.js";
import type { StoredRecord } from "../record/stored-record.js";
import { systemClock } from "../system/clock.js";
import { compileFilter } from "./filter.js";
import type { LiveStep } from "./live-step.js";
import type { LiveRequest } from "./query.js";
import type { AskedRecent } from "./recent.js";
import { recentOf, recordOf, ScriptedFollower } from "./records.cases.js";
import { type Viewing, view } from "./viewing.js";

class Watching {
  readonly steps: LiveStep[] = [];
  readonly stop = new AbortController();
  start: Start | undefined;
  readonly ended: Promise<void>;
  #onStep = (): void => {};

  constructor(request: LiveRequest, follower: ScriptedFollower, more: Partial<Viewing> = {}) {
    this.ended = view(
      {
        request,
        filter: compileFilter(request),
        follow: async (start) => {
          this.start = start;
          return follower;
        },
        emit: (step) => {
          this.steps.push(step);
          this.#onStep();
        },
        ...more,
      },
      this.stop.signal,
    );
  }

  get seqs(): number[] {
    return this.steps.flatMap(({ records }) => records.map((text) => Number(/(\d+)"\}$/.exec(text)![1])));
  }

  async until(condition: (steps: LiveStep[]) => boolean): Promise<void> {
    while (!condition(this.steps)) {
      await new Promise<void>((resolve) => {
        this.#onStep = resolve;
      });
    }
  }

  async end(): Promise<void> {
    this.stop.abort();
    await this.ended;
  }
}

const series = (from: number, to: number, members = {}): StoredRecord[] =>
  Array.from({ length: to - from }, (_, n) =>
    recordOf({ seq: from + n, timestamp: (from + n) * 100, ...members }),
  );
const sum = (steps: readonly LiveStep[], of: (step: LiveStep) => number) =>
  steps.reduce((all, step) => all + of(step), 0);
const inLevels = ({ levels }: LiveStep) =>
  levels.flatMap(([, byType]) => Object.values(byType)).reduce((all, count) => all + count, 0);

test("without last and since it begins with what is logged from now on", async () => {
  const follower = new ScriptedFollower();
  const watching = new Watching({ follow: true }, follower, {
    recent: { all: () => assert.fail("not asked for") },
  });
  await watching.until((steps) => steps.length > 0);
  assert.deepEqual(watching.steps, [{ records: [], matched: 0, missed: 0, levels: [], caughtUp: true }]);
  follower.reads.push(series(3, 5), series(5, 6));
  await watching.until(() => watching.seqs.length === 3);
  assert.deepEqual(watching.seqs, [3, 4, 5]);
  await watching.end();
  assert.deepEqual([watching.start, follower.closed], [{ at: "end" }, 1]);
});

test("it begins no earlier than it has to", async () => {
  const cases: [LiveRequest, Start][] = [
    [{ follow: true }, { at: "end" }],
    [{ follow: false }, { at: "beginning" }],
    [{ follow: true, last: 0, sinceMs: 7 }, { at: "end" }],
    [
      { follow: true, last: 3 },
      { at: "last", records: 3 },
    ],
    [
      { follow: true, last: 3, where: [] },
      { at: "last", records: 3 },
    ],
    [{ follow: true, last: 3, service: "api" }, { at: "beginning" }],
    [
      { follow: true, last: 3, sinceMs: 7 },
      { at: "since", sinceMs: 7 },
    ],
    [
      { follow: false, sinceMs: 7 },
      { at: "since", sinceMs: 7 },
    ],
  ];
  for (const [request, start] of cases) {
    const watching = new Watching(request, new ScriptedFollower());
    await watching.until((steps) => steps.length > 0);
    await watching.end();
    assert.deepEqual(watching.start, start, JSON.stringify(request));
  }
});

test("the newest that match come first, then what is logged", async () => {
  const follower = new ScriptedFollower(series(0, 50), series(50, 60, { service: "web" }), series(60, 70));
  const watching = new Watching({ follow: true, last: 12, service: "api" }, follower);
  await watching.until((steps) => steps.at(-1)?.caughtUp === true);
  assert.deepEqual(watching.seqs, [48, 49, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69]);
  assert.deepEqual([sum(watching.steps, ({ matched }) => matched), sum(watching.steps, inLevels)], [12, 12]);
  follower.reads.push(series(70, 72));
  await watching.until(() => watching.seqs.length === 14);
  await watching.end();
});

test("what was delivered lately is shown before what is in the buffer, once", async () => {
  const follower = new ScriptedFollower(series(4, 8));
  const recent = { all: async () => series(0, 6).map(recentOf) };
  const watching = new Watching({ follow: false, sinceMs: 150 }, follower, { recent });
  await watching.ended;
  assert.deepEqual(watching.seqs, [2, 3, 4, 5, 6, 7]);
  assert.deepEqual(
    watching.steps.map(({ caughtUp }) => caughtUp),
    [true],
  );
});

test("without follow it ends after what is there, also where more is logged all the time", async () => {
  const follower = new ScriptedFollower(
    ...Array.from({ length: 1000 }, (_, n) => [recordOf({ seq: n, timestamp: Date.now() + 1000 })]),
  );
  const watching = new Watching({ follow: false }, follower);
  await watching.ended;
  assert.ok(follower.asked < 1000);
  assert.equal(watching.steps.at(-1)?.caughtUp, true);
});

test("while a step is not taken nothing is read, and what passes meanwhile is counted", async () => {
  const follower = new ScriptedFollower();
  let take = (): void => {};
  const watching = new Watching({ follow: true }, follower, {
    emit: (step) => {
      watching.steps.push(step);
      return new Promise((resolve) => {
        take = resolve;
      });
    },
  });
  const { asked } = follower;
  for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
  assert.deepEqual([asked, follower.asked, watching.steps.length], [0, 0, 1]);
  follower.missed = 12;
  take();
  while (watching.steps.length < 2) await new Promise(setImmediate);
  assert.equal(watching.steps[1]?.missed, 12);
  watching.stop.abort();
  take();
  await watching.ended;
});

test("what cannot be read is told once, and that it is over", async () => {
  const away = () => new Error("the store is away");
  const follower = new ScriptedFollower();
  const watching = new Watching({ follow: true }, follower, { retryMs: 1 });
  await watching.until((steps) => steps.length === 1);
  follower.reads.push(away(), away(), series(0, 1));
  await watching.until(() => watching.seqs.length === 1);
  await watching.end();
  assert.deepEqual(
    watching.steps.map(({ trouble, records }) => [trouble, records.length]),
    [
      [undefined, 0],
      ["the store is away", 0],
      [undefined, 0],
      [undefined, 1],
    ],
  );
});

test("without follow, what cannot be read ends it", async () => {
  const watching = new Watching({ follow: false }, new ScriptedFollower(new Error("away")));
  await assert.rejects(watching.ended, /away/);
});

test("a view that goes on shows nothing up to where the one before it was", async () => {
  const watching = new Watching({ follow: false }, new ScriptedFollower(series(0, 9)), {
    after: new Map([["w", 6]]),
  });
  await watching.ended;
  assert.deepEqual([watching.seqs, sum(watching.steps, ({ missed }) => missed)], [[7, 8], 0]);
});

test("a long line is sent as a preview, and what is no JSON always", async () => {
  const long = recordOf({
    seq: 7,
    data: `${"x".repeat(499)}😀${"y".repeat(5000)}`,
    request_id: 5,
    type: "ERROR",
  });
  const broken = { ...recordOf({ seq: 8 }), malformed: "no JSON" };
  const line = recordOf({ seq: 9 });
  const { bytes, start, end } = broken;
  const request = { follow: false, lineBytesMax: 1000 };
  const watching = new Watching(request, new ScriptedFollower([long, broken, line]));
  await watching.ended;
  const [first, second, third] = watching.steps.flatMap(({ records }) =>
    records.map((each) => JSON.parse(each)),
  );
  const head = { preview: true, timestamp: "1970-01-01T00:00:00.000Z", service: "api" };
  const data = `${"x".repeat(499)}\ufffd`;
  assert.deepEqual(first, {
    ...head,
    id: "w-7",
    type: "ERROR",
    request_id: "5",
    data,
    bytes: long.end - long.start,
  });
  const text = bytes.toString("utf8", start, end);
  assert.deepEqual(second, { ...head, id: "w-8", type: "INFO", data: text, bytes: end - start });
  assert.equal(third.preview, undefined);
});

test("a step is of bounded size, however much comes at once", async () => {
  const data = "x".repeat(10_000);
  const watching = new Watching({ follow: false }, new ScriptedFollower(series(0, 100, { data })));
  await watching.ended;
  assert.equal(watching.seqs.length, 100);
  for (const { records } of watching.steps) assert.ok(records.join("").length < 200_000);
});

test("property: what is sampled is counted, and every level sums up to what matched", async () => {
  const types = fc.array(fc.constantFrom("INFO", "ERROR", "AUDIT", "__proto__"), { maxLength: 200 });
  const input = fc.tuple(
    fc.array(types, { maxLength: 5 }),
    fc.option(fc.nat(100), { nil: undefined }),
    fc.boolean(),
  );
  await fc.assert(
    fc.asyncProperty(input, async ([reads, perSecondMax, onlyErrors]) => {
      let seq = 0;
      const records = reads.map((each) =>
        each.map((type) => recordOf({ seq: seq++, timestamp: seq * 10, type, data: "x".repeat(50) })),
      );
      const type = onlyErrors ? "error" : undefined;
      const watching = new Watching({ follow: false, perSecondMax, type }, new ScriptedFollower(...records));
      await watching.ended;
      const matching = reads.flat().filter((each) => !onlyErrors || each === "ERROR");
      assert.equal(
        sum(watching.steps, ({ matched }) => matched),
        matching.length,
      );
      const counts: Record<string, number> = Object.create(null);
      for (const step of watching.steps) {
        assert.equal(inLevels(step), step.matched);
        assert.ok(step.records.length <= step.matched);
        for (const [, byType] of step.levels) {
          for (const [name, count] of Object.entries(byType)) counts[name] = (counts[name] ?? 0) + count;
        }
      }
      for (const name of new Set(matching)) {
        assert.equal(counts[name], matching.filter((each) => each === name).length);
      }
      watching.seqs.forEach((each, n, all) => {
        assert.ok(n === 0 || each > all[n - 1]!);
      });
      if (perSecondMax === undefined) assert.equal(watching.seqs.length, matching.length);
      assert.equal(watching.steps.filter(({ caughtUp }) => caughtUp).length, 1);
    }),
    { numRuns: 200 },
  );
});

test("however long it takes to look through the records, the thread turns to others every few milliseconds", async () => {
  let turns = 0;
  let others = 0;
  let isDone = false;
  const other = (): void => {
    others++;
    if (!isDone) setImmediate(other);
  };
  const watching = new Watching({ follow: false }, new ScriptedFollower(series(0, 100)), {
    // A millisecond each, at least.
    filter: () => {
      for (const beganMs = performance.now(); performance.now() - beganMs < 1; );
      return false;
    },
    onTurn: (runs) => {
      turns += runs ? 1 : 0;
    },
  });
  other();
  await watching.ended;
  isDone = true;
  assert.ok(turns >= 10 && others >= 10, `${turns} turns, and ${others} of others`);
});

test("what passes between two reads is asked for, by which it was, and counted as missed only where there is no copy", async () => {
  const follower = new ScriptedFollower(series(0, 3));
  follower.holes.push([], [{ writer: "w", from: 3, to: 7 }]);
  const copies = [...series(1, 3), ...series(5, 8)].map(recentOf);
  const asked: string[] = [];
  let added = 2;
  const between: AskedRecent["between"] = {
    async since(after) {
      const kept = copies.slice(Math.min(after, added), added);
      const ranges = kept.map(({ writer, seq, timestamp }) => ({
        writer,
        from: seq,
        to: seq,
        newestMs: timestamp,
      }));
      return { added, ranges };
    },
    async records({ ranges }) {
      asked.push(ranges.map(({ from }) => from).join());
      return copies.filter(({ seq }) => ranges.some(({ from }) => from === seq));
    },
  };
  const recent = { all: () => assert.fail("nothing of before is shown"), between };
  const watching = new Watching({ follow: true }, follower, { recent });
  await watching.until((steps) => sum(steps, ({ matched }) => matched) === 3);
  added = copies.length;
  follower.reads.push(series(8, 10));
  await watching.until((steps) => sum(steps, ({ matched }) => matched) === 8);
  await watching.end();
  assert.deepEqual(watching.seqs, [0, 1, 2, 5, 6, 7, 8, 9]);
  assert.equal(
    sum(watching.steps, ({ missed }) => missed),
    2,
  );
  assert.deepEqual(asked, ["5,6,7"]);
});

test("of what was logged while the follower took its place nothing is shown by copies: the rest of it lies before that place", async () => {
  const follower = new ScriptedFollower(series(3, 4));
  const copy = recentOf(series(1, 2)[0]!);
  const range = { writer: copy.writer, from: 1, to: 1, newestMs: copy.timestamp };
  let nowMs = 0;
  const watching = new Watching({ follow: true }, follower, {
    recent: {
      all: () => assert.fail("nothing of before is shown"),
      between: {
        since: async (after) => (after > 0 ? { added: 0, ranges: [] } : { added: 1, ranges: [range] }),
        records: async () => [copy],
      },
    },
    clock: { ...systemClock, now: () => nowMs },
    follow: async () => {
      nowMs = copy.timestamp + 1;
      return follower;
    },
  });
  await watching.until((steps) => sum(steps, ({ matched }) => matched) > 0);
  await watching.end();
  assert.deepEqual(watching.seqs, [3]);
});
