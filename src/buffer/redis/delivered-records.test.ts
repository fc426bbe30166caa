/** With very many writers, one for every life of a process, neither a shipper nor the store grows for ever. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { temporaryFolder } from "../../journal/journal.cases.js";
import { ManualClock } from "../../system/manual-clock.cases.js";
import { DeliveredFile } from "./delivered-file.js";
import { DeliveredRecords } from "./delivered-records.js";
import { FakeServer } from "./fake-server.cases.js";

const HOUR_MS = 3_600_000;
const KEY = "delivered";

function open(t: Parameters<typeof temporaryFolder>[0]) {
  const clock = new ManualClock();
  const server = new FakeServer(clock);
  const dir = temporaryFolder(t);
  const load = async () => {
    const file = new DeliveredFile(dir, 0, clock, () => assert.fail());
    const records = new DeliveredRecords({ store: server.connect(), key: KEY, clock, file, token: () => 1 });
    await records.load();
    return { records, file };
  };
  return { clock, server, load };
}

test("with writers that end every six hours it keeps those of a week, in the store, in memory and on the disk", async (t) => {
  const { clock, server, load } = open(t);
  const { records, file } = await load();
  for (let hour = 0; hour < 360; hour += 6) {
    for (let n = 0; n < 10; n++) records.deliver(`w${hour}-${n}`, 0, 9);
    await records.write();
    clock.advance(6 * HOUR_MS);
    await records.forgetOld();
  }
  assert.equal(server.hash(KEY).size, 28 * 10);
  // Written before the last were forgotten.
  assert.equal(file.read().size, 29 * 10);
  assert.equal(records.known("w0-0"), undefined);
  assert.ok(records.known("w354-0")!.delivered.has(9));
});

test("of more writers than fit it keeps the last, and all of the last hour", async (t) => {
  const { clock, server, load } = open(t);
  const { records } = await load();
  const deliver = async (from: number, count: number): Promise<void> => {
    for (let n = from; n < from + count; n++) records.deliver(`w${n}`, 0, 9);
    await records.write();
    clock.advance(HOUR_MS / 2);
    await records.forgetOld();
  };
  for (let half = 0; half < 8; half++) await deliver(half * 3000, 3000);
  // Those of the last hour, and what of the others fits.
  assert.equal(server.hash(KEY).size, 12_000 - 3000 + 3000 - 2000);
  assert.ok(records.known("w23999"));
  assert.equal(records.known("w13000"), undefined);
  records.of("w23999").give(10, 10);
  await deliver(24_000, 30_000);
  assert.ok(records.known("w53999"));
  await deliver(54_000, 0);
  await deliver(54_000, 0);
  assert.equal(server.hash(KEY).size, 10_001, "and those with records on their way");
});

test("what was written by a clock that stood far ahead is forgotten too", async (t) => {
  const { clock, server, load } = open(t);
  const { records } = await load();
  records.deliver("w", 0, 9);
  await records.write();
  clock.setBack(9 * 24 * HOUR_MS);
  await records.forgetOld(true);
  assert.equal(server.hash(KEY).size, 0);
});
