/** What the tests of health and of overviews stand on: reports and journals of a machine on which all is well. */
import type { JournalState } from "../buffer/waiting.js";
import type { ForwarderReport } from "../forward/report.js";
import { newCounts } from "../ship/counts.js";
import { LatencyHistogram } from "../ship/latency.js";
import type { ShipperReport } from "../ship/report.js";
import type { HealthFacts } from "./health.js";
import type { StoreState } from "./store-state.js";

export const NOW_MS = Date.UTC(2026, 0, 1);
export const PROCESS = { pid: 7, startTime: "1", boot: "b", host: "here", namespace: "n" };
const STARTED = { startedAt: "2025-12-31T00:00:00.000Z", updatedAt: "2025-12-31T00:00:00.000Z" };
const NOTHING_WAITS = { records: 0, bytes: 0, oldestMs: undefined };

/** So many records, of which the oldest has waited for so long. */
export function waitingFor(ageMs: number, records = 3, bytes = 300) {
  return { records, bytes, oldestMs: NOW_MS - ageMs };
}

/** Taken by the shipper. */
export function journalOf(parts: Partial<JournalState> = {}): JournalState {
  return {
    folder: "/j/w",
    writer: "w",
    service: "web",
    host: "here",
    pid: 1,
    meantFor: "any",
    alive: true,
    waiting: NOTHING_WAITS,
    waitingSinceMs: undefined,
    deliveredTo: 10,
    loggedTo: 10,
    fileBytes: 8 << 20,
    bytesMax: 1 << 30,
    dropped: {},
    shipperPid: PROCESS.pid,
    error: undefined,
    ...parts,
  };
}

export function shipperOf(parts: Partial<ShipperReport> = {}): ShipperReport {
  return {
    process: PROCESS,
    ...STARTED,
    sink: "cloudwatch here",
    intervalMs: 120_000,
    circuit: "closed",
    batchesInFlight: 0,
    refused: [],
    counts: newCounts(),
    putLatency: new LatencyHistogram().taken,
    destinations: [],
    deadBytesMax: 1000,
    alerts: { gathered: 0, channels: {} },
    ...parts,
  };
}

export function forwarderOf(parts: Partial<ForwarderReport> = {}): ForwarderReport {
  const counts = { blocks: 0, records: 0, lineBytes: 0, blockBytes: 0, losses: 0, lostRecords: 0 };
  return {
    process: PROCESS,
    ...STARTED,
    store: "redis://s",
    journals: 1,
    fromRam: false,
    recordsInStore: 0,
    counts: { ...counts, failures: {}, lastError: undefined },
    ...parts,
  };
}

export function storeOf(parts: Partial<StoreState> = {}): NonNullable<HealthFacts["store"]> {
  const state: StoreState = {
    servers: [
      { kind: "redis", version: "7", runId: "r", usedBytes: 1 << 20, bytesMax: 1 << 30, evicts: false },
    ],
    partitions: [],
    waiting: NOTHING_WAITS,
    lists: [],
    shippers: [{ id: "s", host: "there", pid: 9, partitions: [0] }],
    deliveredTo: {},
    ...parts,
  };
  return { view: { name: "redis://s", state, error: undefined }, bound: "store-s", storeBytesMax: 0 };
}

export function factsOf(parts: Partial<HealthFacts> = {}): HealthFacts {
  return {
    nowMs: NOW_MS,
    journals: [journalOf()],
    shippers: [shipperOf()],
    forwarders: [],
    store: undefined,
    forwarded: new Map(),
    deadLetters: { dir: "/j/dead", bytes: 0, bytesMax: 1000, since: undefined },
    ...parts,
  };
}
