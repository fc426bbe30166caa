/** G4: a writer's order by timestamp is its order by seq, whatever the machine's clock does. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FakeCloudWatch } from "../../src/testing/index.js";
import { Program } from "../harness/program.js";
import { eventsOf } from "./harness/kill-round.js";
import { chooseSeed } from "./harness/random.js";
import { shipHere } from "./harness/shipping.js";
import type { ClockPlan } from "./programs/clock.js";

const CALLS = 5000;

test("a clock that is set back holds the time, in order, and the held calls are counted", async (context) => {
  const cloud = await FakeCloudWatch.start({ quotas: false });
  const dir = mkdtempSync(join(tmpdir(), "dragonlog-clock-"));
  context.after(async () => {
    await cloud.stop();
    rmSync(dir, { recursive: true });
  });
  const seed = chooseSeed();
  context.diagnostic(`replay with CRASH_SEED=${seed}`);
  const plan: ClockPlan = { dir, seed, calls: CALLS };
  const { code, stdout, stderr } = await Program.start("crash/programs/clock", plan).ended;
  assert.equal(code, 0, stderr);
  await shipHere(dir, cloud);

  let highestMs = 0;
  let heldBack = 0;
  let held = 0;
  const events = eventsOf(cloud, "clock");
  assert.equal(events.length, CALLS);
  for (const [n, { timestamp, message }] of events.entries()) {
    const { metadata, id } = JSON.parse(message) as { metadata: { n: number; clock: number }; id: string };
    assert.deepEqual([metadata.n, id.slice(id.lastIndexOf("-") + 1)], [n, String(n)], `seed ${seed}`);
    heldBack += metadata.clock < highestMs ? 1 : 0;
    highestMs = Math.max(highestMs, metadata.clock);
    held += timestamp === highestMs ? 1 : 0;
  }
  assert.equal(held, CALLS, "every record stands at the highest time that the clock had shown");
  assert.ok(heldBack > 0, "the clock was set back");
  assert.equal((JSON.parse(stdout) as { heldBack: number }).heldBack, heldBack);
});
