import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Allowance, sampleOf } from "./sample.js";

const types = fc.array(fc.constantFrom("INFO", "DEBUG", "AUDIT", "ERROR", "fatal"), { maxLength: 300 });
const isError = (type: string) => /^(error|fatal)$/i.test(type);

test("property: a sample rises, has as many as it may, and leaves no error out for something else", () => {
  fc.assert(
    fc.property(types, fc.nat(320), (all, max) => {
      const sample = sampleOf(all, max);
      assert.equal(sample.length, Math.min(max, all.length));
      sample.forEach((index, n) => {
        assert.ok(index < all.length && (n === 0 || index > sample[n - 1]!));
      });
      const errors = sample.filter((index) => isError(all[index]!)).length;
      assert.equal(errors, Math.min(max, all.filter(isError).length));
    }),
  );
});

test("a sample is even: its gaps differ by one at most", () => {
  const sample = sampleOf(new Array<string>(1000).fill("INFO"), 7);
  const gaps = sample.slice(1).map((index, n) => index - sample[n]!);
  assert.ok(Math.max(...gaps) - Math.min(...gaps) <= 1, `${sample}`);
  assert.ok(sample[0]! < 143 && sample[6]! >= 857, `${sample}`);
});

test("property: no more than so many in any second beyond the first, however it is asked", () => {
  const steps = fc.array(fc.tuple(fc.nat(500), fc.nat(400)), { maxLength: 200 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), steps, (perSecond, asked) => {
      const allowance = new Allowance(perSecond, 0);
      let now = 0;
      let taken = 0;
      for (const [ms, wanted] of asked) {
        now += ms;
        const got = allowance.take(wanted, now);
        assert.ok(got >= 0 && got <= Math.min(wanted, perSecond));
        taken += got;
        assert.ok(taken <= perSecond + (now / 1000) * perSecond + 1e-6);
      }
    }),
  );
});
