import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ALERTS, NOW_MS } from "./alert.cases.js";
import type { Alert } from "./alert.js";
import { joinNotices, type Notice, noticeOf, topicOf } from "./notice.js";

const join = (alerts: readonly Alert[]): Notice =>
  alerts.map((alert, i) => noticeOf(alert, NOW_MS + i)).reduce(joinNotices);

test("dead letters add up, from the first record to the last", () => {
  const alert = ALERTS["dead-letters"];
  const { alert: all, times } = join([alert, { ...alert, records: 3, fromMs: 5, toMs: 9, detail: "other" }]);
  assert.deepEqual(all, { ...alert, records: 15, fromMs: 5, toMs: alert.toMs, detail: "other" });
  assert.equal(times, 2);
});

test("drops add up; of an outage the beginning and the last figures stay", () => {
  const { drops, outage } = ALERTS;
  assert.deepEqual(join([drops, { ...drops, records: 6 }]).alert, { ...drops, records: 1210 });
  const later = { ...outage, sinceMs: outage.sinceMs + 5, cause: "network" as const };
  assert.deepEqual(join([outage, later]).alert, { ...later, sinceMs: outage.sinceMs });
  assert.deepEqual(join([outage, later]).places, ["timeout", "network"]);
});

test("an outage after the end of one begins where it begins, and is not over", () => {
  const over = { ...noticeOf(ALERTS.outage, NOW_MS), endedAtMs: NOW_MS + 1 };
  const next = { ...ALERTS.outage, sinceMs: NOW_MS + 2 };
  const both = joinNotices(over, noticeOf(next, NOW_MS + 3));
  assert.deepEqual([both.alert, both.endedAtMs, both.times], [next, undefined, 2]);
});

test("a notice of any number of alerts has few places, short texts and the right sums", () => {
  const deadLetters = fc.record({
    records: fc.nat(1000),
    stream: fc.string(),
    detail: fc.string({ maxLength: 5000 }),
  });
  fc.assert(
    fc.property(fc.array(deadLetters, { minLength: 1, maxLength: 50 }), (all) => {
      const alerts = all.map(({ records, stream, detail }) => ({
        ...ALERTS["dead-letters"],
        destination: { group: "g", stream },
        records,
        detail,
      }));
      const notice = join(alerts);
      const { records, detail } = notice.alert as (typeof alerts)[0];
      const streams = [...new Set(all.map(({ stream }) => `g / ${stream}`))];
      assert.equal(notice.times, all.length);
      assert.equal(
        records,
        all.reduce((sum, one) => sum + one.records, 0),
      );
      assert.deepEqual(notice.places, streams.slice(0, 5));
      assert.equal(notice.morePlaces, streams.length > 5);
      assert.ok(detail.length <= 1001);
    }),
  );
});

test("a notice survives being written down", () => {
  for (const alert of Object.values(ALERTS)) {
    const notice = noticeOf(alert, NOW_MS);
    assert.deepEqual(topicOf(JSON.parse(JSON.stringify(notice)).alert), topicOf(alert));
  }
});

test("outages are one topic; refusals, reasons and causes are told apart", () => {
  const { outage, refused, drops } = ALERTS;
  assert.equal(topicOf({ ...outage, cause: "network" }), topicOf(outage));
  assert.notEqual(topicOf({ ...refused, cause: "denied" }), topicOf(refused));
  assert.notEqual(topicOf({ ...drops, cause: "other" }), topicOf(drops));
  const space = ALERTS["store-space"];
  assert.notEqual(topicOf({ ...space, level: 90 }), topicOf(space));
  assert.equal(topicOf({ ...space, bytes: 1 }), topicOf(space));
  assert.notEqual(topicOf({ ...ALERTS["dead-letters"], reason: "too-old" }), topicOf(ALERTS["dead-letters"]));
});
