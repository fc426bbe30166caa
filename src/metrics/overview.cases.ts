/** Overviews made by hand: one in which everything is there, and one of a machine where nothing has happened yet. */
import { newCounts, type ShipCounts } from "../ship/counts.js";
import { LATENCY_BUCKETS_MS } from "../ship/vitals.js";
import type { Overview, ShipperView, WriterView } from "../watch/overview.js";

export const AT_MS = Date.UTC(2026, 7, 1, 12);
export const PID = 4242;

const NO_JOURNALS = {
  ...{ journals: 0, alive: 0, unreadable: 0, fileBytes: 0, bytesMax: 0, lagRecords: 0, dropped: {} },
  suppressed: [],
  waiting: { records: 0, bytes: 0, oldestMs: undefined },
};
const NOTHING = { records: 0, bytes: 0, oldestMs: undefined };

export function writerView(view: Partial<WriterView> = {}): WriterView {
  return {
    writer: "w1",
    service: "api",
    host: "machine",
    pid: 7,
    alive: true,
    waiting: { records: 10, bytes: 9000, oldestMs: AT_MS - 5000 },
    fileBytes: 16_777_216,
    bytesMax: 1_073_741_824,
    lagRecords: 12,
    dropped: {},
    takenBy: PID,
    boundFor: "any shipper",
    error: undefined,
    ...view,
  };
}

export function shipperView(view: Partial<ShipperView> = {}, counts: Partial<ShipCounts> = {}): ShipperView {
  return {
    pid: PID,
    host: "machine",
    startedAtMs: AT_MS - 3_600_000,
    sink: "cloudwatch eu-central-1",
    page: undefined,
    pageTrouble: undefined,
    intervalMs: 120_000,
    circuit: "closed",
    troubles: [],
    refused: 0,
    batchesInFlight: 3,
    counts: { ...newCounts(), ...counts },
    rates: { overMs: 30_000, inRecords: 12.5, outRecords: 11.5, outBytes: 10_000 },
    putLatency: { buckets: LATENCY_BUCKETS_MS.map(() => 0).concat(0), count: 0, sumMs: 0 },
    destinations: [],
    alerts: { gathered: 0, channels: {} },
    ...view,
  };
}

export function quietOverview(overview: Partial<Overview> = {}): Overview {
  return {
    atMs: AT_MS,
    version: "1.2.3",
    host: "machine",
    dir: "/var/lib/dragonlog",
    health: { healthy: true, problems: [], warnings: [] },
    waiting: NOTHING,
    rates: undefined,
    writers: [],
    writersMore: 0,
    journals: NO_JOURNALS,
    forwarders: [],
    store: undefined,
    shippers: [shipperView()],
    standbys: [],
    deadLetters: { dir: "/var/lib/dragonlog/dead", bytes: 0, bytesMax: 1_073_741_824, since: undefined },
    ...overview,
  };
}

