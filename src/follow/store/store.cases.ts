/** Writers and a shipper of a store, without their machinery: blocks come, and go when they are delivered. */
import { encodeBlock } from "../../buffer/redis/encode-block.js";
import { FIRST, idBehind } from "../../buffer/redis/entry-id.js";
import type { Keys } from "../../buffer/redis/keys.js";
import { partitionOf } from "../../buffer/redis/partition-of.js";
import { agreePartitions } from "../../buffer/redis/partitions.js";
import type { Store } from "../../buffer/redis/store.js";
import { lineOf } from "../../journal/journal.cases.js";
import type { Clock } from "../../system/clock.js";
import type { Followable } from "../follower.cases.js";
import { findInStore } from "./find-in-store.js";
import { StoreFollower } from "./store-follower.js";

export interface Blocks extends Followable {
  /** As a forwarder does that sends again. */
  appendFrom(writer: string, fromSeq: number, payloads: readonly string[], timestamp?: number): Promise<void>;
}

/** `connect` opens a store that may be closed; the first one stays. */
export async function openBlocks(
  connect: () => Store | Promise<Store>,
  keys: Keys,
  clock: Clock,
  partitions = 3,
): Promise<Blocks> {
  const store = await connect();
  const seqs = new Map<string, number>();
  let now = 1000;
  await agreePartitions(store, keys, partitions);
  return {
    follow: async (start) => StoreFollower.open({ store: await connect(), keys, lists: [], start, clock }),
    find: (id) => findInStore(store, keys, [], id, clock.now()),
    append(this: Blocks, writer, payloads, timestamp) {
      return this.appendFrom(writer, seqs.get(writer) ?? 0, payloads, timestamp);
    },
    async appendFrom(writer, fromSeq, payloads, timestamp = now++) {
      seqs.set(writer, Math.max(seqs.get(writer) ?? 0, fromSeq + payloads.length));
      const items = payloads.map((payload, n) => {
        const bytes = Buffer.from(lineOf(fromSeq + n, payload, timestamp));
        const place = { writer, seq: fromSeq + n, timestamp, service: "svc", type: "INFO" };
        return { ...place, bytes, start: 0, end: bytes.length };
      });
      const block = await encodeBlock(items, "host", "brotli");
      await store.append(keys.blocks(partitionOf(writer, partitions)), block);
    },
    async deliver() {
      for (let partition = 0; partition < partitions; partition++) {
        const last = await store.lastId(keys.blocks(partition));
        if (last !== FIRST) await store.trim(keys.blocks(partition), idBehind(last));
      }
    },
  };
}
