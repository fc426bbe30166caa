import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RecentPacker, unpackRecent } from "./recent.js";

test("property: what is packed comes out of another thread as it was", () => {
  const name = fc.oneof(fc.constantFrom("a", "b", ""), fc.string());
  const record = fc.record(
    {
      writer: name,
      seq: fc.nat(Number.MAX_SAFE_INTEGER),
      timestamp: fc.integer({ min: -1e14, max: 1e14 }),
      service: name,
      type: name,
      line: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(fc.array(record), (records) => {
      const packer = new RecentPacker();
      for (const each of records) packer.add(each);
      const packed = packer.packed();
      const passed = structuredClone(packed, { transfer: [packed.lines.buffer] });
      assert.deepEqual(unpackRecent(passed), records);
    }),
  );
});
