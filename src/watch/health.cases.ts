/** What the tables of tests of health stand on: reports and journals in trouble, and the test of a row. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { PartitionState } from "../buffer/redis/waiting-in-store.js";
import { newCounts } from "../ship/counts.js";
import {
  factsOf,
  forwarderOf,
  journalOf,
  NOW_MS,
  PROCESS,
  shipperOf,
  storeOf,
  waitingFor,
} from "./facts.cases.js";
import { type HealthFacts, healthOf } from "./health.js";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const GIB = 1 << 30;
export const outage = { cause: "network" as const, detail: "no route", sinceMs: NOW_MS - 5 * MINUTE };
export const refused = (stream: string) => ({
  ...{ cause: "denied" as const, detail: "not yours", sinceMs: NOW_MS - MINUTE },
  destination: { group: "g", stream },
});
export const unclaimed = (ageMs: number, parts = {}) =>
  journalOf({ shipperPid: undefined, waiting: waitingFor(ageMs), ...parts });
export const counted = (counts: object) => shipperOf({ counts: { ...newCounts(), ...counts } });
export const letters = (bytes: number) => ({
  ...{ dir: "/j/dead", bytes, bytesMax: 1000 },
  since: bytes === 0 ? undefined : "2025-12-24",
});
export const atStore = (parts: Parameters<typeof storeOf>[0], more: Partial<HealthFacts> = {}) => ({
  shippers: [],
  store: storeOf(parts),
  ...more,
});
export const bound = { meantFor: "store-s" };
export const away = (sinceMs: number) => forwarderOf({ trouble: { cause: "full", detail: "away", sinceMs } });
/** All of journal "w" lies in the store, as far as its last forwarder knew; the store has run since then, or has not. */
export const noted = (appended: number, runId = "r"): Partial<HealthFacts> => ({
  forwarded: new Map([["w", { appended, partition: 0, epoch: "e", id: "1-0", runIds: [runId] }]]),
});
/** Sends so many records a second. */
export const sending = (outRecords: number, parts = {}) =>
  shipperOf({ rates: { overMs: 30_000, inRecords: 0, outRecords, outBytes: 0 }, ...parts });
export const HERE = { holder: "s", host: PROCESS.host, pid: PROCESS.pid };
/** A partition in which records wait for so long. */
export const partitionOf = (
  ageMs: number,
  shipper: PartitionState["shipper"],
  parts: Partial<PartitionState> = {},
) => ({
  ...{ partition: 0, blocks: 1, waiting: waitingFor(ageMs), waitingSinceMs: undefined, shipper },
  ...parts,
});
export const [server] = storeOf().view.state!.servers as [
  NonNullable<ReturnType<typeof storeOf>["view"]["state"]>["servers"][0],
];

export interface Case {
  readonly what: string;
  readonly facts: Partial<HealthFacts>;
  readonly problems?: readonly RegExp[];
  readonly warnings?: readonly RegExp[];
}

export function testHealth(cases: readonly Case[]): void {
  for (const { what, facts, problems = [], warnings = [] } of cases) {
    test(`health: ${what}`, () => {
      const health = healthOf(factsOf(facts));
      const told = JSON.stringify(health, undefined, 1);
      assert.equal(health.problems.length, problems.length, told);
      assert.equal(health.warnings.length, warnings.length, told);
      problems.forEach((pattern, index) => void assert.match(health.problems[index]!, pattern));
      warnings.forEach((pattern, index) => void assert.match(health.warnings[index]!, pattern));
      assert.equal(health.healthy, problems.length === 0);
    });
  }
}
