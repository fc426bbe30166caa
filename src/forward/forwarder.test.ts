/** The loop against a store in memory. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readDelivered } from "../buffer/redis/delivered.js";
import { decodeBlock } from "../buffer/redis/encode-block.js";
import { comes, INFO, KEYS, LINE_BYTES, running, Scene, upTo, WRITER } from "./forwarder.cases.js";

test("what is logged goes in full blocks, in order, and stays in the journal until it is delivered", async () => {
  const scene = new Scene();
  scene.log(1005);
  await scene.drain();
  const blocks = await scene.blocks();
  assert.deepEqual(await scene.seqs(), upTo(1005));
  assert.ok(blocks.slice(0, -1).every(({ records }) => records === 10));
  assert.equal(scene.journals[0]!.bytes, 1005 * LINE_BYTES);
  assert.equal(scene.forwarder.recordsInStore, 1005);
  scene.deliver(1000);
  await scene.drain();
  assert.equal(scene.journals[0]!.bytes, 5 * LINE_BYTES);
  const { records, lineBytes, losses } = scene.forwarder.counts;
  assert.deepEqual([records, lineBytes, losses], [1005, 1005 * LINE_BYTES, 0]);
});

test("less than a block waits for others for the linger only", async () => {
  const scene = new Scene();
  await running(scene, async () => {
    scene.log(3);
    await scene.forwarder.handOn();
    scene.log(4);
    await scene.forwarder.handOn();
  });
  assert.deepEqual(await scene.seqs(), upTo(7));
});

test("a block that is refused in the middle is sent again before those behind it", async () => {
  const scene = new Scene();
  scene.log(100);
  scene.answers(true, true, false, false, true);
  await scene.drain();
  assert.deepEqual(await scene.seqs(), upTo(100));
  assert.deepEqual(scene.forwarder.counts.failures, { full: 2 });
  assert.equal(scene.forwarder.trouble, undefined);
});

test("a block whose answer was lost is sent again as it was, and nothing else", async () => {
  const scene = new Scene();
  scene.log(50);
  scene.answers(true, "lost", true);
  await scene.drain();
  assert.deepEqual(
    (await scene.blocks()).map(({ firstSeq }) => firstSeq),
    [0, 10, 10, 20, 30, 40],
  );
  assert.equal(scene.forwarder.counts.losses, 0);
});

test("a block ends between two milliseconds, unless the last takes too much of it or nothing waits behind it", async () => {
  const firstSeqs = async (perMs: number): Promise<number[]> => {
    const scene = new Scene();
    scene.log(50, 0, WRITER, (seq) => 1000 + Math.floor(seq / perMs));
    await scene.drain();
    assert.deepEqual(await scene.seqs(), upTo(50));
    return (await scene.blocks()).map(({ firstSeq }) => firstSeq);
  };
  assert.deepEqual(await firstSeqs(4), [0, 8, 16, 24, 32, 42]);
  assert.deepEqual(await firstSeqs(7), [0, 10, 20, 28, 38, 48]);
  assert.deepEqual(await firstSeqs(100), [0, 10, 20, 30, 40]);
});

test("the next block of a writer is made while one is on its way", async () => {
  const scene = new Scene();
  scene.log(50);
  const [source] = scene.journals[0]!.claim();
  const unread: number[] = [];
  const append = scene.store.append;
  scene.store.append = async (stream, bytes) => {
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    unread.push(source!.unread().records);
    return append(stream, bytes);
  };
  await scene.drain();
  assert.deepEqual(unread, [30, 20, 10, 0, 0]);
});

test("one block of a writer is on its way at a time, and no more than eight in a partition", async () => {
  const writers = upTo(20).map((n) => `w${n}`);
  const scene = new Scene(writers);
  writers.forEach((writer, n) => void scene.log(30, n, writer));
  const onTheirWay: string[] = [];
  let most = 0;
  const append = scene.store.append;
  scene.store.append = async (stream, bytes) => {
    const { writer } = await decodeBlock(bytes);
    assert.ok(!onTheirWay.includes(writer), "a second block of one writer");
    onTheirWay.push(writer);
    most = Math.max(most, onTheirWay.length);
    const id = await append(stream, bytes);
    onTheirWay.splice(onTheirWay.indexOf(writer), 1);
    return id;
  };
  await scene.drain();
  assert.equal((await scene.seqs()).length, 600);
  assert.equal(most, 8);
});

test("records of which no block can be made for now are read again, and none is left out", async () => {
  for (const after of [0, 3]) {
    const scene = new Scene();
    scene.log(after * 10);
    await scene.drain();
    scene.log(100);
    scene.unpackable = 2;
    await scene.drain();
    assert.deepEqual(await scene.seqs(), upTo(100 + after * 10));
    const said = (await scene.blocks()).map(({ firstSeq, items }) => [firstSeq, items[0]!.seq]);
    assert.ok(
      said.every(([firstSeq, seq]) => firstSeq === seq),
      "no block says that something before it was dropped",
    );
  }
});

test("flush waits for the shipper, whom it asks to hurry; what is logged meanwhile does not hold it up", async () => {
  const scene = new Scene();
  scene.log(25);
  await running(scene, async () => {
    let flushed = false;
    const flush = scene.forwarder.flush().then(() => {
      flushed = true;
    });
    await scene.forwarder.handOn();
    scene.log(100);
    assert.equal(flushed, false);
    scene.deliver(25);
    await flush;
    assert.ok(Number(scene.server.get(KEYS.flush())) > 0);
  });
});

for (const [how, lose] of [
  ["emptied", (scene: Scene) => scene.server.flush()],
  [
    "emptied, and used by others at once",
    (scene: Scene) => {
      scene.server.flush();
      scene.server.set(KEYS.epoch(0), "theirs");
      scene.server.stream(KEYS.blocks(0)).lastId = "9999999999999-0";
    },
  ],
  [
    "restarted as it was before",
    (scene: Scene) => {
      const stream = scene.server.stream(KEYS.blocks(0));
      stream.entries.length = 3;
      scene.store.connections++;
      stream.lastId = stream.entries.at(-1)!.id;
    },
  ],
  [
    "another server now",
    (scene: Scene) => {
      scene.server.stream(KEYS.blocks(0)).entries.length = 0;
      scene.servers = [{ ...INFO, runId: "two" }];
      scene.answers(false);
    },
  ],
] as const) {
  test(`a store that was ${how} gets again what is not delivered, and only that`, async () => {
    const scene = new Scene();
    scene.log(50);
    await scene.drain();
    scene.deliver(30);
    await scene.drain();
    lose(scene);
    const before = (await scene.seqs()).length;
    scene.log(10);
    await scene.drain();
    await scene.drain();
    // A block may have gone before the loss was seen; what counts stands behind it, whole and in order.
    const again = (await scene.seqs()).slice(before);
    assert.deepEqual(again.slice(-30), upTo(60, 30));
    assert.ok(again.length <= 40);
    assert.equal(scene.forwarder.counts.losses, 1);
    assert.equal(scene.forwarder.counts.lostRecords, 20);
    assert.match(scene.told.at(-1)!.message, /has lost what it was given|OOM/);
    const delivered = readDelivered(scene.server.hash(KEYS.delivered(0)));
    assert.equal(delivered.get(WRITER)?.contiguous, 30, "a store that forgot is reminded");
  });
}

test("nothing is put into a store that evicts, until it does not", async () => {
  const scene = new Scene();
  scene.servers = [{ ...INFO, evicts: true }];
  scene.log(10);
  await running(scene, async () => {
    const handedOn = scene.forwarder.handOn();
    await comes(() => scene.told.length >= 3);
    assert.deepEqual(await scene.seqs(), []);
    assert.equal(scene.told[0]!.code, "DRAGONLOG_STORE_EVICTS");
    assert.match(scene.told[0]!.hint, /maxmemory-policy noeviction/);
    assert.equal(scene.forwarder.trouble?.cause, "evicts");
    scene.servers = [INFO];
    await handedOn;
  });
  assert.deepEqual(await scene.seqs(), upTo(10));
});

test("a full store is still asked what is delivered, so that the journal becomes free", async () => {
  const scene = new Scene();
  scene.log(20);
  await scene.drain();
  scene.log(10);
  scene.server.failure = "full";
  scene.deliver(20);
  await running(scene, async () => {
    void scene.forwarder.handOn();
    await comes(() => scene.journals[0]!.bytes === 10 * LINE_BYTES);
    assert.ok(scene.forwarder.counts.failures.full! > 0);
  });
});

test("the next forwarder goes on where the one before came to, if that is still there", async () => {
  const scene = new Scene();
  scene.log(50);
  await scene.drain();
  scene.log(10);
  scene.reopen();
  await scene.drain();
  assert.deepEqual(await scene.seqs(), upTo(60));
  scene.server.flush();
  scene.reopen();
  await scene.drain();
  assert.deepEqual(await scene.seqs(), upTo(60));
  scene.servers = [{ ...INFO, runId: "two" }];
  scene.reopen();
  await scene.drain();
  assert.deepEqual(await scene.seqs(), [...upTo(60), ...upTo(60)]);
});

test("what a store says of records that were never read deletes none of them", async () => {
  const scene = new Scene();
  scene.deliver(1_000_000);
  scene.log(10);
  await scene.drain();
  scene.log(10);
  await scene.drain();
  assert.deepEqual(await scene.seqs(), upTo(20));
});

test("a block says how far the one before it came, over records that are missing", async () => {
  const scene = new Scene();
  scene.log(5);
  await scene.drain();
  const journal = scene.journals[0]!;
  journal.append({
    timestamp: 1,
    writer: WRITER,
    seq: 8,
    service: "web",
    type: "INFO",
    bytes: Buffer.from("x"),
    start: 0,
    end: 1,
  });
  await scene.drain();
  assert.deepEqual(
    (await scene.blocks()).map(({ firstSeq, items }) => [firstSeq, items[0]!.seq]),
    [
      [0, 0],
      [5, 8],
    ],
  );
});
