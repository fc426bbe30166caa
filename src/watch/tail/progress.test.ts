import assert from "node:assert/strict";
import { test } from "node:test";
import type { LiveStep } from "../../live/live-step.js";
import { Progress } from "./progress.js";

const STARTED_MS = Date.UTC(2026, 0, 1);
const NOW_MS = STARTED_MS + 600_000;

const line = (writer: string, seq: number, afterMs = 0): string =>
  JSON.stringify({
    timestamp: new Date(STARTED_MS + afterMs).toISOString(),
    service: "api",
    data: 'of the id \\","id":"x-9"}',
    id: `${writer}-${seq}`,
  });
const step = (records: string[], caughtUp = false): LiveStep => ({
  ...{ records, matched: records.length, missed: 0, levels: [] },
  ...(caughtUp ? { caughtUp } : {}),
});

test("before it has caught up, the next source is asked the same, and shows nothing twice", () => {
  const asked = { follow: true, last: 3, service: "api" };
  const progress = new Progress(asked, STARTED_MS);
  assert.deepEqual(progress.nextRequest(NOW_MS), asked);
  assert.equal(progress.unseen(step([line("w", 0), line("w", 1), line("v", 0)])).length, 3);
  assert.deepEqual(progress.nextRequest(NOW_MS), asked);
  const again = [line("w", 1), line("w", 2), line("v", 0), line("u", 0)];
  assert.deepEqual(progress.unseen(step(again)), [line("w", 2), line("u", 0)]);
});

test("afterwards it is asked for what is a little older than the last one shown, and not older than the start", () => {
  const progress = new Progress({ follow: true, last: 3, grep: "x" }, STARTED_MS);
  progress.unseen(step([], true));
  const request = { follow: true, grep: "x" };
  assert.deepEqual(progress.nextRequest(NOW_MS), { ...request, sinceMs: STARTED_MS });
  progress.unseen(step([line("w", 0, 2000)]));
  assert.deepEqual(progress.nextRequest(NOW_MS), { ...request, sinceMs: STARTED_MS });
  progress.unseen(step([line("w", 1, 60_000), line("v", 0, 59_000)]));
  assert.deepEqual(progress.nextRequest(NOW_MS), { ...request, sinceMs: STARTED_MS + 55_000 });
  progress.unseen(step([line("w", 2, 3_600_000_000)]));
  assert.deepEqual(progress.nextRequest(NOW_MS), { ...request, sinceMs: NOW_MS - 5000 });
});

test("a source whose clock is behind loses nothing by it", () => {
  const progress = new Progress({ follow: true }, STARTED_MS);
  progress.unseen(step([line("w", 0, -30_000)], true));
  assert.equal(progress.nextRequest(NOW_MS).sinceMs, STARTED_MS - 30_000);
});

test("only what was shown by another source before is left out", () => {
  const progress = new Progress({ follow: true }, STARTED_MS);
  progress.nextRequest(NOW_MS);
  const odd = ['{"a":1}', '{"a":1}', line("w", 5), line("w", 4)];
  assert.deepEqual(progress.unseen(step(odd)), odd);
  progress.nextRequest(NOW_MS);
  const preview = JSON.stringify({ preview: true, id: "w-6", timestamp: new Date(NOW_MS).toISOString() });
  assert.deepEqual(progress.unseen(step([line("w", 4), preview])), [preview]);
});
