/** Stores that are away, full, or hold what nobody expects; and those who put records there and take them out. */
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { openStore } from "../../../src/buffer/redis/client.js";
import { decodeBlock } from "../../../src/buffer/redis/encode-block.js";
import { Keys } from "../../../src/buffer/redis/keys.js";
import { explaining } from "../../../src/buffer/redis/list/explaining.js";
import { Lists } from "../../../src/buffer/redis/list/lists.js";
import { LivingShippers } from "../../../src/buffer/redis/living-shippers.js";
import { partitionOf } from "../../../src/buffer/redis/partition-of.js";
import { readSource } from "../../../src/buffer/redis/redis-buffer.cases.js";
import { RedisBuffer } from "../../../src/buffer/redis/redis-buffer.js";
import type { Store } from "../../../src/buffer/redis/store.js";
import { systemClock } from "../../../src/system/clock.js";
import { until } from "../../harness/program.js";
import type { RedisServer } from "../../harness/redis-server.js";
import { blockOf, WRITER } from "./blocks.js";
import { NO_STORE, type Scene, type Seen, type Stage, thrownBy } from "./stage.js";

const KEYS = new Keys();
const PARTITIONS = 16;
const LIST = "logs:buffer";
const LEASE_MS = 30_000;
/** See block.ts. */
const VERSION_AT = 4;
const CHECKSUM_AT = 12;

/** Those that need no server. */
export const withoutStore = {
  DRAGONLOG_STORE_FAILED: async () => [
    await thrownBy(() => openStore(NO_STORE).then((store) => store.get("x"))),
  ],

  DRAGONLOG_BLOCK_DAMAGED: async () => {
    const block = await blockOf(0, 10);
    block[block.length - 1]! ^= 1;
    return [
      await thrownBy(() => decodeBlock(block)),
      await thrownBy(() => decodeBlock(Buffer.from("hello"))),
    ];
  },

  DRAGONLOG_BLOCK_UNREADABLE: async () => {
    const block = await blockOf(0, 10);
    return [await thrownBy(() => decodeBlock(asWrittenByNext(block)))];
  },
} satisfies Readonly<Record<string, Scene>>;

export const store = {
  DRAGONLOG_STORE_EVICTS: async (stage) => {
    const server = await stage.redis();
    await server.command("CONFIG", "SET", "maxmemory", "64mb", "maxmemory-policy", "allkeys-lru");
    return [await forwarderOf(stage, server.url, "DRAGONLOG_STORE_EVICTS")];
  },

  DRAGONLOG_FORWARDER_FAILED: async (stage) => [
    await forwarderOf(stage, NO_STORE, "DRAGONLOG_FORWARDER_FAILED"),
    await forwarderOfEmptied(stage),
  ],

  DRAGONLOG_STORE_GAP: async (stage) => {
    const opened = await openedStore(stage);
    const partition = partitionOf(WRITER, PARTITIONS);
    const source = (await bufferOf(stage, opened).claim())[partition]!;
    await opened.append(KEYS.blocks(partition), await blockOf(0, 10));
    await opened.append(KEYS.blocks(partition), await blockOf(20, 10));
    return [
      await thrownBy(async () => {
        for (;;) await readSource(source);
      }),
    ];
  },

  DRAGONLOG_PARTITIONS_DIFFER: async (stage) => {
    const opened = await openedStore(stage);
    await opened.set(KEYS.partitions(), "many");
    return [await thrownBy(() => bufferOf(stage, opened).claim())];
  },

  DRAGONLOG_LIST_NOT_EMPTY: async (stage) => {
    const server = await stage.redis();
    await server.command("RPUSH", LIST, "{}");
    const lists = listsOf(await openedStore(stage, server));
    stage.atEnd(() => lists.close());
    return [await thrownBy(() => lists.assertEmpty())];
  },

  DRAGONLOG_LIST_WRONG_TYPE: async (stage) => {
    const server = await stage.redis();
    await server.command("SET", LIST, "{}");
    const opened = await openedStore(stage, server);
    return [await thrownBy(() => explaining(opened, LIST, () => opened.listLength(LIST)))];
  },
} satisfies Readonly<Record<string, Scene>>;

function forwarderOf(stage: Stage, url: string, code: string): Promise<Seen> {
  return stage.told(code, { buffer: url, drainDeadline: "1s" }, (logger) => logger.info("x"));
}

async function forwarderOfEmptied(stage: Stage): Promise<Seen> {
  const server = await stage.redis();
  const opened = await openedStore(stage, server);
  return stage.told(
    "DRAGONLOG_FORWARDER_FAILED",
    { buffer: server.url, drainDeadline: "1s" },
    async (logger) => {
      logger.info("x");
      const blocks = KEYS.blocks(partitionOf(logger.stats().writer, PARTITIONS));
      await until(
        async () => (await opened.length(blocks)) > 0,
        () => "nothing was put into the store",
      );
      await server.kill();
      await server.start();
    },
    /has lost/,
  );
}

async function openedStore(stage: Stage, server?: RedisServer): Promise<Store> {
  const { url } = server ?? (await stage.redis());
  const opened = await openStore(url);
  stage.atEnd(() => opened.close());
  return opened;
}

function bufferOf(stage: Stage, opened: Store): RedisBuffer {
  const buffer = new RedisBuffer({
    store: opened,
    keys: KEYS,
    dir: join(stage.cli.dir, "shipper"),
    clock: systemClock,
    leaseExpiryMs: LEASE_MS,
    gapWaitMs: LEASE_MS,
    onDamage: () => undefined,
    onTrouble: () => undefined,
  });
  stage.atEnd(() => buffer.close());
  return buffer;
}

function listsOf(opened: Store): Lists {
  const sharing = { store: opened, keys: KEYS, clock: systemClock };
  return new Lists({
    ...sharing,
    shippers: new LivingShippers({ ...sharing, id: "one", expiryMs: LEASE_MS }),
    lists: [LIST],
    holder: "one",
    leaseExpiryMs: LEASE_MS,
    onDamage: () => undefined,
    onTrouble: () => undefined,
    onDone: () => undefined,
  });
}

/** With the version after this one, and a checksum that fits. */
function asWrittenByNext(block: Buffer): Buffer {
  block.writeUInt8(block.readUInt8(VERSION_AT) + 1, VERSION_AT);
  block.writeUInt32LE(0, CHECKSUM_AT);
  block.writeUInt32LE(crc32(block), CHECKSUM_AT);
  return block;
}
