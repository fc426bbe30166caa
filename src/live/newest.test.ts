import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Newest, Room } from "./newest.js";
import { recordOf } from "./records.cases.js";

test("property: the newest are kept in order, and their lines as far as there is room", () => {
  const sizes = fc.array(fc.nat(50), { maxLength: 60 });
  fc.assert(
    fc.property(sizes, fc.nat(20), fc.integer({ min: 100, max: 2000 }), (all, max, bytesMax) => {
      const room = new Room(bytesMax);
      const newest = new Newest(max, room);
      const added = all.map((size, seq) => recordOf({ seq, timestamp: seq, data: "x".repeat(size) }));
      for (const record of added) newest.add(record);
      const wanted = max === 0 ? [] : added.slice(-max);
      const kept = newest.all();
      assert.deepEqual(
        kept.map(({ timestamp }) => timestamp),
        wanted.map(({ timestamp }) => timestamp),
      );
      const lengths = wanted.map(({ start, end }) => end - start);
      const fits = (from: number) => lengths.slice(from).reduce((sum, length) => sum + length, 0) <= bytesMax;
      kept.forEach(({ record }, place) => {
        const isLast = place === kept.length - 1;
        assert.equal(record !== undefined, isLast || fits(place));
        assert.ok(record === undefined || record.bytes.length === record.end);
      });
      for (const { record } of newest.takeAll()) {
        if (record !== undefined && bytesMax % 2 === 0) break;
      }
      newest.clear();
      room.take(bytesMax);
      assert.ok(!room.isFull);
      room.take(1);
      assert.ok(room.isFull);
    }),
  );
});
