/** A clock that is set back by hours: what waits for a time waits no longer for it than it would have. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { ManualClock } from "../system/manual-clock.cases.js";
import type { ShipperOptions } from "./shipper-options.js";
import {
  delivered,
  MemorySource,
  openShipperOn,
  retry,
  ScriptedSink,
  seriesOf,
  settle,
  split,
} from "./shipping.cases.js";

const HOURS_MS = 3 * 3_600_000;
const LOOK_MS = 250;

/** A shipper that runs, on a clock whose timers go on when it is set back, as those of a machine do. */
function run(
  context: TestContext,
  sink: ScriptedSink,
  records: number,
  options: Partial<ShipperOptions> = {},
) {
  const timers = new ManualClock();
  const world = { backMs: 0 };
  const clock = { ...timers, now: () => timers.now() - world.backMs };
  const source = new MemorySource("one", seriesOf(records, { timestamp: timers.now() }));
  const open = openShipperOn([source], sink, { clock, ...options });
  const running = open.shipper.run(open.stop.signal);
  context.after(async () => {
    open.stop.abort();
    await running;
  });
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= LOOK_MS) {
      await settle();
      timers.advance(LOOK_MS);
    }
    await settle();
  };
  return { ...open, clock, world, source, pass };
}

test("an open circuit is tried again", async (context) => {
  let away = true;
  const { world, source, shipper, pass } = run(
    context,
    new ScriptedSink(() => (away ? retry() : delivered())),
    1000,
  );
  await pass(20_000);
  assert.equal(shipper.circuits.isClosed, false);
  away = false;
  world.backMs = HOURS_MS;
  await pass(1000);
  assert.equal(source.acknowledged.size, 1000);
});

test("records that wait go after the interval", async (context) => {
  const { world, source, pass } = run(context, new ScriptedSink(), 10);
  await pass(1000);
  world.backMs = HOURS_MS;
  await pass(121_000);
  assert.equal(source.acknowledged.size, 10);
});

test("a flush that is asked for afterwards is seen", async (context) => {
  const { world, source, buffer, clock, pass } = run(context, new ScriptedSink(), 10);
  buffer.flushAskedAtMs = clock.now();
  await pass(1000);
  source.records.push(...seriesOf(20, { timestamp: clock.now() }).slice(10));
  world.backMs = HOURS_MS;
  buffer.flushAskedAtMs = clock.now();
  await pass(1000);
  assert.equal(source.acknowledged.size, 20);
});

test("dead letters that could not be written are tried again", async (context) => {
  const { world, source, letterBox, pass } = run(context, new ScriptedSink(() => split()), 1000, {
    policy: { tries: 1, splitWays: 16, backoff: { baseMs: 1, maxMs: 1 } },
  });
  letterBox.error = new Error("no room");
  await pass(5000);
  assert.equal(source.acknowledged.size, 0);
  letterBox.error = undefined;
  world.backMs = HOURS_MS;
  await pass(5000);
  assert.equal(source.acknowledged.size, 1000);
});
