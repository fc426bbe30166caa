/** How many partitions a store has: agreed on once, by whoever comes first, for a writer's series stays where it began. */
import { DragonlogError } from "../../system/errors.js";
import type { Keys } from "./keys.js";
import type { Store } from "./store.js";

/** One leased partition keeps a shipper busy; more of them let more shippers share, and cost a few commands a second each. */
export const PARTITIONS_DEFAULT = 16;

/** The number of partitions. Rejects with DRAGONLOG_PARTITIONS_DIFFER when `wanted` is another one. */
export async function agreePartitions(store: Store, keys: Keys, wanted?: number): Promise<number> {
  const key = keys.partitions();
  let partitions = await agreedPartitions(store, keys);
  if (partitions === undefined) {
    // Only now: a store that is full refuses it, missing or not.
    await store.setIfMissing(key, String(wanted ?? PARTITIONS_DEFAULT));
    partitions = (await agreedPartitions(store, keys)) ?? PARTITIONS_DEFAULT;
  }
  if (wanted !== undefined && wanted !== partitions) {
    throw new DragonlogError(
      "DRAGONLOG_PARTITIONS_DIFFER",
      `${store.name} has ${partitions} partitions, not ${wanted}`,
      `Say ${partitions} here, or nothing. To change it, empty the store and delete ${key} before anything is sent again.`,
    );
  }
  return partitions;
}

/** The number of partitions that the store has; undefined when nobody has used it yet. */
export async function agreedPartitions(store: Store, keys: Keys): Promise<number | undefined> {
  const key = keys.partitions();
  const text = await store.get(key);
  const partitions = Number(text);
  if (text !== undefined && (!Number.isSafeInteger(partitions) || partitions < 1)) {
    throw new DragonlogError(
      "DRAGONLOG_PARTITIONS_DIFFER",
      `${store.name} says in ${key} that it has ${JSON.stringify(text)} partitions`,
      "Something else wrote to this key. Delete it while nothing waits in the store.",
    );
  }
  return text === undefined ? undefined : partitions;
}
