import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Delivered, deliveredField, readDelivered } from "./delivered.js";

test("what is delivered is the union of what was written under all leases, in whatever order they wrote", () => {
  const range = fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 8 }));
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), range)), fc.nat(), (pieces, seed) => {
      const own = new Map<number, Delivered>();
      const expected = new Set<number>();
      for (const [token, [from, length]] of pieces) {
        const delivered = own.get(token) ?? new Delivered();
        own.set(token, delivered);
        delivered.add({ from, to: from + length });
        for (let seq = from; seq <= from + length; seq++) expected.add(seq);
      }
      const fields = [...own].map(
        ([token, delivered]) => [deliveredField("w/1", token), `${delivered}`] as const,
      );
      fields.push(...fields.splice(0, seed % (fields.length + 1)));
      const read = readDelivered(new Map(fields)).get("w/1") ?? new Delivered();
      for (let seq = 0; seq < 80; seq++) assert.equal(read.has(seq), expected.has(seq), `${seq}`);
    }),
  );
});

test("what somebody else wrote says that nothing is delivered", () => {
  for (const text of ["", "-7", "null", "1.5", "{}", "[", '["a",[],0]', "[3]"]) {
    const read = readDelivered(
      new Map([
        ["w/1", text],
        ["w/2", "[2,[],5]"],
      ]),
    );
    assert.equal(read.get("w")!.contiguous, 2);
    assert.equal(read.get("w")!.has(5), false, text);
  }
});

test("a forwarder reminds a store of what it knows to be delivered", () => {
  const read = readDelivered(
    new Map([
      ["w", "7"],
      ["w/1", "[5,[[9,9]],5]"],
    ]),
  );
  assert.deepEqual([read.get("w")!.contiguous, read.get("w")!.beyond], [7, [{ from: 9, to: 9 }]]);
});
