import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "./manual-clock.cases.js";
import { within } from "./within.js";

test("what is done in time counts, and the clock is left alone afterwards", async () => {
  const clock = new ManualClock();
  assert.equal(await within(clock, 100, Promise.resolve(7)), 7);
  await assert.rejects(within(clock, 100, Promise.reject(new Error("no"))), /^Error: no$/);
  assert.equal(clock.timers, 0);
});

test("what comes too late counts for nothing, whether it is done or fails", async () => {
  const clock = new ManualClock();
  let fail = (_: Error): void => {};
  const work = new Promise<number>((_, reject) => {
    fail = reject;
  });
  const ended = within(clock, 100, work);
  clock.advance(99);
  assert.equal(clock.timers, 1);
  clock.advance(1);
  assert.equal(await ended, undefined);
  // A rejection that nobody looked at would end this process.
  fail(new Error("too late"));
  await new Promise(setImmediate);
});
