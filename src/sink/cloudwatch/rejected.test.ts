import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { batchOf } from "../batch-of.cases.js";
import { type RejectedInfo, refusedBy } from "./rejected.js";

const NOW = 1_754_000_000_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The reason for each event of a batch whose events stand at `offsets` from now; "-" for a delivered one. */
function reasons(info: RejectedInfo | undefined, offsets: readonly number[]): string[] {
  const { items } = batchOf(offsets.map((offset) => ({ text: "x", timestamp: NOW + offset })));
  const result = offsets.map(() => "-");
  for (const { index, reason } of refusedBy(info, items, NOW)) result[index] = reason;
  return result;
}

test("without an index everything is delivered, whatever our clock says", () => {
  assert.deepEqual(reasons(undefined, [-20 * DAY, 0, 5 * HOUR]), ["-", "-", "-"]);
  assert.deepEqual(reasons({}, [-20 * DAY, 0, 5 * HOUR]), ["-", "-", "-"]);
});

test("the end indexes are exclusive and the start index is inclusive", () => {
  const offsets = [-15 * DAY, -14 * DAY - HOUR, -13 * DAY, 0, 3 * HOUR, 4 * HOUR];
  assert.deepEqual(reasons({ tooOldLogEventEndIndex: 2, tooNewLogEventStartIndex: 4 }, offsets), [
    "too-old",
    "too-old",
    "-",
    "-",
    "too-new",
    "too-new",
  ]);
});

test("expired events are taken from the index, for only the service knows the retention", () => {
  assert.deepEqual(reasons({ expiredLogEventEndIndex: 2 }, [-3 * DAY, -2 * DAY, -HOUR]), [
    "expired",
    "expired",
    "-",
  ]);
  assert.deepEqual(
    reasons({ tooOldLogEventEndIndex: 1, expiredLogEventEndIndex: 2 }, [-20 * DAY, -2 * DAY, 0]),
    ["too-old", "expired", "-"],
  );
});

test("moto's indexes, the last old and the last new event, lose nothing", () => {
  const offsets = [-16 * DAY, -15 * DAY, 0, 3 * HOUR, 4 * HOUR];
  assert.deepEqual(reasons({ tooOldLogEventEndIndex: 1, tooNewLogEventStartIndex: 4 }, offsets), [
    "too-old",
    "too-old",
    "-",
    "too-new",
    "too-new",
  ]);
  assert.deepEqual(reasons({ tooOldLogEventEndIndex: 0 }, [-16 * DAY, 0]), ["too-old", "-"]);
});

test("an event at the edge of the window goes by the index, so that a clock's error doubles nothing", () => {
  const edge = [-14 * DAY - 4 * MINUTE, 2 * HOUR + 4 * MINUTE];
  assert.deepEqual(reasons({ tooOldLogEventEndIndex: 0, tooNewLogEventStartIndex: 2 }, edge), ["-", "-"]);
  assert.deepEqual(reasons({ tooOldLogEventEndIndex: 1, tooNewLogEventStartIndex: 1 }, edge), [
    "too-old",
    "too-new",
  ]);
});

test("whatever the clocks, exactly what a service that answers as documented has skipped is refused", () => {
  const doubt = fc.integer({ min: -4 * MINUTE, max: 4 * MINUTE });
  const offset = fc.oneof(
    fc.integer({ min: -14 * DAY - 10 * MINUTE, max: -14 * DAY + 10 * MINUTE }),
    fc.integer({ min: 2 * HOUR - 10 * MINUTE, max: 2 * HOUR + 10 * MINUTE }),
    fc.integer({ min: -20 * DAY, max: 3 * HOUR }),
  );
  fc.assert(
    fc.property(doubt, fc.array(offset, { minLength: 1 }), (serviceClock, unsorted) => {
      const offsets = unsorted.sort((a, b) => a - b);
      const isOld = (at: number) => at < serviceClock - 14 * DAY;
      const isNew = (at: number) => at > serviceClock + 2 * HOUR;
      const old = offsets.filter(isOld).length;
      const young = offsets.filter(isNew).length;
      const info: RejectedInfo = {
        ...(old > 0 && { tooOldLogEventEndIndex: old }),
        ...(young > 0 && { tooNewLogEventStartIndex: offsets.length - young }),
      };
      assert.deepEqual(
        reasons(info, offsets),
        offsets.map((at) => (isOld(at) ? "too-old" : isNew(at) ? "too-new" : "-")),
      );
    }),
  );
});
