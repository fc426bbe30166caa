import assert from "node:assert/strict";
import { test } from "node:test";
import { inTime } from "./check.js";

const never = new AbortController().signal;

function hang(): Promise<string> {
  return new Promise(() => {});
}

test("what hangs is late, and is told so", { timeout: 10_000 }, async () => {
  let told: AbortSignal | undefined;
  const work = (ended: AbortSignal) => {
    told = ended;
    return hang();
  };
  assert.equal(await inTime(1, never, work, () => "late"), "late");
  assert.equal(told?.aborted, true);
});

test("what is asked to stop is late at once, whatever time it has", { timeout: 10_000 }, async () => {
  const stop = new AbortController();
  const running = inTime(3_600_000, stop.signal, hang, () => "late");
  stop.abort();
  assert.equal(await running, "late");
  assert.equal(await inTime(3_600_000, stop.signal, hang, () => "late"), "late");
});

test("what comes in time is taken, an error too, and no timer is left behind", {
  timeout: 10_000,
}, async () => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const before = timers();
  assert.equal(
    await inTime(
      3_600_000,
      never,
      async () => "done",
      () => "late",
    ),
    "done",
  );
  const broken = async () => Promise.reject(new Error("broken"));
  await assert.rejects(
    inTime(3_600_000, never, broken, () => "late"),
    { message: "broken" },
  );
  assert.equal(timers(), before);
});
