import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryPool } from "./memory-pool.js";

test("memory is given out again when the last that holds it has released it", () => {
  const pool = new MemoryPool();
  const memory = pool.take(100_000);
  assert.equal(memory.byteLength, 131_072);
  pool.hold(memory);
  pool.release(memory);
  assert.notEqual(pool.take(100_000), memory);
  pool.release(memory);
  assert.equal(pool.take(70_000), memory);
});

test("what is abandoned, too large, or of no pool is never given out", () => {
  const pool = new MemoryPool();
  const abandoned = pool.take(65_536);
  pool.hold(abandoned);
  pool.abandon(abandoned);
  pool.release(abandoned);
  pool.release(abandoned);
  const large = pool.take(1_048_577);
  pool.release(large);
  const foreign = new ArrayBuffer(65_536);
  pool.hold(foreign);
  pool.release(foreign);
  for (const bytes of [1, 65_536, 1_048_577]) {
    assert.ok(![abandoned, large, foreign].includes(pool.take(bytes) as ArrayBuffer), `${bytes}`);
  }
});

test("what is free is given back", () => {
  const pool = new MemoryPool();
  const memory = pool.take(1);
  pool.release(memory);
  pool.trim();
  assert.notEqual(pool.take(1), memory);
});
