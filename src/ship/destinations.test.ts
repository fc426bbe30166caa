import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DESTINATIONS_APART_MAX, Destinations, OTHERS } from "./destinations.js";
import type { DestinationVitals } from "./vitals.js";

const to = (stream: string) => ({ group: "g", stream });

test("a destination has what went there, and the error of its last try until one goes through", () => {
  const destinations = new Destinations();
  destinations.stored(to("web"), 3, 300, 1000);
  destinations.failed(to("web"), "no");
  destinations.failed(to("job"), "denied");
  destinations.stored(to("web"), 2, 200, 2000);
  const nothing = { recordsPerSecond: undefined, deliveredAtMs: undefined };
  assert.deepEqual(destinations.list(), [
    {
      ...to("web"),
      ...{ records: 5, bytes: 500, batches: 2, failures: 1, recordsPerSecond: undefined },
      ...{ deliveredAtMs: 2000, lastError: undefined },
    },
    { ...to("job"), records: 0, bytes: 0, batches: 0, failures: 1, ...nothing, lastError: "denied" },
  ]);
});

test("an error is told no more when what it was for became a dead letter", () => {
  const destinations = new Destinations();
  destinations.failed(to("web"), "this record is poison");
  destinations.buried(to("web"));
  const [{ failures, lastError }] = destinations.list() as [DestinationVitals];
  assert.deepEqual([failures, lastError], [1, undefined]);
});

test("rates are those between two looks, and there are none before", () => {
  const destinations = new Destinations();
  const rate = () => destinations.list()[0]!.recordsPerSecond;
  destinations.stored(to("web"), 1000, 1, 0);
  destinations.look(5000);
  assert.equal(rate(), undefined);
  destinations.stored(to("web"), 25, 1, 0);
  destinations.look(15_000);
  assert.equal(rate(), 2.5);
  destinations.look(25_000);
  assert.equal(rate(), 0);
});

test("a long message is shortened, and says so", () => {
  const destinations = new Destinations();
  destinations.failed(to("web"), "x".repeat(10_000_000));
  const { lastError } = destinations.list()[0]!;
  assert.ok(lastError!.length < 1000 && lastError!.endsWith("…"));
});

test("no sum ever falls, whichever streams are told apart, but that of one that begins anew", () => {
  const events = fc.array(fc.tuple(fc.nat(160), fc.integer({ min: 0, max: 3 })), {
    minLength: 300,
    maxLength: 600,
  });
  fc.assert(
    fc.property(events, (all) => {
      const destinations = new Destinations();
      let others = { records: 0, failures: 0 };
      const before = new Map<string, DestinationVitals>();
      for (const [n, records] of all) {
        if (records === 0) destinations.failed(to(`s${n}`), "no");
        else destinations.stored(to(`s${n}`), records, 1, 1);
        const list = destinations.list();
        for (const now of list.filter(({ stream }) => stream !== OTHERS)) {
          const { records = 0, failures = 0 } = before.get(now.stream) ?? {};
          assert.ok(
            now.stream === `s${n}` || (now.records === records && now.failures === failures),
            now.stream,
          );
        }
        const now = list.find(({ stream }) => stream === OTHERS) ?? others;
        assert.ok(now.records >= others.records && now.failures >= others.failures);
        others = now;
        before.clear();
        for (const each of list) before.set(each.stream, each);
      }
    }),
    { numRuns: 20 },
  );
});

test("however many there are, memory is bounded, the sum is kept, and the busiest stand first and apart", () => {
  const puts = fc.array(fc.tuple(fc.nat(450), fc.integer({ min: 1, max: 50 })), {
    minLength: 400,
    maxLength: 1500,
  });
  fc.assert(
    fc.property(puts, fc.integer({ min: 1, max: 120 }), (all, apartMax) => {
      const destinations = new Destinations();
      for (let n = 0; n < 100; n++) destinations.stored(to("busy"), 1000, 1, n);
      for (const [n, records] of all) destinations.stored(to(`s${n}`), records, records, 1);
      const list = destinations.list(apartMax);
      assert.ok(list.length <= Math.min(apartMax, DESTINATIONS_APART_MAX) + 1);
      assert.equal(list[0]!.stream, "busy");
      assert.equal(
        list.reduce((sum, { records }) => sum + records, 0),
        100_000 + all.reduce((sum, [, records]) => sum + records, 0),
      );
      const apart = list.filter(({ stream }) => stream !== OTHERS).map(({ records }) => records);
      assert.deepEqual(
        apart,
        apart.toSorted((a, b) => b - a),
      );
    }),
    { numRuns: 30 },
  );
});
