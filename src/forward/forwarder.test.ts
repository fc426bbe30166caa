/** The loop against a store in memory that refuses, forgets and is replaced on demand. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { LogBuffer, Source } from "../buffer/buffer.js";
import { MemoryBuffer } from "../buffer/memory.js";
import type { Block } from "../buffer/redis/block.js";
import { readDelivered } from "../buffer/redis/delivered.js";
import { decodeBlock, encodeBlock } from "../buffer/redis/encode-block.js";
import { failureOf, StoreError } from "../buffer/redis/failures.js";
import { FakeServer, type FakeStore } from "../buffer/redis/fake-server.cases.js";
import { Keys } from "../buffer/redis/keys.js";
import type { ServerInfo } from "../buffer/redis/store.js";
import { type Clock, systemClock } from "../system/clock.js";
import type { DragonlogError } from "../system/errors.js";
import { Forwarder } from "./forwarder.js";

const WRITER = "memory";
const LINE_BYTES = 100;
const BLOCK_BYTES = 10 * LINE_BYTES;
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

/** Time that runs so much faster that nobody waits for a look. */
const FAST: Clock = {
  now: () => 50 * systemClock.now(),
  elapsed: () => 50 * systemClock.elapsed(),
  after: (ms, ...rest) => systemClock.after(ms / 50, ...rest),
};

/** One or more journals, one partition, and what became of them. */
class Scene {
  readonly server = new FakeServer(systemClock);
  readonly store: FakeStore = this.server.connect();
  readonly journals: MemoryBuffer[];
  readonly told: DragonlogError[] = [];
  servers: ServerInfo[] = [INFO];
  /** How often it was asked for its memory. */
  looks = 0;
  forwarder: Forwarder;
  #logged = 0;

  constructor(
    writers = [WRITER],
    readonly clock: Clock = systemClock,
  ) {
    this.journals = writers.map(() => new MemoryBuffer({ bytesMax: 1 << 30 }));
    const sources = this.journals.flatMap((journal, n) =>
      journal.claim().map((each) => named(each, writers[n]!)),
    );
    this.store.servers = async () => this.servers;
    this.store.memory = async () => {
      this.looks++;
      return this.servers;
    };
    this.forwarder = this.open({
      claim: () => sources.filter((source) => !source.finished()),
      flushRequestedAtMs: () => 0,
      close: async () => {},
    });
    this.reopen = () => {
      this.forwarder = this.open({
        claim: () => sources,
        flushRequestedAtMs: () => 0,
        close: async () => {},
      });
    };
  }

  /** Another forwarder on the same journals. */
  readonly reopen: () => void;

  open(buffer: LogBuffer): Forwarder {
    return new Forwarder({
      buffer,
      store: this.store,
      keys: KEYS,
      partitions: async () => 1,
      partitionOf: () => 0,
      encode: (records, host, firstSeq) => encodeBlock(records, host, "none", firstSeq),
      failureOf,
      blockBytes: BLOCK_BYTES,
      storeBytesMax: 0,
      lingerMs: 1,
      clock: this.clock,
      random: () => 1,
      backoff: { baseMs: 1, maxMs: 5 },
      onTrouble: (error) => void this.told.push(error),
    });
  }

  log(count: number, journal = 0, writer = WRITER): void {
    for (let n = 0; n < count; n++) {
      this.journals[journal]!.append({
        timestamp: 1000,
        writer,
        seq: this.#logged++,
        service: "web",
        type: "INFO",
        bytes: Buffer.alloc(LINE_BYTES, "x"),
        start: 0,
        end: LINE_BYTES,
      });
    }
  }

  async drain(): Promise<void> {
    assert.ok(await this.forwarder.drain(AbortSignal.timeout(DEADLINE_MS)), `${this.told.at(-1)?.message}`);
  }

  async blocks(): Promise<Block[]> {
    return Promise.all(this.server.stream(KEYS.blocks(0)).entries.map(({ bytes }) => decodeBlock(bytes)));
  }

  async seqs(): Promise<number[]> {
    return (await this.blocks()).flatMap(({ items }) => items.map(({ seq }) => seq));
  }

  /** What a shipper says. */
  deliver(next: number, writer = WRITER): void {
    this.server.hash(KEYS.delivered(0)).set(`${writer}/1`, JSON.stringify([next, [], 1]));
  }

  /** The next appends: true goes through, false is refused, "lost" is taken and its answer lost; then all go through. */
  answers(...answers: (boolean | "lost")[]): void {
    const append = this.store.append;
    this.store.append = async (stream, bytes) => {
      const answer = answers.shift() ?? true;
      if (answer === false) throw new StoreError("fake", new Error("OOM"), "full");
      const id = await append(stream, bytes);
      if (answer === "lost") throw new StoreError("fake", new Error("cut"), "away");
      return id;
    };
  }
}

function named(source: Source, name: string): Source {
  return new Proxy(source, {
    get: (target, key) => {
      const value = key === "name" ? name : Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

const upTo = (count: number, from = 0): number[] => Array.from({ length: count - from }, (_, n) => from + n);

async function comes(condition: () => boolean): Promise<void> {
  for (const deadline = Date.now() + DEADLINE_MS; !condition(); ) {
    assert.ok(Date.now() < deadline, "what was waited for did not come");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Runs the forwarder meanwhile. */
async function running(scene: Scene, act: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const end = scene.forwarder.run(stop.signal);
  try {
    await act();
  } finally {
    stop.abort();
    await end;
  }
}

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
