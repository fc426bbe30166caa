/** Opens what a shipper empties: the journals of a folder, or a store that many machines fill. */
import type { LogBuffer } from "../buffer/buffer.js";
import { JournalBuffer, type JournalBufferOptions } from "../buffer/journal.js";
import { openStore } from "../buffer/redis/client.js";
import { Keys } from "../buffer/redis/keys.js";
import { RedisBuffer } from "../buffer/redis/redis-buffer.js";
import { waitingInStore } from "../buffer/redis/waiting-in-store.js";
import type { BufferPlace } from "../config/places.js";
import { STORE_PREFIX, type WriterInfo } from "../journal/folder.js";
import { systemClock } from "../system/clock.js";
import { every } from "../system/every.js";
import { lookAtJournals } from "./look-at-journals.js";
import type { JournalLook } from "./lookout.js";

/** What waits in a store is asked for this often, for status and alerts. */
const LOOK_INTERVAL_MS = 5000;

export interface OpenBuffer {
  readonly buffer: LogBuffer;
  /** For people. */
  readonly name: string;
  /** What waits, as it was seen last. */
  look(): readonly JournalLook[];
  close(): Promise<void>;
}

export interface BufferHooks extends Pick<JournalBufferOptions, "accepts" | "holder" | "onDamage"> {
  /** How long after a shipper's last sign of life a partition of a store is free, in ms; default as in RedisBuffer. */
  readonly leaseExpiryMs: number | undefined;
  readonly onTrouble: (error: unknown) => void;
}

/** Rejects with what the place is refused for, and with DRAGONLOG_DEPENDENCY_MISSING; a store that is away is waited for. */
export async function openBuffer(place: BufferPlace, hooks: BufferHooks): Promise<OpenBuffer> {
  return place.kind === "redis" ? openRedis(place, hooks) : openJournals(place.dir, hooks);
}

function openJournals(dir: string, { onTrouble, ...hooks }: BufferHooks): OpenBuffer {
  const buffer = new JournalBuffer({
    dir,
    clock: systemClock,
    accepts: isForNoStore,
    ...hooks,
    onClaimFailure: onTrouble,
  });
  return {
    buffer,
    name: dir,
    look: () => lookAtJournals(dir, systemClock.now()),
    close: () => buffer.close(),
  };
}

/** What is bound for a store may wait in there already; the machine's next forwarder goes on with it. */
function isForNoStore(info: WriterInfo | undefined): boolean {
  return info === undefined || !info.shipper.startsWith(STORE_PREFIX);
}

async function openRedis(
  { dir, url }: BufferPlace & { kind: "redis" },
  { onDamage, onTrouble, leaseExpiryMs }: BufferHooks,
): Promise<OpenBuffer> {
  const store = await openStore(url);
  const keys = new Keys();
  const buffer = new RedisBuffer({
    ...{ store, keys, dir, clock: systemClock, onDamage, onTrouble },
    ...(leaseExpiryMs === undefined ? {} : { leaseExpiryMs }),
  });
  let seen: readonly JournalLook[] = [];
  const refresh = async (): Promise<void> => {
    const partitions = await waitingInStore(store, keys);
    seen = partitions.map(({ partition, waiting }) => ({
      writer: `partition ${partition}`,
      service: "the store",
      dir: store.name,
      bytes: waiting.bytes,
      bytesMax: undefined,
      waiting,
      dropped: {},
    }));
  };
  // A store that cannot be asked is told of by whoever reads from it.
  const stop = every(LOOK_INTERVAL_MS, () => void refresh().catch(() => {}));
  return {
    buffer,
    name: store.name,
    look: () => seen,
    async close() {
      stop();
      await buffer.close();
      await store.close();
    },
  };
}
