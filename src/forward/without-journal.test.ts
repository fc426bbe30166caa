/** A forwarder whose records are nowhere else, against a store in memory that forgets and is replaced on demand. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryBuffer } from "../buffer/memory.js";
import { decodeBlock, encodeBlock } from "../buffer/redis/encode-block.js";
import { failureOf } from "../buffer/redis/failures.js";
import { FakeServer } from "../buffer/redis/fake-server.cases.js";
import { Keys } from "../buffer/redis/keys.js";
import type { ServerInfo } from "../buffer/redis/store.js";
import { systemClock } from "../system/clock.js";
import type { DragonlogError } from "../system/errors.js";
import { Forwarder } from "./forwarder.js";
import type { CountedRange } from "./undelivered.js";

/** As the buffer in memory calls its one source. */
const WRITER = "memory";
const LINE_BYTES = 100;
const KEYS = new Keys();
const DEADLINE_MS = 10_000;

const INFO: ServerInfo = {
  kind: "redis",
  version: "7",
  runId: "one",
  usedBytes: 0,
  bytesMax: 0,
  evicts: false,
};

class Scene {
  readonly server = new FakeServer(systemClock);
  readonly #memory = new MemoryBuffer({ bytesMax: 1 << 30 });
  readonly lost: CountedRange[] = [];
  readonly told: DragonlogError[] = [];
  servers: ServerInfo[] = [INFO];
  readonly forwarder: Forwarder;
  #logged = 0;

  constructor() {
    const store = this.server.connect();
    store.servers = async () => this.servers;
    store.memory = async () => this.servers;
    this.forwarder = new Forwarder({
      buffer: this.#memory,
      store,
      keys: KEYS,
      partitions: async () => 1,
      partitionOf: () => 0,
      encode: (records, host, firstSeq) => encodeBlock(records, host, "none", firstSeq),
      failureOf,
      blockBytes: 10 * LINE_BYTES,
      storeBytesMax: 0,
      lingerMs: 1,
      clock: systemClock,
      random: () => 1,
      backoff: { baseMs: 1, maxMs: 5 },
      onLoss: (_, lost) => void this.lost.push(lost),
      onTrouble: (error) => void this.told.push(error),
    });
  }

  get bytes(): number {
    return this.#memory.bytes;
  }

  log(count: number, type = "INFO"): void {
    for (let n = 0; n < count; n++) {
      const line = { bytes: Buffer.alloc(LINE_BYTES, "x"), start: 0, end: LINE_BYTES };
      this.#memory.append({ timestamp: 1, writer: WRITER, seq: this.#logged++, service: "w", type, ...line });
    }
  }

  async drain(): Promise<void> {
    assert.ok(await this.forwarder.drain(AbortSignal.timeout(DEADLINE_MS)), `${this.told.at(-1)?.message}`);
  }

  /** What each block says of the one before it, and its seqs. */
  async blocks(): Promise<[firstSeq: number, from: number, to: number][]> {
    const { entries } = this.server.stream(KEYS.blocks(0));
    const blocks = await Promise.all(entries.map(({ bytes }) => decodeBlock(bytes)));
    return blocks.map(({ firstSeq, items }) => [firstSeq, items[0]!.seq, items.at(-1)!.seq]);
  }

  deliver(next: number): void {
    this.server.set(KEYS.lease(0), JSON.stringify({ token: 1 }));
    this.server.hash(KEYS.delivered(0)).set(`${WRITER}/1`, JSON.stringify([next, [], 1]));
  }
}

test("memory is free once the store has it, delivered or not", async () => {
  const scene = new Scene();
  scene.log(25);
  await scene.drain();
  assert.equal(scene.bytes, 0);
  assert.equal(scene.forwarder.recordsInStore, 25);
  scene.deliver(20);
  await scene.drain();
  assert.equal(scene.forwarder.recordsInStore, 5);
});

for (const [how, lose, left] of [
  ["emptied", (scene: Scene) => scene.server.flush(), []],
  [
    "another server that has all of it, or part of it",
    (scene: Scene) => {
      scene.servers = [{ ...INFO, runId: "two" }];
      scene.server.failure = "away";
      setTimeout(() => {
        scene.server.failure = undefined;
      }, 5);
    },
    [
      [0, 0, 9],
      [10, 10, 19],
      [20, 20, 29],
    ],
  ],
] as const) {
  test(`a store that was ${how} is said to have lost what was not delivered, and what comes next waits for nothing`, async () => {
    const scene = new Scene();
    scene.log(20);
    scene.log(10, "ERROR");
    await scene.drain();
    scene.deliver(15);
    await scene.drain();
    lose(scene);
    scene.log(10);
    await scene.drain();
    // One block may have gone before the loss was seen; then it counts as lost.
    const { lost, forwarder, told } = scene;
    assert.deepEqual(
      lost.map(({ from, to, countsByType }) => [from, to, countsByType[2], countsByType[4]]),
      [[10, 29, 10, 10]],
      "by blocks, and so more than the 15 that were not delivered",
    );
    assert.equal(forwarder.counts.losses, 1);
    assert.equal(forwarder.counts.lostRecords, 20);
    assert.ok(told.some(({ hint }) => /Without a journal, .* 20 records at most/.test(hint)));
    assert.deepEqual(await scene.blocks(), [...left, [15, 30, 39]]);
    assert.equal(forwarder.recordsInStore, 10);
    assert.equal(scene.bytes, 0);
    scene.log(10);
    await scene.drain();
    assert.deepEqual((await scene.blocks()).at(-1), [40, 40, 49]);
  });
}
