import assert from "node:assert/strict";
import { test } from "node:test";
import type { LogBuffer, Source } from "../buffer/buffer.js";
import { ManualClock } from "../system/manual-clock.cases.js";
import { Urgency } from "./urgency.js";

function openUrgency({ mayRest }: { mayRest?: true } = { mayRest: true }) {
  const clock = new ManualClock();
  const state = { flushRequestedAtMs: 0, records: 0 };
  const flushRequestedAtMs = () => state.flushRequestedAtMs;
  const buffer = { flushRequestedAtMs, ...(mayRest && { mayRest }) } as unknown as LogBuffer;
  const source = {
    unread: () => ({ records: state.records, bytes: state.records, oldestMs: undefined }),
  } as unknown as Source;
  const urgency = new Urgency(
    { buffer, clock, intervalMs: 120_000, flushRecords: 1000, flushBytes: 1 << 20 },
    { ask: async (question) => await question(), guarded: (question) => question() },
  );
  /** Looks for `ms`, as often as it wants to be looked; what came of it. */
  async function look(ms: number): Promise<{ looks: number; due: number }> {
    const untilMs = clock.elapsed() + ms;
    const seen = { looks: 0, due: 0 };
    while (clock.elapsed() < untilMs) {
      seen.due += (await urgency.isDue([source])) ? 1 : 0;
      seen.looks++;
      clock.advance(urgency.lookAgainMs);
    }
    return seen;
  }
  return { state, urgency, look };
}

test("looks every one and a half seconds, and through all sources every ten or so, when nothing has come for a while", async () => {
  const { look } = openUrgency();
  await look(10_000);
  assert.deepEqual(await look(60_000), { looks: 40, due: 6 });
});

test("looks five times a second again when a record comes, or a request to send everything", async () => {
  const { state, urgency, look } = openUrgency();
  await look(10_000);
  assert.equal(urgency.lookAgainMs, 1500);
  state.records = 1;
  await look(1500);
  assert.equal(urgency.lookAgainMs, 200);
  state.records = 0;
  await look(10_000);
  assert.equal(urgency.lookAgainMs, 1500);
  state.flushRequestedAtMs = 1;
  await look(1500);
  assert.equal(urgency.lookAgainMs, 200);
});

test("goes on looking five times a second where leases may expire meanwhile", async () => {
  const { urgency, look } = openUrgency({});
  await look(10_000);
  assert.equal(urgency.lookAgainMs, 200);
});
