/** What waits in a store, seen from outside, whoever ships it. */
import type { Waiting } from "../buffer.js";
import { FIRST, putMs } from "./entry-id.js";
import type { Keys } from "./keys.js";
import { leaseHolderIn, type PartitionHolder } from "./partition-lease.js";
import { agreedPartitions } from "./partitions.js";
import { waitingInBlock } from "./read-ahead.js";
import type { Store } from "./store.js";

/** The first blocks of each partition, which stand for the others. */
const SAMPLE_BLOCKS = 4;

export interface PartitionState {
  readonly partition: number;
  readonly blocks: number;
  /**
   * By what the blocks say of themselves: records that are delivered, in a block with others that are not, are counted.
   * Exact for up to `SAMPLE_BLOCKS` blocks, an estimate by the first ones for more.
   */
  readonly waiting: Waiting;
  /** When the first block was put there, by the clock of the store; undefined where nothing waits. */
  readonly waitingSinceMs: number | undefined;
  /** The shipper that empties it. */
  readonly shipper: PartitionHolder | undefined;
}

/** By partition; none where nobody has used the store yet. Rejects when it cannot be read. */
export async function waitingInStore(store: Store, keys: Keys): Promise<PartitionState[]> {
  const partitions = (await agreedPartitions(store, keys)) ?? 0;
  return Promise.all(Array.from({ length: partitions }, (_, partition) => stateOf(store, keys, partition)));
}

async function stateOf(store: Store, keys: Keys, partition: number): Promise<PartitionState> {
  const stream = keys.blocks(partition);
  const [blocks, sample, lease] = await Promise.all([
    store.length(stream),
    store.read(stream, FIRST, SAMPLE_BLOCKS),
    store.get(keys.lease(partition)),
  ]);
  const heads = sample.map(({ bytes }) => waitingInBlock(bytes));
  const factor = Math.max(1, blocks / Math.max(1, sample.length));
  const waiting: Waiting = {
    records: Math.round(factor * heads.reduce((sum, { records }) => sum + records, 0)),
    bytes: Math.round(factor * heads.reduce((sum, { bytes }) => sum + bytes, 0)),
    oldestMs: heads.find(({ oldestMs }) => oldestMs !== undefined)?.oldestMs,
  };
  return {
    partition,
    blocks,
    waiting,
    waitingSinceMs: sample[0] && putMs(sample[0].id),
    shipper: leaseHolderIn(lease),
  };
}
