/** A store as it stands in an overview. */
import { storeSpace } from "../buffer/redis/store-budget.js";
import { inOneLine } from "../system/figures.js";
import type { StoreOverview } from "./overview.js";
import type { StoreState, StoreView } from "./store-state.js";

/** A screen of partitions says enough to people. */
const PARTITIONS_MAX = 32;
const NOTHING = { records: 0, bytes: 0, oldestMs: undefined };

export function storeOverview({ name, state, error }: StoreView, storeBytesMax: number): StoreOverview {
  if (state === undefined) {
    return {
      name,
      error: error && inOneLine(error),
      servers: [],
      budgetBytes: undefined,
      partitions: 0,
      blocks: 0,
      waiting: NOTHING,
      fullest: [],
      lists: [],
      shippers: [],
    };
  }
  const { servers, partitions, waiting, lists, shippers } = state;
  const { budgetBytes } = storeSpace(servers, storeBytesMax);
  return {
    name,
    error: undefined,
    servers: servers.map(({ kind, version, usedBytes, bytesMax, evicts }) => ({
      kind,
      version,
      usedBytes,
      bytesMax,
      evicts,
    })),
    budgetBytes: Number.isFinite(budgetBytes) ? budgetBytes : undefined,
    partitions: partitions.length,
    blocks: partitions.reduce((sum, { blocks }) => sum + blocks, 0),
    waiting,
    fullest: fullestOf(state),
    lists,
    shippers: shippers.map(({ host, pid, partitions: held }) => ({
      host,
      pid,
      partitions: held.length,
      held: rangesText(held),
    })),
  };
}

function fullestOf({ partitions }: StoreState): StoreOverview["fullest"] {
  return partitions
    .filter(({ blocks }) => blocks > 0)
    .sort((a, b) => b.waiting.bytes - a.waiting.bytes)
    .slice(0, PARTITIONS_MAX)
    .map(({ partition, blocks, waiting, shipper }) => ({
      partition,
      blocks,
      waiting,
      shipper: shipper && { host: shipper.host, pid: shipper.pid },
    }));
}

/** Such as `0-3, 7`, of rising numbers. */
function rangesText(numbers: readonly number[]): string {
  const ranges: [from: number, to: number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last?.[1] === number - 1) {
      last[1] = number;
    } else {
      ranges.push([number, number]);
    }
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(", ");
}
