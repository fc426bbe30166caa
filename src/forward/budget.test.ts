import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ServerMemory } from "../buffer/redis/store.js";
import { storeSpace } from "../buffer/redis/store-budget.js";
import { Budget } from "./budget.js";

const MIB = 1 << 20;
const BLOCK_BYTES = 256 << 10;
const LOOK_MS = 1000;

const server = (usedBytes: number, bytesMax = 0): ServerMemory => ({ usedBytes, bytesMax, evicts: false });

test("the budget is what was asked for, and never more than 95 % of what the server has", () => {
  const budgetOf = (bytesMax: number, storeBytesMax: number) =>
    storeSpace([server(0, bytesMax)], storeBytesMax).budgetBytes;
  assert.equal(budgetOf(0, 0), Number.POSITIVE_INFINITY);
  assert.equal(budgetOf(0, 500), 500);
  assert.equal(budgetOf(1000, 0), 950);
  assert.equal(budgetOf(1000, 500), 500);
  assert.equal(budgetOf(1000, 990), 950);
});

test("of several servers the one with the least room counts", () => {
  const servers = [server(100, 1000), server(700, 1000), server(900, 0)];
  assert.deepEqual(storeSpace(servers, 0), { usedBytes: 700, budgetBytes: 950 });
  assert.deepEqual(storeSpace(servers, 1000), { usedBytes: 900, budgetBytes: 1000 });
});

test("without a budget everything is let in, and nobody looks", () => {
  const budget = new Budget(0);
  assert.ok(budget.lets(BLOCK_BYTES));
  budget.see([server(9 * MIB)], 10);
  assert.ok(!budget.isDue(10_000_000));
  assert.ok(budget.lets(1000 * MIB));
  assert.ok(budget.eased);
});

test("it is looked once a second", () => {
  const budget = new Budget(MIB);
  budget.see([server(0)], 50_000);
  assert.ok(!budget.isDue(50_000 + LOOK_MS - 1));
  assert.equal(budget.waitMs(50_000 + LOOK_MS - 1), 1);
  assert.ok(budget.isDue(50_000 + LOOK_MS));
});

test("what is used already, by whomever, leaves no room", () => {
  const budget = new Budget(MIB);
  budget.see([server(2 * MIB)], 0);
  assert.ok(!budget.lets(1));
  assert.ok(!budget.eased);
  budget.see([server(0)], LOOK_MS);
  assert.ok(budget.lets(1));
  assert.ok(budget.eased);
});

/** The most that was used of a server that many forwarders fill at once, each with as much as it may, and one empties. */
function fill(forwarders: number, budgetBytes: number): { filling: number; emptying: number } {
  const budgets = Array.from({ length: forwarders }, () => new Budget(budgetBytes));
  const most = { filling: 0, emptying: 0 };
  let used = 0;
  for (let now = 0; now < 30 * LOOK_MS; now++) {
    const phase = now < 15 * LOOK_MS ? "filling" : "emptying";
    if (phase === "emptying") used -= BLOCK_BYTES;
    for (const [n, budget] of budgets.entries()) {
      if (now === 0 || (budget.isDue(now) && now % forwarders === n)) budget.see([server(used)], now);
      if (budget.lets(BLOCK_BYTES)) used += BLOCK_BYTES;
    }
    most[phase] = Math.max(most[phase], used);
  }
  return most;
}

test("one forwarder fills it and never goes beyond", () => {
  const { filling, emptying } = fill(1, 1000 * MIB);
  assert.ok(filling <= 1000 * MIB && filling >= 970 * MIB, `${filling}`);
  assert.ok(emptying <= 1000 * MIB, `${emptying}`);
});

test("several, who do not know of each other, go hardly beyond, also where all wait for what becomes free", () => {
  // 2 GiB a second would come in, if they might.
  const { filling, emptying } = fill(8, 5000 * MIB);
  assert.ok(filling >= 4900 * MIB && filling <= 5000 * MIB, `${filling}`);
  assert.ok(emptying >= 4900 * MIB && emptying <= 5250 * MIB, `${emptying}`);
});

test("it is full when there is no room for a block, and not when it is only the turn of others", () => {
  const budget = new Budget(1000 * MIB);
  budget.see([server(0)], 0);
  while (budget.lets(BLOCK_BYTES));
  assert.ok(!budget.full);
  budget.see([server(960 * MIB)], LOOK_MS);
  while (budget.lets(BLOCK_BYTES));
  assert.ok(budget.full && !budget.eased);
  budget.see([server(0)], 2 * LOOK_MS);
  assert.ok(!budget.full && budget.eased);
  assert.ok(!budget.lets(999 * MIB));
  assert.ok(budget.full);
});

test("one that brought nearly nothing while others brought much may begin with a share of what there is", () => {
  const budget = new Budget(1000 * MIB);
  for (let look = 0; look < 10; look++) {
    budget.see([server(look * 10 * MIB)], look * LOOK_MS);
    budget.lets(100);
  }
  let bytes = 0;
  while (budget.lets(BLOCK_BYTES)) bytes += BLOCK_BYTES;
  assert.ok(bytes > 10 * MIB && bytes < 15 * MIB, `${bytes}`);
});

test("whatever the sizes, what is let in between two looks fits into the room that was seen", () => {
  const sizes = fc.array(fc.integer({ min: 0, max: MIB }), { maxLength: 200 });
  fc.assert(
    fc.property(sizes, fc.nat(100 * MIB), (blocks, used) => {
      const budget = new Budget(100 * MIB);
      budget.see([server(used)], 0);
      const bytes = blocks.filter((size) => budget.lets(size)).reduce((sum, size) => sum + size, 0);
      assert.ok(used + bytes <= 100 * MIB);
    }),
  );
});
