import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LatencyHistogram, latencyQuantile, latencySince } from "./latency.js";
import { LATENCY_BUCKETS_MS, type Latency } from "./vitals.js";

function of(...ms: number[]): Latency {
  const histogram = new LatencyHistogram();
  for (const each of ms) histogram.add(each);
  return histogram.taken;
}

test("each put is in the bucket whose bound it does not pass, and beyond the last in the rest", () => {
  const { buckets, count, sumMs } = of(0, 5, 5.1, 10, 30_000, 30_001);
  assert.deepEqual(
    [buckets[0], buckets[1], buckets.at(-2), buckets.at(-1), count, sumMs],
    [2, 2, 1, 1, 6, 60_021],
  );
  assert.equal(buckets.length, LATENCY_BUCKETS_MS.length + 1);
});

test("what was taken before is not changed by what comes, and the difference is what came", () => {
  const histogram = new LatencyHistogram();
  histogram.add(1);
  const before = histogram.taken;
  histogram.add(700);
  assert.deepEqual(latencySince(histogram.taken, before), of(700));
  assert.equal(before.count, 1);
});

test("there is no quantile of nothing, and beyond the last bound it is that", () => {
  assert.equal(latencyQuantile(of(), 0.5), undefined);
  assert.equal(latencyQuantile(of(90_000), 0.5), 30_000);
});

test("a quantile lies in the bucket of the put that it falls on, and rises with its share", () => {
  const share = fc.double({ min: 0.01, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.nat(29_999), { minLength: 1 }), share, share, (all, one, other) => {
      const sorted = [...all].sort((a, b) => a - b);
      const exact = sorted[Math.max(0, Math.ceil(one * all.length) - 1)]!;
      const at = LATENCY_BUCKETS_MS.findIndex((boundMs) => exact <= boundMs);
      const estimate = latencyQuantile(of(...all), one)!;
      assert.ok(estimate >= (LATENCY_BUCKETS_MS[at - 1] ?? 0) && estimate <= LATENCY_BUCKETS_MS[at]!);
      const [low, high] = [Math.min(one, other), Math.max(one, other)];
      assert.ok(latencyQuantile(of(...all), low)! <= latencyQuantile(of(...all), high)!);
    }),
  );
});
