/** What a store holds. Each shipper of a store says the same of it; without a store there are no samples. */
import type { Overview, StoreOverview } from "../watch/overview.js";
import { ageSeconds } from "./machine.js";
import { gauge, type Metric } from "./metric.js";
import { byLabels, one, type Sample } from "./samples.js";

export const STORE: readonly Metric[] = [
  ofStore("dragonlog_store_up", [], "1 while the store can be read, 0 otherwise.", ({ error }) =>
    one(error === undefined ? 1 : 0),
  ),
  ofReadable("dragonlog_store_servers", [], "Servers that it consists of.", ({ servers }) =>
    one(servers.length),
  ),
  ofReadable("dragonlog_store_used_bytes", [], "Memory that its servers use.", ({ servers }) =>
    one(servers.reduce((sum, { usedBytes }) => sum + usedBytes, 0)),
  ),
  ofReadable(
    "dragonlog_store_max_bytes",
    [],
    "The most memory that its servers use; none where one of them has no limit.",
    ({ servers }) =>
      servers.some(({ bytesMax }) => bytesMax === 0)
        ? []
        : one(servers.reduce((sum, { bytesMax }) => sum + bytesMax, 0)),
  ),
  ofReadable(
    "dragonlog_store_fullest_ratio",
    [],
    "Of the server with the least room: the share of its memory that is used.",
    ({ servers }) =>
      one(
        Math.max(0, ...servers.map(({ usedBytes, bytesMax }) => (bytesMax > 0 ? usedBytes / bytesMax : 0))),
      ),
  ),
  ofReadable(
    "dragonlog_store_budget_bytes",
    [],
    "Memory up to which records go in, of the server with the least room; none without a limit.",
    ({ budgetBytes }) => one(budgetBytes),
  ),
  ofReadable(
    "dragonlog_store_evicts",
    [],
    "1 where a server deletes what it was given when its memory is full.",
    ({ servers }) => one(servers.some(({ evicts }) => evicts) ? 1 : 0),
  ),
  ofReadable(
    "dragonlog_store_waiting_records",
    [],
    "Records that wait in the store, of all machines.",
    ({ waiting }) => one(waiting.records),
  ),
  ofReadable("dragonlog_store_waiting_bytes", [], "Bytes of their lines.", ({ waiting }) =>
    one(waiting.bytes),
  ),
  ofReadable(
    "dragonlog_store_oldest_age_seconds",
    [],
    "Age of the oldest record that waits there; 0 when none does.",
    ({ waiting }, overview) => one(ageSeconds(overview, waiting)),
  ),
  ofReadable("dragonlog_store_blocks", [], "Blocks that it holds.", ({ blocks }) => one(blocks)),
  ofReadable("dragonlog_store_partitions", [], "Partitions that it has.", ({ partitions }) =>
    one(partitions),
  ),
  ofReadable("dragonlog_store_partitions_taken", [], "Partitions that a shipper empties.", ({ shippers }) =>
    one(shippers.reduce((sum, { partitions }) => sum + partitions, 0)),
  ),
  ofReadable("dragonlog_store_shippers", [], "Shippers of the store, on all machines.", ({ shippers }) =>
    one(shippers.length),
  ),
  ofReadable("dragonlog_store_list_entries", ["list"], "Entries that wait in a list.", ({ lists }) =>
    byLabels(
      ["list"],
      lists.map(({ key, entries }) => ({ names: [key], value: entries })),
    ),
  ),
];

function ofStore(
  name: string,
  labels: readonly string[],
  help: string,
  read: (store: StoreOverview, overview: Overview) => Sample[],
): Metric {
  return gauge(name, labels, help, ({ overview }) =>
    overview.store === undefined ? [] : read(overview.store, overview),
  );
}

/** A store that cannot be read holds nobody knows what: no samples, rather than zeros. */
function ofReadable(
  name: string,
  labels: readonly string[],
  help: string,
  read: (store: StoreOverview, overview: Overview) => Sample[],
): Metric {
  return ofStore(name, labels, help, (store, overview) =>
    store.error === undefined ? read(store, overview) : [],
  );
}
