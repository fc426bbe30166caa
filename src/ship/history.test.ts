import assert from "node:assert/strict";
import { test } from "node:test";
import { type Counted, History, STEPS_MAX } from "./history.js";
import { LatencyHistogram } from "./latency.js";
import type { JournalLook } from "./lookout.js";

const NOTHING: Counted = {
  records: 0,
  bytes: 0,
  failures: 0,
  deadLetters: 0,
  putLatency: new LatencyHistogram().taken,
};

function journal(waiting: number, dropped: Record<string, number> = {}, writer = "w"): JournalLook {
  return {
    writer,
    dropped,
    service: "web",
    dir: "/j",
    bytes: 0,
    bytesMax: undefined,
    waiting: { records: waiting, bytes: waiting * 100, oldestMs: undefined },
  };
}

test("what is logged is summed up, and never falls, whatever is delivered or deleted", () => {
  const history = new History();
  history.look(0, 0, [journal(100)], NOTHING);
  assert.deepEqual(history.logged, { records: 0, bytes: 0 });
  history.look(0, 10_000, [journal(150)], { ...NOTHING, records: 20, bytes: 2000 });
  assert.deepEqual(history.logged, { records: 70, bytes: 7000 });
  // Somebody deletes a journal.
  history.look(0, 20_000, [], { ...NOTHING, records: 20, bytes: 2000 });
  history.look(0, 30_000, [journal(5)], { ...NOTHING, records: 30, bytes: 3000 });
  assert.deepEqual(history.logged, { records: 85, bytes: 8500 });
});

test("a shipper that starts on a backlog shows no rates before it has measured, and then no burst that was none", () => {
  const history = new History();
  history.look(1000, 0, [journal(1_000_000)], NOTHING);
  assert.deepEqual([history.steps, history.rates], [[], undefined]);
  history.look(11_000, 10_000, [journal(900_500)], { ...NOTHING, records: 100_000, bytes: 5_000_000 });
  const [{ inRecords, outRecords, outBytes, stepMs, atMs, waitingRecords }] = history.steps as [
    (typeof history.steps)[0],
  ];
  assert.deepEqual(
    [inRecords, outRecords, outBytes, stepMs, atMs, waitingRecords],
    [500, 100_000, 5_000_000, 10_000, 11_000, 900_500],
  );
  assert.deepEqual(history.rates, { overMs: 10_000, inRecords: 50, outRecords: 10_000, outBytes: 500_000 });
});

test("what became a dead letter was logged, and what disappears was not logged backwards", () => {
  const history = new History();
  history.look(0, 0, [journal(10)], NOTHING);
  history.look(0, 10_000, [journal(5)], { ...NOTHING, records: 3, deadLetters: 4, failures: 2 });
  history.look(0, 20_000, [], { ...NOTHING, records: 3, deadLetters: 4, failures: 2 });
  assert.deepEqual(
    history.steps.map(({ inRecords, deadLetters, failures }) => [inRecords, deadLetters, failures]),
    [
      [2, 4, 2],
      [0, 0, 0],
    ],
  );
});

test("drops are those of the step, by writer: one that is gone takes nothing from the others", () => {
  const history = new History();
  let elapsedMs = 0;
  const dropped = (...journals: JournalLook[]) => {
    elapsedMs += 10_000;
    history.look(0, elapsedMs, journals, NOTHING);
    return history.steps.at(-1)?.dropped;
  };
  dropped(journal(0, { full: 5 }), journal(0, { full: 100 }, "v"));
  assert.equal(dropped(journal(0, { full: 7, closed: 1 })), 3);
  assert.equal(dropped(journal(0, { full: 7, closed: 1 }), journal(0, { full: 2 }, "new")), 2);
});

test("put times are those of the step alone", () => {
  const history = new History();
  const puts = new LatencyHistogram();
  const look = (elapsedMs: number) => history.look(0, elapsedMs, [], { ...NOTHING, putLatency: puts.taken });
  look(0);
  puts.add(4000);
  look(10_000);
  puts.add(3);
  look(20_000);
  look(30_000);
  const [slow, quick, none] = history.steps;
  assert.ok(slow!.putMsP50! > 2500 && slow!.putMsP99! <= 5000);
  assert.ok(quick!.putMsP99! <= 5);
  assert.deepEqual([none!.putMsP50, none!.putMsP99], [undefined, undefined]);
});

test("an hour is kept and no more; a clock that is set, and a look too soon, make no step of nothing", () => {
  const history = new History();
  for (let n = 0; n <= STEPS_MAX + 5; n++) history.look(-n, n * 10_000, [], { ...NOTHING, records: n });
  assert.equal(history.steps.length, STEPS_MAX);
  assert.ok(history.steps.every(({ outRecords, stepMs }) => outRecords === 1 && stepMs === 10_000));
  const before = history.steps;
  history.look(0, (STEPS_MAX + 5) * 10_000 + 10, [], { ...NOTHING, records: 1e9 });
  assert.deepEqual(history.steps, before);
});

test("rates are those of the last half minute, and stay as they are while nothing passes", () => {
  const history = new History();
  let records = 0;
  let elapsedMs = 0;
  const look = (more: number, stepMs = 10_000) => {
    records += more;
    elapsedMs += stepMs;
    history.look(0, elapsedMs, [], { ...NOTHING, records });
    return history.rates;
  };
  look(0);
  look(9000);
  look(0);
  assert.equal(look(600, 10_004)!.outRecords, 320);
  look(0);
  look(0);
  const quiet = look(0, 10_003);
  assert.deepEqual(quiet, { overMs: 30_000, inRecords: 0, outRecords: 0, outBytes: 0 });
  assert.deepEqual(look(0, 9998), quiet);
});
