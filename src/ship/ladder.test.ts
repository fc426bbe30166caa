import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { FailureCause } from "../sink/sink.js";
import {
  failed,
  type LadderPolicy,
  type LadderState,
  nextStep,
  type Step,
  settled,
  startLadder,
} from "./ladder.js";

const DEFAULTS: LadderPolicy = { tries: 3, splitWays: 4 };
type Send = Step & { do: "send" };
/** Why a send fails; undefined when it is stored. */
type Fate = (send: Send) => FailureCause | undefined;

/** Goes up the ladder to its end; every send is checked against what is left. */
function climb(items: number, fate: Fate, policy = DEFAULTS) {
  const sends: Send[] = [];
  const stored: number[] = [];
  const buried: { index: number; tries: number }[] = [];
  let next = 0;
  let sendsBeforeVerdict: number | undefined;
  let state: LadderState = startLadder(items);
  for (;;) {
    const step = nextStep(state);
    switch (step.do) {
      case "done":
        assert.equal(next, items, "nothing is left out");
        return { sends, stored, buried, parked: 0, sendsBeforeVerdict };
      case "park":
        sendsBeforeVerdict ??= sends.length;
        return { sends, stored, buried, parked: items - next, sendsBeforeVerdict };
      case "bury":
        assert.equal(step.index, next, "in order");
        sendsBeforeVerdict ??= sends.length;
        buried.push({ index: step.index, tries: step.tries });
        next++;
        state = settled(state);
        break;
      case "send": {
        assert.equal(step.from, next, "in order, and nothing twice");
        assert.ok(step.to > step.from && step.to <= items);
        sends.push(step);
        const cause = fate(step);
        if (cause === undefined) {
          for (; next < step.to; next++) stored.push(next);
          state = settled(state);
        } else {
          state = failed(state, cause, policy);
        }
      }
    }
  }
}

const widths = (sends: readonly Send[]) => sends.map(({ from, to }) => to - from);

test("a batch that is stored at once is sent once", () => {
  const { sends, stored } = climb(5, () => undefined);
  assert.deepEqual(sends, [{ do: "send", from: 0, to: 5, failures: 0, tries: 1 }]);
  assert.deepEqual(stored, [0, 1, 2, 3, 4]);
});

test("three tries, then four parts with three tries each: 15 at worst, then the verdict", () => {
  // The parts go through at their last try, but for the last one.
  let failures = 0;
  const { sends, parked } = climb(100, ({ from, to, failures: before }) => {
    const goesThrough = to - from < 100 && to < 100 && before === 2;
    failures += goesThrough ? 0 : 1;
    return goesThrough ? undefined : "unavailable";
  });
  assert.deepEqual(widths(sends), [100, 100, 100, ...Array(12).fill(25)]);
  assert.deepEqual([sends.length, failures, parked], [15, 12, 25]);
  assert.deepEqual(
    sends.map(({ tries }) => tries),
    [1, 2, 3, 4, 5, 6, 4, 5, 6, 4, 5, 6, 4, 5, 6],
  );
});

test("an outage parks everything from the first part on", () => {
  for (const cause of ["throttled", "unavailable", "timeout", "network"] as const) {
    const { sends, buried, parked } = climb(100, () => cause);
    assert.deepEqual(widths(sends), [100, 100, 100, 25, 25, 25], cause);
    assert.deepEqual([buried.length, parked], [0, 100]);
  }
});

test("credentials and permissions park the batch after its own tries", () => {
  for (const cause of ["credentials", "denied"] as const) {
    const { sends, buried, parked } = climb(100, () => cause);
    assert.deepEqual(widths(sends), [100, 100, 100]);
    assert.deepEqual([buried.length, parked], [0, 100]);
  }
});

test("one record at fault among ten thousand is found, and the rest is stored in order", () => {
  const poison = 7321;
  const { sends, stored, buried, sendsBeforeVerdict } = climb(10_000, ({ from, to }) =>
    from <= poison && poison < to ? "data" : undefined,
  );
  assert.deepEqual(
    buried.map(({ index }) => index),
    [poison],
  );
  assert.equal(stored.length, 9999);
  // The third of the parts is the one at fault; then it is split further, at once each time.
  assert.equal(sends.filter(({ to, from }) => to - from >= 2500).length, 3 + 1 + 1 + 3 + 1);
  assert.ok(sends.length < 40 && sendsBeforeVerdict! < 40, `${sends.length} sends`);
});

test("a batch of one record is not split", () => {
  assert.deepEqual(climb(1, () => "data").buried, [{ index: 0, tries: 3 }]);
  assert.deepEqual(widths(climb(1, () => "timeout").sends), [1, 1, 1]);
});

const causes = fc.constantFrom<FailureCause>(
  "throttled",
  "unavailable",
  "timeout",
  "network",
  "credentials",
  "denied",
  "data",
);
const policies = fc.record({
  tries: fc.integer({ min: 1, max: 5 }),
  splitWays: fc.integer({ min: 2, max: 8 }),
});
const counts = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 20_000 }));

test("property: whatever the answers, the ladder ends, loses nothing, and keeps its figures", () => {
  fc.assert(
    fc.property(
      counts,
      policies,
      fc.infiniteStream(fc.option(causes, { nil: undefined, freq: 3 })),
      (items, policy, answers) => {
        const causeOf: FailureCause[] = [];
        const { sends, stored, buried, parked } = climb(
          items,
          () => {
            const cause = answers.next().value;
            if (cause !== undefined) causeOf.push(cause);
            return cause;
          },
          policy,
        );
        assert.equal(stored.length + buried.length + parked, items);
        const ofWhole = sends.filter(({ from, to }) => to - from === items);
        assert.ok(items === 1 || ofWhole.length <= policy.tries);
        for (const { failures } of sends) assert.ok(failures < policy.tries);
        assert.ok(parked === 0 || causeOf.at(-1) !== "data", "what is parked is not the data's fault");
        assert.ok(buried.length === 0 || causeOf.includes("data"), "only data makes dead letters");
      },
    ),
    { numRuns: 500 },
  );
});

test("property: before its verdict an outage costs a batch no more tries than the policy says", () => {
  fc.assert(
    fc.property(counts, policies, fc.infiniteStream(fc.boolean()), (items, policy, luck) => {
      const { sends } = climb(
        items,
        ({ failures }) =>
          failures === policy.tries - 1 && luck.next().value === true ? undefined : "unavailable",
        policy,
      );
      assert.ok(sends.length <= policy.tries * (1 + policy.splitWays), `${sends.length} sends`);
    }),
    { numRuns: 500 },
  );
});

test("property: exactly the records at fault become dead letters, whichever they are", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 300 }),
      policies,
      fc.array(fc.nat(299), { maxLength: 12 }),
      (items, policy, some) => {
        const poison = new Set(some.filter((index) => index < items));
        const { stored, buried, parked } = climb(
          items,
          ({ from, to }) => {
            for (let index = from; index < to; index++) if (poison.has(index)) return "data";
            return undefined;
          },
          policy,
        );
        assert.equal(parked, 0);
        assert.deepEqual(
          buried.map(({ index }) => index),
          [...poison].sort((a, b) => a - b),
        );
        assert.equal(stored.length, items - poison.size);
      },
    ),
    { numRuns: 500 },
  );
});
