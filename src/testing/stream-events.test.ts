import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { StreamEvents } from "./stream-events.js";

test("any series of puts reads by timestamp and then by arrival, also when read in between", () => {
  const put = fc
    .array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 8 })
    .map((times) => times.sort((a, b) => a - b));
  const script = fc.array(fc.record({ put, read: fc.boolean() }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(script, (steps) => {
      const events = new StreamEvents();
      const model: { timestamp: number; message: string }[] = [];
      const check = () => {
        const inOrder = model.toSorted((a, b) => a.timestamp - b.timestamp);
        const read = inOrder.map((_, rank) => {
          const { timestamp, message } = events.at(rank);
          return { timestamp, message };
        });
        assert.deepEqual(read, inOrder);
        for (const [rank] of inOrder.entries()) assert.equal(events.rankOf(events.at(rank)), rank);
      };
      for (const [seq, { put: timestamps, read }] of steps.entries()) {
        const texts = timestamps.map((_, i) => `${seq}:${i}:ü`);
        const bytes = Buffer.from(texts.join(""));
        events.append(
          { seq, ingestionTime: 0, bytes },
          timestamps,
          texts.map((text) => Buffer.byteLength(text)),
        );
        model.push(...timestamps.map((timestamp, i) => ({ timestamp, message: texts[i]! })));
        if (read) check();
      }
      check();
      assert.equal(events.firstTimestamp, Math.min(...model.map(({ timestamp }) => timestamp)));
      assert.equal(events.lastTimestamp, Math.max(...model.map(({ timestamp }) => timestamp)));
    }),
  );
});
