/** What is unpacked lies in memory that is used again: never while someone may read from it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lineOf } from "../../journal/journal.cases.js";
import type { StoredRecord } from "../../record/stored-record.js";
import { MemoryPool } from "../../system/memory-pool.js";
import { encodeBlock } from "./encode-block.js";
import { acknowledgeAll, namesBetween, namesOf, openShippers } from "./redis-buffer.cases.js";

const BLOCKS = 40;
const RECORDS = 20;

/** Fills what nobody holds with something else. */
class SpoiledMemory extends MemoryPool {
  readonly used = new Set<ArrayBufferLike>();
  readonly #holders = new Map<ArrayBufferLike, number>();
  taken = 0;

  override take(bytes: number): ArrayBufferLike {
    const memory = super.take(bytes);
    this.taken++;
    this.used.add(memory);
    this.#holders.set(memory, 1);
    return memory;
  }

  override hold(memory: ArrayBufferLike): void {
    this.#count(memory, 1);
    super.hold(memory);
  }

  override release(memory: ArrayBufferLike): void {
    if (this.#count(memory, -1) === 0) new Uint8Array(memory).fill(0xdd);
    super.release(memory);
  }

  #count(memory: ArrayBufferLike, change: number): number | undefined {
    const holders = this.#holders.get(memory);
    if (holders === undefined) return undefined;
    assert.ok(holders + change >= 0, "released more often than held");
    this.#holders.set(memory, holders + change);
    return holders + change;
  }
}

test("what was read keeps its text until more is read, and as long as it is held", async (t) => {
  const { shippers } = openShippers(t);
  await appendPacked(shippers);
  const memory = new SpoiledMemory();
  const [source] = await shippers.open({ memory }).claim();
  const all: StoredRecord[] = [];
  let held: StoredRecord[] = [];
  for (let reads = 0; ; reads++) {
    const { records, drained } = await source!.read(700);
    if (drained) break;
    for (const record of [...records, ...held]) assert.equal(textOf(record), expectedOf(record.seq));
    for (const { bytes } of records) memory.hold(bytes.buffer);
    held.push(...records);
    all.push(...records);
    if (reads % 25 === 24) {
      for (const { bytes } of held) memory.release(bytes.buffer);
      acknowledgeAll(source!, held);
      held = [];
      if (reads % 50 === 49) source!.rewind();
    }
  }
  assert.deepEqual(namesOf(all), namesBetween(0, BLOCKS * RECORDS));
  assert.ok(memory.used.size < memory.taken, "memory is used again");
});

async function appendPacked({ keys, store }: ReturnType<typeof openShippers>["shippers"]): Promise<void> {
  for (let from = 0; from < BLOCKS * RECORDS; from += RECORDS) {
    const items = Array.from({ length: RECORDS }, (_, index) => itemOf(from + index));
    await store.append(keys.blocks(0), await encodeBlock(items, "host", "brotli", from));
  }
}

function itemOf(seq: number): Omit<StoredRecord, "ordinal"> {
  const bytes = Buffer.from(expectedOf(seq));
  return {
    timestamp: 1000 + seq,
    writer: "w",
    seq,
    service: "svc",
    type: "INFO",
    bytes,
    start: 0,
    end: bytes.length,
  };
}

function expectedOf(seq: number): string {
  return lineOf(seq, "x".repeat(seq % 90), 1000 + seq);
}

function textOf({ bytes, start, end }: StoredRecord): string {
  return bytes.toString("utf8", start, end);
}
