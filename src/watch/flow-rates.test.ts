import assert from "node:assert/strict";
import { test } from "node:test";
import { FlowRates } from "./flow-rates.js";

const journal = (folder: string, loggedTo: number, error?: string) => ({ folder, loggedTo, error });
const shipper = (records: number, name = "s") => ({ shipper: name, records, bytes: records * 100 });

test("there are no rates after one look, nor between two at once", () => {
  const rates = new FlowRates();
  assert.equal(rates.look(0, [journal("w", 1_000_000)], [shipper(1_000_000)]), undefined);
  assert.equal(rates.look(100, [journal("w", 1_000_100)], []), undefined);
});

test("what was logged and delivered between looks is told by the second", () => {
  const rates = new FlowRates();
  rates.look(0, [journal("w", 100)], [shipper(50)]);
  assert.deepEqual(rates.look(2000, [journal("w", 120), journal("new", 10)], [shipper(90)]), {
    overMs: 2000,
    inRecords: 15,
    outRecords: 20,
    outBytes: 2000,
  });
});

test("what comes and goes makes no burst: journals that could not be read, and shippers that were not there", () => {
  const rates = new FlowRates();
  rates.look(0, [journal("bad", 0, "EACCES"), journal("gone", 500)], []);
  const { inRecords, outRecords } = rates.look(1000, [journal("bad", 9000)], [shipper(3)])!;
  assert.deepEqual([inRecords, outRecords], [0, 3]);
});

test("rates are those of the last seconds, in bounded memory", () => {
  const rates = new FlowRates();
  let found: ReturnType<FlowRates["look"]>;
  for (let n = 0; n < 100; n++) found = rates.look(n * 1000, [journal("w", n < 50 ? n * 100 : 5000)], []);
  assert.deepEqual([found!.inRecords, found!.overMs], [0, 5000]);
  for (let n = 0; n < 1000; n++) found = rates.look(100_000 + n, [journal("w", 5000 + n)], []);
  assert.ok(found!.overMs >= 900, "looks at once do not push out the others");
});
