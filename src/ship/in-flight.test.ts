import assert from "node:assert/strict";
import { test } from "node:test";
import type { Batch } from "../batch/batch.js";
import { ManualClock } from "../system/manual-clock.cases.js";
import { InFlight } from "./in-flight.js";
import { batchWith, recordOf, settle } from "./shipping.cases.js";

/** Batches on their way, each until the test says what became of it. */
function open(max: number, clock = new ManualClock()) {
  const sent: number[] = [];
  const ended: number[] = [];
  const ends = new Map<number, (done: boolean) => void>();
  const inFlight = new InFlight(
    max,
    clock,
    ({ number }) => {
      sent.push(number);
      return new Promise((resolve) => ends.set(number, resolve));
    },
    ({ number }) => ended.push(number),
  );
  const end = async (number: number, done = true) => {
    ends.get(number)!(done);
    await settle();
  };
  return { inFlight, sent, ended, end };
}

function batch(number: number, stream = "web", after: number[] = []): Batch {
  return batchWith([recordOf()], { number, destination: { group: "g", stream }, after });
}

test("a batch waits for a place, and gets the first that becomes free", async () => {
  const { inFlight, sent, ended, end } = open(2);
  await inFlight.add(batch(1));
  await inFlight.add(batch(2));
  let added = false;
  const third = inFlight.add(batch(3)).then(() => {
    added = true;
  });
  await settle();
  assert.deepEqual([added, inFlight.size, sent], [false, 2, [1, 2]]);
  await end(2);
  await third;
  assert.deepEqual([inFlight.size, sent, ended], [2, [1, 2, 3], [2]]);
});

test("a batch goes after those it names, and beside all others", async () => {
  const { inFlight, sent, end } = open(8);
  await inFlight.add(batch(1));
  await inFlight.add(batch(2));
  await inFlight.add(batch(3, "web", [1, 2]));
  await inFlight.add(batch(4));
  await settle();
  assert.deepEqual(sent, [1, 2, 4]);
  await end(1);
  assert.deepEqual(sent, [1, 2, 4]);
  await end(2);
  assert.deepEqual(sent, [1, 2, 4, 3]);
});

test("a batch that names one which has ended long ago goes at once", async () => {
  const { inFlight, sent, end } = open(8);
  await inFlight.add(batch(1));
  await settle();
  await end(1);
  await inFlight.add(batch(2, "web", [1]));
  await settle();
  assert.deepEqual(sent, [1, 2]);
});

test("everything has landed when nothing is on its way, whatever became of it", async () => {
  const { inFlight, end } = open(8);
  await inFlight.landed();
  await inFlight.add(batch(1));
  await inFlight.add(batch(2));
  let landed = false;
  const all = inFlight.landed().then(() => {
    landed = true;
  });
  await settle();
  await end(2, false);
  assert.equal(landed, false);
  await end(1);
  await all;
  assert.equal(inFlight.size, 0);
});

test("a batch that stays takes along the later ones of its destination, also those to come", async () => {
  const { inFlight, sent, ended, end } = open(8);
  await inFlight.add(batch(1));
  await inFlight.add(batch(2, "web", [1]));
  await inFlight.add(batch(3, "other"));
  await settle();
  await end(1, false);
  await inFlight.add(batch(4));
  await inFlight.add(batch(5, "other"));
  await settle();
  assert.deepEqual(sent, [1, 3, 5], "the other destination goes on");
  assert.deepEqual(ended, [1, 2, 4], "what stays does not keep its place");
  inFlight.startAgain();
  await inFlight.add(batch(6));
  await settle();
  assert.deepEqual(sent, [1, 3, 5, 6], "what stays is read again, so its destination goes on");
});

/** One batch goes, and is answered after so long. */
async function answeredAfter(
  ms: number,
  { inFlight, clock, end }: Pick<ReturnType<typeof open>, "inFlight" | "end"> & { clock: ManualClock },
): Promise<void> {
  await inFlight.add(batch(1000));
  await settle();
  clock.advance(ms);
  await end(1000);
}

test("there are few at first, and one more each time that a place takes long to become free", async () => {
  const clock = new ManualClock();
  const { inFlight, sent, end } = open(17, clock);
  await answeredAfter(300, { inFlight, clock, end });
  let added = 0;
  const adding = (async () => {
    for (let number = 1; number <= 18; number++) {
      await inFlight.add(batch(number));
      added = number;
    }
  })();
  const waits = async () => {
    while (clock.timers === 0) await settle();
  };
  await waits();
  assert.equal(added, 8);
  for (let size = 9; size <= 17; size++) {
    clock.advance(2);
    await settle();
    assert.deepEqual([added, inFlight.size], [size, size]);
  }
  clock.advance(1000);
  await settle();
  assert.deepEqual([added, inFlight.size], [17, 17], "no more than the most");
  await end(2);
  await adding;
  assert.equal(sent.length, 19);
});

test("a destination is far until an answer came quickly, and again when answers take longer for some time", async () => {
  const clock = new ManualClock();
  const { inFlight, end } = open(8, clock);
  assert.equal(inFlight.isFar, true);
  const answered = async (number: number, ms: number) => {
    await inFlight.add(batch(number));
    await settle();
    clock.advance(ms);
    await end(number);
    return inFlight.isFar;
  };
  assert.equal(await answered(1, 300), true);
  assert.equal(await answered(2, 5), false);
  let slow = 3;
  while (!(await answered(slow, 300))) slow++;
  assert.ok(slow > 10 && slow < 40, `after ${slow}`);
});

test("no more than twice as many are on their way to a destination that answers quickly", async () => {
  const clock = new ManualClock();
  const { inFlight, sent, end } = open(64, clock);
  await answeredAfter(5, { inFlight, clock, end });
  let added = 1;
  void (async () => {
    for (let number = 2; number <= 40; number++) {
      await inFlight.add(batch(number));
      added = number;
    }
  })();
  for (let turn = 0; turn < 100; turn++) {
    await settle();
    clock.advance(2);
  }
  assert.deepEqual([added, inFlight.size, sent.length], [17, 16, 17]);
});
