import assert from "node:assert/strict";
import { test } from "node:test";
import { elapsedClock, systemClock } from "./clock.js";

function open() {
  const world = { monotonicMs: 5000, wallMs: 1_000_000 };
  const elapsed = elapsedClock(
    () => world.monotonicMs,
    () => world.wallMs,
  );
  const pass = (ms: number): void => {
    world.monotonicMs += ms;
    world.wallMs += ms;
  };
  return { world, elapsed, pass };
}

test("it goes on when the clock is set back, and neither waits for where that was nor counts it when it is set right", () => {
  const { world, elapsed, pass } = open();
  const start = elapsed();
  world.wallMs -= 3_600_000;
  pass(700);
  assert.equal(elapsed() - start, 700);
  pass(700);
  assert.equal(elapsed() - start, 1400);
});

test("what a machine sleeps counts, once", () => {
  const { world, elapsed, pass } = open();
  const start = elapsed();
  world.wallMs += 60_000;
  pass(1);
  assert.equal(elapsed() - start, 60_001);
  pass(1);
  assert.equal(elapsed() - start, 60_002);
});

test("clocks that are read at different moments do not add up to time", () => {
  const { world, elapsed, pass } = open();
  const start = elapsed();
  for (let look = 0; look < 1000; look++) {
    // The clock of the day shows whole milliseconds.
    world.wallMs += look % 2 === 0 ? 1 : -1;
    pass(0.5);
    elapsed();
  }
  assert.equal(elapsed() - start, 500);
});

test("a wait that is longer than a timer can count is as long as one can be", async () => {
  const called: string[] = [];
  const cancels = [2 ** 31, Number.POSITIVE_INFINITY].map((ms) =>
    systemClock.after(ms, () => void called.push("too early")),
  );
  await new Promise<void>((resolve) => void systemClock.after(5, resolve, true));
  for (const cancel of cancels) cancel();
  assert.deepEqual(called, []);
});

test("the machine's own does not run back", () => {
  const looks = Array.from({ length: 1000 }, () => systemClock.elapsed());
  assert.deepEqual(
    looks,
    looks.toSorted((a, b) => a - b),
  );
});
