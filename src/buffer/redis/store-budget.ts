/**
 * How much of a store's memory records may take, and how much they do. Forwarders stop at the budget, before the server refuses
 * writes: what shippers write to empty it (leases, cursors, what is delivered) must still fit.
 */
import type { ServerMemory } from "./store.js";

/** Of the server's own limit, whatever is asked for. */
const SHARE_MAX = 0.95;

/** Of the server with the least room, where there are several: a cluster gives each of them its share of the partitions. */
export interface StoreSpace {
  readonly usedBytes: number;
  /** Infinity where there is neither a budget nor a limit of the server. */
  readonly budgetBytes: number;
}

/** `storeBytesMax` is for each server; 0 for what its own limit leaves. */
export function storeSpace(servers: readonly ServerMemory[], storeBytesMax: number): StoreSpace {
  const spaces = servers.map(({ usedBytes, bytesMax }) => ({
    usedBytes,
    budgetBytes: Math.min(
      storeBytesMax === 0 ? Number.POSITIVE_INFINITY : storeBytesMax,
      bytesMax === 0 ? Number.POSITIVE_INFINITY : Math.floor(SHARE_MAX * bytesMax),
    ),
  }));
  return spaces.reduce((fullest, space) => (roomIn(space) < roomIn(fullest) ? space : fullest), NO_LIMIT);
}

export function roomIn({ usedBytes, budgetBytes }: StoreSpace): number {
  return budgetBytes - usedBytes;
}

const NO_LIMIT: StoreSpace = { usedBytes: 0, budgetBytes: Number.POSITIVE_INFINITY };
