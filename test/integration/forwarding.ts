/** A real store, what lies in it, and a shipper of this process that takes it out: what the forwarder's tests look at. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { openStore } from "../../src/buffer/redis/client.js";
import { decodeBlock } from "../../src/buffer/redis/encode-block.js";
import { Keys } from "../../src/buffer/redis/keys.js";
import { RedisBuffer } from "../../src/buffer/redis/redis-buffer.js";
import type { Store } from "../../src/buffer/redis/store.js";
import type { LoggerOptions } from "../../src/logger/types.js";
import { systemClock } from "../../src/system/clock.js";
import { until } from "../harness/program.js";
import { RedisServer } from "../harness/redis-server.js";
import type { App } from "./in-app.js";
import { Shipping } from "./shipping.js";

const PARTITIONS = 16;
const READ_BYTES = 1 << 20;
const LEASE_MS = 1000;
const GAP_WAIT_MS = 20_000;
const KEYS = new Keys();

export class Forwarding {
  private constructor(
    readonly shipping: Shipping,
    readonly server: RedisServer,
    readonly store: Store,
  ) {}

  /** With further flags of the server. */
  static async open(context: TestContext, flags: readonly string[] = []): Promise<Forwarding> {
    const shipping = await Shipping.open(context);
    const server = await RedisServer.start({ flags });
    const store = await openStore(server.url);
    context.after(async () => {
      await store.close();
      await server.stop();
    });
    return new Forwarding(shipping, server, store);
  }

  /** Opens a logger in an application that forwards to the store. */
  openIn(app: App, name: string, options: Partial<LoggerOptions> = {}): Promise<void> {
    const { dir } = this.shipping;
    const own = { buffer: this.server.url, journalDir: dir, drainDeadline: "20s" };
    return app.order({ open: name, options: { ...own, ...options } });
  }

  /** The seqs of each writer in the order in which they stand in the store. */
  async stored(): Promise<Map<string, number[]>> {
    const seqs = new Map<string, number[]>();
    for (let partition = 0; partition < PARTITIONS; partition++) {
      for (const { bytes } of await this.store.read(KEYS.blocks(partition), "0-0", 100_000)) {
        const { writer, items } = await decodeBlock(bytes);
        seqs.set(writer, [...(seqs.get(writer) ?? []), ...items.map(({ seq }) => seq)]);
      }
    }
    return seqs;
  }

  /** In the order of the partitions, and in there of the store. */
  async lines(): Promise<string[]> {
    const lines: string[] = [];
    for (let partition = 0; partition < PARTITIONS; partition++) {
      for (const { bytes } of await this.store.read(KEYS.blocks(partition), "0-0", 100_000)) {
        const { items } = await decodeBlock(bytes);
        lines.push(...items.map(({ bytes: all, start, end }) => all.toString("utf8", start, end)));
      }
    }
    return lines;
  }

  async storedCount(): Promise<number> {
    return [...(await this.stored()).values()].flat().length;
  }

  async untilStored(count: number): Promise<void> {
    let stored = 0;
    await until(
      async () => {
        // The store may have come back just now, and the connection not yet.
        stored = await this.storedCount().catch(() => stored);
        return stored >= count;
      },
      () => `${stored} of ${count} records are in the store`,
    );
  }
}

/** Delivers at once whatever stands in the store, and remembers it in order. */
export class TestShipper {
  /** The seqs of each writer in the order of delivery. */
  readonly delivered = new Map<string, number[]>();
  readonly #stop = new AbortController();
  readonly #end: Promise<void>;

  private constructor(store: Store, dir: string) {
    this.#end = this.#run(
      new RedisBuffer({
        store,
        keys: KEYS,
        dir,
        clock: systemClock,
        leaseExpiryMs: LEASE_MS,
        gapWaitMs: GAP_WAIT_MS,
        onDamage: ({ detail }) => assert.fail(detail),
        onTrouble: () => {},
      }),
    );
  }

  static start(context: TestContext, { store }: Forwarding): TestShipper {
    const dir = mkdtempSync(join(tmpdir(), "dragonlog-shipper-"));
    const shipper = new TestShipper(store, dir);
    context.after(async () => {
      await shipper.stop();
      rmSync(dir, { recursive: true, force: true });
    });
    return shipper;
  }

  get count(): number {
    return [...this.delivered.values()].reduce((sum, seqs) => sum + seqs.length, 0);
  }

  async untilDelivered(count: number): Promise<void> {
    await until(
      () => this.count >= count,
      () => `${this.count} of ${count} records are delivered`,
    );
  }

  /** Each record of each of the writers once, in order. */
  assertWhole(writers: number, each: number): void {
    assert.equal(this.delivered.size, writers);
    for (const seqs of this.delivered.values()) {
      const wrong = seqs.findIndex((seq, place) => seq !== place);
      assert.equal(wrong, -1, `${seqs.slice(Math.max(0, wrong - 3), wrong + 3)} at ${wrong}`);
      assert.equal(seqs.length, each);
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#end;
  }

  async #run(buffer: RedisBuffer): Promise<void> {
    while (!this.#stop.signal.aborted) {
      // The store may be away.
      await this.#shipOnce(buffer).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await buffer.close();
  }

  async #shipOnce(buffer: RedisBuffer): Promise<void> {
    for (const source of await buffer.claim()) {
      for (let more = true; more; ) {
        const { records, drained } = await source.read(READ_BYTES);
        for (const { writer, seq } of records) {
          const seqs = this.delivered.get(writer) ?? [];
          this.delivered.set(writer, seqs);
          seqs.push(seq);
        }
        const first = records[0];
        if (first !== undefined) source.acknowledge([{ from: first.ordinal, to: records.at(-1)!.ordinal }]);
        more = !drained && !this.#stop.signal.aborted;
      }
    }
  }
}
