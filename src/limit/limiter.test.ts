/** What is held back, that none of it is forgotten, and when it is reported. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ManualClock } from "../system/manual-clock.cases.js";
import { Limiter, type LimiterOptions, type Suppressed } from "./limiter.js";

function open(options: Partial<LimiterOptions>) {
  const clock = new ManualClock();
  const reports: Suppressed[] = [];
  const report = (said: Suppressed) => reports.push(said) > 0;
  const limiter = new Limiter({ limit: {}, sample: {}, clock, chance: () => 0.5, report, ...options });
  const admitted = (service: string, type: string, records: number) =>
    Array.from({ length: records }, () => limiter.admits(service, type)).filter(Boolean).length;
  return { limiter, clock, reports, admitted };
}

test("of each service and type so many are let through in a second, and again in the next", () => {
  const { admitted, clock } = open({ limit: { "*": 3, debug: 1 } });
  for (let second = 0; second < 3; second++) {
    assert.equal(admitted("a", "INFO", 10), 3);
    assert.equal(admitted("a", "AUDIT", 10), 3);
    assert.equal(admitted("b", "INFO", 2), 2);
    assert.equal(admitted("a", "DEBUG", 10), 1);
    clock.advance(999);
    assert.equal(admitted("a", "INFO", 10), 0);
    clock.advance(1);
  }
  clock.setBack(3_600_000);
  assert.equal(admitted("a", "INFO", 10), 3, "a clock that is set back stops nothing");
});

test("types without a rule are not touched, and cost no timer", () => {
  const { admitted, clock, limiter } = open({ limit: { DEBUG: 1 }, sample: { TRACE: 0.5 } });
  assert.equal(admitted("a", "INFO", 1000), 1000);
  assert.equal(admitted("a", "DEBUG", 1), 1);
  assert.equal(clock.timers, 0);
  assert.deepEqual(limiter.totals, { limit: 0, sample: 0 });
});

test("a share is a share", () => {
  let next = 0;
  const { admitted } = open({ sample: { DEBUG: 0.1, none: 0, all: 1 }, chance: () => (next++ % 100) / 100 });
  assert.equal(admitted("a", "DEBUG", 1000), 100);
  assert.equal(admitted("a", "none", 1000), 0);
  assert.equal(admitted("a", "all", 1000), 1000);
});

test("a limit is reported ten seconds after it was reached, a share after a minute, by service, type and cause", () => {
  const { admitted, clock, reports } = open({ limit: { INFO: 1, WARN: 1 }, sample: { DEBUG: 0 } });
  const startMs = clock.now();
  admitted("a", "DEBUG", 5);
  clock.advance(59_999);
  assert.equal(reports.length, 0);
  clock.advance(1);
  const since = { sinceMs: startMs, untilMs: startMs + 60_000 };
  assert.deepEqual(reports.splice(0), [
    { service: "a", total: 5, byType: { DEBUG: 5 }, byCause: { sample: 5 }, ...since },
  ]);
  admitted("a", "DEBUG", 2);
  admitted("a", "INFO", 3);
  admitted("a", "WARN", 2);
  admitted("b", "INFO", 4);
  assert.equal(clock.timers, 1);
  clock.advance(9999);
  assert.equal(reports.length, 0);
  clock.advance(1);
  assert.deepEqual(
    reports.map(({ service, total, byType, byCause }) => [service, total, byType, byCause]),
    [
      ["a", 5, { DEBUG: 2, INFO: 2, WARN: 1 }, { limit: 3, sample: 2 }],
      ["b", 3, { INFO: 3 }, { limit: 3 }],
    ],
  );
  assert.equal(clock.timers, 0, "who holds nothing back is left alone");
});

test("what is let through and what is reported are all there was, whatever happens between", () => {
  const names = fc.constantFrom("a", "b", "__proto__", "(others)", "x".repeat(100));
  const step = fc.oneof(
    fc.record({ service: names, type: names, records: fc.integer({ min: 1, max: 9 }) }),
    fc.constantFrom("wait", "long wait", "set back", "no room", "room") as fc.Arbitrary<string>,
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let hasRoom = true;
      let reported = 0;
      let seen = 0;
      let all = 0;
      const report = ({ total, byType, byCause }: Suppressed): boolean => {
        if (!hasRoom) return false;
        assert.equal(
          Object.values(byType).reduce((sum, each) => sum + each, 0),
          total,
        );
        assert.equal((byCause.limit ?? 0) + (byCause.sample ?? 0), total);
        reported += total;
        return true;
      };
      let chance = 0;
      const { limiter, clock, admitted } = open({
        limit: { "*": 2 },
        sample: { b: 0.5 },
        report,
        chance: () => (chance++ % 2) / 2,
      });
      for (const each of steps) {
        if (typeof each === "object") {
          all += each.records;
          seen += admitted(each.service, each.type, each.records);
        } else if (each === "set back") clock.setBack(5000);
        else if (each.endsWith("wait")) clock.advance(each === "wait" ? 700 : 70_000);
        else hasRoom = each === "room";
      }
      hasRoom = true;
      limiter.close();
      assert.equal(seen + reported, all);
      assert.equal(limiter.totals.limit + limiter.totals.sample, reported);
      assert.equal(clock.timers, 0);
    }),
  );
});

test("a type is found however its name is written, and a name of its own goes before", () => {
  const { admitted } = open({ limit: { audit: 1, note: 2, NOTE: 3, debug: 4 } });
  const seen = ["audit", "AUDIT", "note", "NOTE", "DEBUG", "Audit"].map((type) => admitted("a", type, 9));
  assert.deepEqual(seen, [1, 1, 2, 3, 4, 9]);
});

test("what is held back while a report is written is in the next one", () => {
  const reports: number[] = [];
  const opened = open({
    limit: { INFO: 1 },
    report: ({ total }) => {
      // As where writing it makes others log.
      if (reports.length === 0) for (let i = 0; i < 7; i++) opened.limiter.admits("a", "INFO");
      return reports.push(total) > 0;
    },
  });
  opened.admitted("a", "INFO", 5);
  opened.clock.advance(10_000);
  opened.clock.advance(10_000);
  opened.limiter.close();
  // One of those that came meanwhile was let through, in a second of its own.
  assert.deepEqual(reports, [4, 6]);
  assert.equal(opened.limiter.totals.limit, 10);
});

test("all that was held back so far is told by service, level and cause, and few are told apart", () => {
  const { limiter, admitted } = open({ limit: { "*": 1 }, sample: { DEBUG: 0 } });
  admitted("a", "DEBUG", 3);
  admitted("b", "INFO", 9);
  admitted("b", "AUDIT", 3);
  admitted("b", "ACCESS", 4);
  limiter.reportNow();
  const told = [
    { service: "b", type: "INFO", cause: "limit", records: 8 },
    { service: "b", type: "other", cause: "limit", records: 5 },
    { service: "a", type: "DEBUG", cause: "sample", records: 3 },
  ];
  assert.deepEqual(limiter.heldBack(), told);
  for (let i = 0; i < 200; i++) admitted(`service-${i}`, "INFO", 2);
  const all = limiter.heldBack();
  assert.deepEqual(all.slice(0, 1), [
    { service: "(others)", type: "(others)", cause: "limit", records: 153 },
  ]);
  assert.ok(all.length <= 51);
  assert.equal(
    all.reduce((sum, { records }) => sum + records, 0),
    216,
  );
});

test("names without end are held back together, and counted", () => {
  const { limiter, reports } = open({ limit: { "*": 1 } });
  let seen = 0;
  for (let i = 0; i < 20_000; i++) if (limiter.admits(`service-${i}`, "INFO")) seen++;
  limiter.close();
  assert.equal(seen, 1001);
  assert.deepEqual(
    reports.map(({ service, total }) => [service, total]),
    [[undefined, 18_999]],
  );
});
