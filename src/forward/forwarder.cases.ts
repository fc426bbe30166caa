/** A forwarder between journals and a store in memory that refuses, forgets and is replaced on demand. */
import assert from "node:assert/strict";
import type { LogBuffer, Source } from "../buffer/buffer.js";
import { MemoryBuffer } from "../buffer/memory.js";
import type { Block } from "../buffer/redis/block.js";
import { deliveredField } from "../buffer/redis/delivered.js";
import { decodeBlock, encodeBlock } from "../buffer/redis/encode-block.js";
import { failureOf, StoreError } from "../buffer/redis/failures.js";
import { FakeServer, type FakeStore } from "../buffer/redis/fake-server.cases.js";
import { Keys } from "../buffer/redis/keys.js";
import type { ServerInfo } from "../buffer/redis/store.js";
import { type Clock, systemClock } from "../system/clock.js";
import type { DragonlogError } from "../system/errors.js";
import { Forwarder } from "./forwarder.js";

export const WRITER = "memory";
export const LINE_BYTES = 100;
const BLOCK_BYTES = 10 * LINE_BYTES;
export const KEYS = new Keys();
const DEADLINE_MS = 10_000;

export const INFO: ServerInfo = {
  kind: "redis",
  version: "7",
  runId: "one",
  usedBytes: 0,
  bytesMax: 0,
  evicts: false,
};

/** Time that runs so much faster that nobody waits for a look. */
export const FAST: Clock = {
  now: () => 50 * systemClock.now(),
  elapsed: () => 50 * systemClock.elapsed(),
  after: (ms, ...rest) => systemClock.after(ms / 50, ...rest),
  eventsHandled: systemClock.eventsHandled,
};

/** One or more journals, one partition, and what became of them. */
export class Scene {
  readonly server = new FakeServer(systemClock);
  readonly store: FakeStore = this.server.connect();
  readonly journals: MemoryBuffer[];
  readonly told: DragonlogError[] = [];
  servers: ServerInfo[] = [INFO];
  /** The next so many blocks cannot be made, as where memory is short. */
  unpackable = 0;
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
    this.store.memory = async () => this.servers;
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
      encode: async (records, host, firstSeq) => {
        if (this.unpackable-- > 0) throw new RangeError("Array buffer allocation failed");
        return encodeBlock(records, host, "none", firstSeq);
      },
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

  log(count: number, journal = 0, writer = WRITER, timestampOf: (seq: number) => number = () => 1000): void {
    for (let n = 0; n < count; n++) {
      this.journals[journal]!.append({
        timestamp: timestampOf(this.#logged),
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
    this.server.set(KEYS.lease(0), JSON.stringify({ token: 1 }));
    this.server.hash(KEYS.delivered(0)).set(deliveredField(writer, 1), JSON.stringify([next, [], 1]));
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

export const upTo = (count: number, from = 0): number[] =>
  Array.from({ length: count - from }, (_, n) => from + n);

export async function comes(condition: () => boolean): Promise<void> {
  for (const deadline = Date.now() + DEADLINE_MS; !condition(); ) {
    assert.ok(Date.now() < deadline, "what was waited for did not come");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Runs the forwarder meanwhile. */
export async function running(scene: Scene, act: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const end = scene.forwarder.run(stop.signal);
  try {
    await act();
  } finally {
    stop.abort();
    await end;
  }
}
