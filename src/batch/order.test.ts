import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { StoredRecord } from "../buffer/buffer.js";
import { compareRecords, compareRuns, shareRun, startOfRun } from "./order.js";

const BYTES = Buffer.from("{}");

const record = fc
  .record({ timestamp: fc.nat(40), writer: fc.constantFrom("a", "b", "c"), seq: fc.nat(1000) })
  .map(
    (some): StoredRecord => ({
      ...some,
      ordinal: 0,
      service: "s",
      type: "INFO",
      bytes: BYTES,
      start: 0,
      end: 2,
    }),
  );
const records = fc.array(record, { minLength: 1, maxLength: 60 }).map((some) => some.sort(compareRecords));

test("the start of a run is found from any place before it", () => {
  fc.assert(
    fc.property(records, record, fc.nat(60), (all, wanted, from) => {
      const first = all.findIndex((each) => compareRuns(each, wanted) >= 0);
      const start = first < 0 ? all.length : first;
      assert.equal(startOfRun(all, wanted), start);
      assert.equal(startOfRun(all, wanted, Math.min(from, start)), start);
    }),
    { numRuns: 2000 },
  );
});

test("two batches share a run exactly when a record of one belongs to a run of the other", () => {
  let shared = 0;
  fc.assert(
    fc.property(records, records, (a, b) => {
      const expected = a.some((one) => b.some((other) => compareRuns(one, other) === 0));
      shared += Number(expected);
      assert.equal(shareRun(a, b), expected);
    }),
    { numRuns: 2000 },
  );
  assert.ok(shared > 100 && shared < 1900, `${shared} of them shared one`);
});
