/** Opens what a shipper empties: the journals of a folder, or a store that many machines fill. */
import type { LogBuffer } from "../buffer/buffer.js";
import { JournalBuffer, type JournalBufferOptions } from "../buffer/journal.js";
import { openStore } from "../buffer/redis/client.js";
import { Keys } from "../buffer/redis/keys.js";
import { checkListKey } from "../buffer/redis/list/list-keys.js";
import { Lists } from "../buffer/redis/list/lists.js";
import { BufferWithLists } from "../buffer/redis/list/with-lists.js";
import { PARTITION_LEASE_EXPIRY_MS } from "../buffer/redis/partition-lease.js";
import { RedisBuffer } from "../buffer/redis/redis-buffer.js";
import { storeSpace } from "../buffer/redis/store-budget.js";
import { type PartitionState, waitingInStore } from "../buffer/redis/waiting-in-store.js";
import type { SharedBuffer } from "../buffer/shared.js";
import type { BufferPlace } from "../config/places.js";
import { STORE_PREFIX } from "../journal/folder.js";
import { systemClock } from "../system/clock.js";
import { ownIdentity } from "../system/process.js";
import { lookAtJournals } from "./look-at-journals.js";
import type { JournalLook } from "./lookout.js";
import type { StoreLook } from "./store-watch.js";

export interface OpenBuffer {
  readonly buffer: LogBuffer;
  /** For people. */
  readonly name: string;
  /** What waits, as it was seen last. */
  look(): readonly JournalLook[];
  /** Looks at a store anew. Undefined where there is none, or it cannot be asked: whoever reads from it tells of that. */
  refresh(): Promise<StoreLook | undefined>;
  /** Rejects when something waits that this shipper was not given. */
  assertEmpty(): Promise<void>;
  close(): Promise<void>;
}

export interface BufferHooks
  extends Pick<JournalBufferOptions, "accepts" | "holder" | "memory" | "onDamage"> {
  /** How long after a shipper's last sign of life a partition of a store is free, in ms; default as in RedisBuffer. */
  readonly leaseExpiryMs: number | undefined;
  /** Of a store's budget; 0 for what its own limit leaves. */
  readonly storeBytesMax: number;
  /** The lists of a store that other programs push to. */
  readonly lists: readonly string[];
  /** Told how many elements of a list are done with. */
  readonly onListed: (list: string, elements: number) => void;
  readonly onTrouble: (error: unknown) => void;
}

/** Rejects with what the place is refused for, and with DRAGONLOG_DEPENDENCY_MISSING; a store that is away is waited for. */
export async function openBuffer(place: BufferPlace, hooks: BufferHooks): Promise<OpenBuffer> {
  return place.kind === "redis" ? openRedis(place, hooks) : openJournals(place.dir, hooks);
}

/** What loggers of this process keep in memory, where nobody else sees it. */
export function openShared(buffer: SharedBuffer): OpenBuffer {
  return {
    buffer,
    name: "the memory of this process",
    look: () => [],
    refresh: async () => undefined,
    assertEmpty: async () => {},
    close: () => buffer.close(),
  };
}

function openJournals(dir: string, { onTrouble, ...hooks }: BufferHooks): OpenBuffer {
  const buffer = new JournalBuffer({
    dir,
    clock: systemClock,
    accepts: (info) => isForNoStore(info?.shipper),
    ...hooks,
    onClaimFailure: onTrouble,
  });
  return {
    buffer,
    name: dir,
    look: () => lookAtJournals(dir, systemClock.now()),
    refresh: async () => undefined,
    assertEmpty: async () => {},
    close: () => buffer.close(),
  };
}

/** What is bound for a store may wait in there already; the machine's next forwarder goes on with it. */
export function isForNoStore(meantFor: string | undefined): boolean {
  return !meantFor?.startsWith(STORE_PREFIX);
}

async function openRedis(
  { dir, url }: BufferPlace & { kind: "redis" },
  {
    onDamage,
    onTrouble,
    onListed,
    lists,
    leaseExpiryMs = PARTITION_LEASE_EXPIRY_MS,
    storeBytesMax,
    memory,
  }: BufferHooks,
): Promise<OpenBuffer> {
  const keys = new Keys();
  for (const list of lists) {
    checkListKey(list, keys.prefix);
  }
  const store = await openStore(url);
  const common = { store, keys, clock: systemClock, leaseExpiryMs, onDamage, onTrouble };
  const partitioned = new RedisBuffer({ ...common, memory, dir });
  const listed = new Lists({
    ...common,
    lists,
    shippers: partitioned.shippers,
    holder: partitioned.holder,
    onDone: onListed,
  });
  const buffer = new BufferWithLists(partitioned, listed);
  let seen: readonly JournalLook[] = [];
  const refresh = async (): Promise<StoreLook> => {
    const [partitions, lists, servers] = await Promise.all([
      waitingInStore(store, keys),
      listed.waiting(),
      store.memory(),
    ]);
    const places = [
      ...partitions.map(({ partition, waiting }) => ({ writer: `partition ${partition}`, waiting })),
      ...lists.map(({ list, waiting }) => ({ writer: `list ${list}`, waiting })),
    ];
    seen = places.map(({ writer, waiting }) => ({
      writer,
      service: "the store",
      dir: store.name,
      bytes: waiting.bytes,
      bytesMax: undefined,
      waiting,
      dropped: {},
    }));
    return {
      store: store.name,
      space: storeSpace(servers, storeBytesMax),
      evicts: servers.some(({ evicts }) => evicts),
      atMs: systemClock.elapsed(),
      toldByOther: isOther(partitions[0]?.shipper),
    };
  };
  return {
    buffer,
    name: store.name,
    look: () => seen,
    refresh: () => refresh().catch(() => undefined),
    assertEmpty: () => listed.assertEmpty(),
    async close() {
      await buffer.close();
      await store.close();
    },
  };
}

function isOther(shipper: PartitionState["shipper"]): boolean {
  const { host, pid } = ownIdentity();
  return shipper !== undefined && (shipper.host !== host || shipper.pid !== pid);
}