/** One from which every metric has a sample. */
export function fullOverview(): Overview {
  const waiting = { records: 30, bytes: 27_000, oldestMs: AT_MS - 90_000 };
  const forwarder = {
    ...{ store: "redis://store:6379", journals: 1, fromRam: false, failures: {} },
    ...{ trouble: undefined, troubleSinceMs: undefined },
  };
  return quietOverview({
    health: {
      healthy: false,
      problems: ["nothing is sent"],
      warnings: ["there are dead letters", "another"],
    },
    waiting,
    rates: { overMs: 30_000, inRecords: 12.5, outRecords: 11.5, outBytes: 10_000 },
    journals: {
      ...{ journals: 210, alive: 150, unreadable: 1, fileBytes: 5e8, bytesMax: 1e10, lagRecords: 66 },
      ...{ dropped: { "journal full": 5 }, waiting: { records: 100, bytes: 90_000, oldestMs: undefined } },
      suppressed: [
        { service: "web", type: "DEBUG", cause: "limit", records: 1200 },
        { service: "shop", type: "other", cause: "sample", records: 4 },
      ],
    },
    writersMore: 206,
    writers: [
      writerView(),
      writerView({ writer: "w2", waiting, lagRecords: 30, dropped: { "journal full": 5 } }),
      writerView({ writer: "w3", service: "shop", alive: false, bytesMax: undefined, takenBy: undefined }),
      writerView({ writer: "w4", service: "shop", waiting: NOTHING, error: "EACCES" }),
    ],
    forwarders: [
      { ...forwarder, pid: 8, records: 100, inStore: 40, lost: 2 },
      {
        ...{ ...forwarder, pid: 9, records: 10, inStore: 1, lost: 0, failures: { full: 6 } },
        ...{ trouble: "the store is full", troubleSinceMs: AT_MS - 1000 },
      },
    ],
    store: {
      name: "redis://store:6379",
      error: undefined,
      servers: [
        { kind: "dragonfly", version: "1.40.1", usedBytes: 600, bytesMax: 1000, evicts: false },
        { kind: "dragonfly", version: "1.40.1", usedBytes: 900, bytesMax: 1000, evicts: true },
      ],
      budgetBytes: 950,
      partitions: 16,
      blocks: 5,
      waiting,
      fullest: [],
      lists: [
        { key: "logs:buffer", entries: 7, error: undefined },
        { key: "unreadable", entries: undefined, error: "WRONGTYPE" },
      ],
      shippers: [
        { host: "machine", pid: PID, partitions: 9, held: "0-8" },
        { host: "other", pid: PID, partitions: 7, held: "9-15" },
      ],
    },
    shippers: [
      shipperView({ pid: 1, sink: "stdout" }, { deliveredRecords: 987_654_321 }),
      shipperView({ host: "other", sink: "stdout" }, { deliveredRecords: 987_654_321 }),
      shipperView(
        {
          circuit: "open",
          refused: 2,
          troubles: [
            {
              cause: "throttled",
              detail: "slow down",
              sinceMs: AT_MS,
              retryAtMs: AT_MS,
              destination: undefined,
            },
            { cause: "denied", detail: "no", sinceMs: AT_MS, retryAtMs: undefined, destination: "g/s" },
            { cause: "denied", detail: "no", sinceMs: AT_MS, retryAtMs: undefined, destination: "g/t" },
          ],
          logged: { records: 130, bytes: 117_000 },
          putLatency: { buckets: [1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 4, 5], count: 15, sumMs: 12_345 },
          destinations: [
            {
              ...{ group: "g", stream: "s", records: 100, bytes: 90_000, batches: 3, failures: 1 },
              ...{ recordsPerSecond: 5, deliveredAtMs: AT_MS - 500, lastError: undefined },
            },
            {
              ...{ group: "", stream: "(others)", records: 1, bytes: 900, batches: 1, failures: 0 },
              ...{ recordsPerSecond: undefined, deliveredAtMs: undefined, lastError: "no" },
            },
          ],
          alerts: {
            gathered: 4,
            channels: { mail: { sent: 3, failures: 2, dropped: 1, waiting: 1 } },
          },
        },
        {
          deliveredRecords: 101,
          deliveredBytes: 90_900,
          deliveredBatches: 4,
          failures: { throttled: 3, network: 1, "dead letters": 5 },
          splits: 1,
          parks: 2,
          lookups: 3,
          foundStored: 4,
          deadLetters: { invalid: 2 },
          damage: { damaged: 3, "damaged bytes": 4096, missing: 1 },
          lists: { "logs:buffer": 9 },
          readFailures: 1,
        },
      ),
    ],
    standbys: [{ pid: 77, sinceMs: AT_MS - 1000 }],
    deadLetters: {
      dir: "/var/lib/dragonlog/dead",
      bytes: 2048,
      bytesMax: 1_073_741_824,
      since: "2026-07-31",
    },
  });
}
