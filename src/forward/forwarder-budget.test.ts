/** The loop against a store that has little memory, or begins to evict. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { comes, FAST, INFO, LINE_BYTES, running, Scene, upTo, WRITER } from "./forwarder.cases.js";

test("what the budget does not hold waits, is told of once, and goes by itself when there is room", async () => {
  const scene = new Scene([WRITER], FAST);
  const limit = { ...INFO, bytesMax: 100_000 };
  const full = { ...limit, usedBytes: 95_000 };
  scene.servers = [full];
  scene.log(100);
  await running(scene, async () => {
    const handedOn = scene.forwarder.handOn();
    await comes(() => scene.forwarder.trouble !== undefined);
    const { cause, detail, sinceMs } = scene.forwarder.trouble!;
    assert.deepEqual([cause, detail], ["budget", "92.8 KiB of 92.8 KiB are used"]);
    assert.deepEqual(await scene.seqs(), []);
    // A block goes now and then: that is the same trouble, not the end of one and another.
    scene.servers = [{ ...limit, usedBytes: 91_000 }];
    await comes(() => scene.forwarder.counts.blocks >= 2);
    scene.servers = [full];
    await comes(() => scene.forwarder.trouble?.detail === detail);
    assert.equal(scene.forwarder.trouble?.sinceMs, sinceMs);
    const { records } = scene.forwarder.counts;
    assert.ok(records < 100);
    scene.deliver(records);
    await comes(() => scene.journals[0]!.bytes === (100 - records) * LINE_BYTES);
    scene.servers = [limit];
    await handedOn;
    assert.equal(scene.forwarder.trouble, undefined);
  });
  assert.deepEqual(await scene.seqs(), upTo(100));
  assert.deepEqual(scene.forwarder.counts.failures, { budget: 1 });
  assert.equal(scene.told.length, 1);
  assert.match(scene.told[0]!.message, /all the memory that records may take/);
});

test("a store that begins to evict is noticed while records go, and left alone", async () => {
  const scene = new Scene([WRITER], FAST);
  scene.servers = [{ ...INFO, bytesMax: 1 << 30 }];
  await running(scene, async () => {
    scene.log(10);
    await scene.forwarder.handOn();
    scene.servers = [{ ...INFO, bytesMax: 1 << 30, evicts: true }];
    await comes(() => {
      scene.log(1);
      return scene.told.length > 0;
    });
    assert.equal(scene.told[0]!.code, "DRAGONLOG_STORE_EVICTS");
    scene.servers = [INFO];
    await scene.forwarder.handOn();
  });
  assert.equal((await scene.seqs()).length, scene.journals[0]!.bytes / LINE_BYTES);
});
