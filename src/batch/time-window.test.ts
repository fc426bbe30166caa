import assert from "node:assert/strict";
import { test } from "node:test";
import { type AcceptanceWindow, CLOUDWATCH_WINDOW } from "./limits.js";
import { judgeTime } from "./time-window.js";

const NOW = Date.UTC(2026, 7, 1, 12);
const HOUR = 3_600_000;

test("CloudWatch takes 14 days of past and 2 hours of future", () => {
  assert.deepEqual(CLOUDWATCH_WINDOW, { pastMsMax: 14 * 24 * HOUR, aheadMsMax: 2 * HOUR });
});

test("the edges of the window are inside and one millisecond beyond them is outside", () => {
  const oldest = NOW - 14 * 24 * HOUR;
  const newest = NOW + 2 * HOUR;
  const judged = [oldest - 1, oldest, NOW, newest, newest + 1].map((timestamp) =>
    judgeTime(timestamp, NOW, CLOUDWATCH_WINDOW, 0),
  );
  assert.deepEqual(judged, ["too-old", "ok", "ok", "ok", "too-new"]);
});

test("a margin narrows the window at both ends", () => {
  const window: AcceptanceWindow = { pastMsMax: 100, aheadMsMax: 50 };
  const judged = [NOW - 91, NOW - 90, NOW + 40, NOW + 41].map((timestamp) =>
    judgeTime(timestamp, NOW, window, 10),
  );
  assert.deepEqual(judged, ["too-old", "ok", "ok", "too-new"]);
});

test("a timestamp that is no moment in time is never ok", () => {
  assert.equal(judgeTime(Number.NaN, NOW, CLOUDWATCH_WINDOW, 0), "too-old");
  assert.equal(judgeTime(Number.NEGATIVE_INFINITY, NOW, CLOUDWATCH_WINDOW, 0), "too-old");
  assert.equal(judgeTime(Number.POSITIVE_INFINITY, NOW, CLOUDWATCH_WINDOW, 0), "too-new");
});
