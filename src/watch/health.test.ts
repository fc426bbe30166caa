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

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const GIB = 1 << 30;
const outage = { cause: "network" as const, detail: "no route", sinceMs: NOW_MS - 5 * MINUTE };
const refused = (stream: string) => ({
  ...{ cause: "denied" as const, detail: "not yours", sinceMs: NOW_MS - MINUTE },
  destination: { group: "g", stream },
});
const unclaimed = (ageMs: number, parts = {}) =>
  journalOf({ shipperPid: undefined, waiting: waitingFor(ageMs), ...parts });
const counted = (counts: object) => shipperOf({ counts: { ...newCounts(), ...counts } });
const letters = (bytes: number) => ({
  ...{ dir: "/j/dead", bytes, bytesMax: 1000 },
  since: bytes === 0 ? undefined : "2025-12-24",
});
const atStore = (parts: Parameters<typeof storeOf>[0], more: Partial<HealthFacts> = {}) => ({
  shippers: [],
  store: storeOf(parts),
  ...more,
});
const bound = { meantFor: "store-s" };
const away = (sinceMs: number) => forwarderOf({ trouble: { cause: "full", detail: "away", sinceMs } });
/** All of journal "w" lies in the store, as far as its last forwarder knew; the store has run since then, or has not. */
const noted = (appended: number, runId = "r"): Partial<HealthFacts> => ({
  forwarded: new Map([["w", { appended, partition: 0, epoch: "e", id: "1-0", runIds: [runId] }]]),
});
/** Sends so many records a second. */
const sending = (outRecords: number, parts = {}) =>
  shipperOf({ rates: { overMs: 30_000, inRecords: 0, outRecords, outBytes: 0 }, ...parts });
const HERE = { holder: "s", host: PROCESS.host, pid: PROCESS.pid };
/** A partition in which records wait for so long. */
const partitionOf = (
  ageMs: number,
  shipper: PartitionState["shipper"],
  parts: Partial<PartitionState> = {},
) => ({
  ...{ partition: 0, blocks: 1, waiting: waitingFor(ageMs), waitingSinceMs: undefined, shipper },
  ...parts,
});
const [server] = storeOf().view.state!.servers as [
  NonNullable<ReturnType<typeof storeOf>["view"]["state"]>["servers"][0],
];

interface Case {
  readonly what: string;
  readonly facts: Partial<HealthFacts>;
  readonly problems?: readonly RegExp[];
  readonly warnings?: readonly RegExp[];
}

const CASES: readonly Case[] = [
  { what: "all is well", facts: {} },
  { what: "an empty machine", facts: { journals: [], shippers: [] } },
  {
    what: "no shipper, and nothing waits",
    facts: { journals: [journalOf({ shipperPid: undefined })], shippers: [] },
  },
  {
    what: "no shipper, and records wait a while",
    facts: { journals: [unclaimed(4 * MINUTE)], shippers: [] },
  },
  {
    what: "no shipper, and records wait long",
    facts: { journals: [unclaimed(5 * MINUTE), unclaimed(9 * MINUTE), unclaimed(0)], shippers: [] },
    problems: [/^6 records have waited for up to 9m and nobody ships them: start `dragonlog ship`$/],
  },
  {
    what: "a shipper that takes its time leaves a new journal be",
    facts: { journals: [unclaimed(9 * MINUTE)], shippers: [shipperOf({ intervalMs: 60 * MINUTE })] },
  },
  {
    what: "a shipper that does not take a journal",
    facts: { journals: [unclaimed(9 * MINUTE)] },
    problems: [/nobody ships them/],
  },
  {
    what: "what is for its application, and on its way to a store",
    facts: {
      journals: [unclaimed(9 * MINUTE, { meantFor: "x" }), unclaimed(7 * MINUTE, bound)],
      shippers: [],
    },
    problems: [/9m .*application again, which ships by itself/, /7m .*with the store as --buffer/],
  },
  {
    what: "the circuit is open",
    facts: {
      shippers: [shipperOf({ circuit: "open", trouble: { ...outage, retryAtMs: NOW_MS + 20_000 } })],
      journals: [journalOf({ waiting: waitingFor(60 * MINUTE) })],
    },
    problems: [
      /^shipper 7 has sent nothing to cloudwatch here for 5m \(network: no route\); next try in 20s$/,
    ],
  },
  {
    what: "the next try is under way",
    facts: { shippers: [shipperOf({ circuit: "half-open", trouble: { ...outage, retryAtMs: NOW_MS - 1 } })] },
    problems: [/; next try now$/],
  },
  {
    what: "one destination is refused",
    facts: { shippers: [shipperOf({ refused: [refused("web")] })] },
    problems: [/^shipper 7 has sent nothing to g\/web for 60s \(denied: not yours\)$/],
  },
  {
    what: "very many are",
    facts: { shippers: [shipperOf({ refused: Array.from({ length: 5000 }, (_, n) => refused(`s${n}`)) })] },
    problems: [/s0/, /s1/, /s2/, /^shipper 7: 4997 more destinations are refused$/],
  },
  {
    what: "a journal cannot be read",
    facts: { journals: [journalOf({ error: "EACCES" }), journalOf()] },
    problems: [/^journal w cannot be read, and nothing of it is delivered: EACCES$/],
  },
  {
    what: "many cannot",
    facts: { journals: Array.from({ length: 30 }, () => journalOf({ error: "EACCES" })) },
    problems: [/^journal w and 29 other journals cannot be read/],
  },
  {
    what: "a journal is full",
    facts: { journals: [journalOf({ fileBytes: 0.96 * GIB, waiting: waitingFor(0, 9, 0.9 * GIB) })] },
    problems: [/^the journal of web is full \(983.0 MiB of 1.0 GiB\), so records are dropped$/],
  },
  {
    what: "a small journal whose segments are kept for use again",
    facts: { journals: [journalOf({ bytesMax: 16 << 20, fileBytes: 16 << 20, waiting: waitingFor(0) })] },
  },
  {
    what: "a journal was full, and its writer is gone",
    facts: {
      journals: [
        journalOf({ bytesMax: undefined, alive: false, fileBytes: GIB, waiting: waitingFor(0, 9, GIB) }),
      ],
    },
  },
  {
    what: "records wait long although they are taken",
    facts: { journals: [journalOf({ waiting: waitingFor(7 * MINUTE) })] },
    problems: [/^3 records have waited for up to 7m although process 7 takes them$/],
  },
  {
    what: "what an outage has held up is being sent",
    facts: { journals: [journalOf({ waiting: waitingFor(7 * MINUTE, 5000) })], shippers: [sending(100)] },
    warnings: [/^5000 records have waited for up to 7m, and process 7 sends them$/],
  },
  {
    what: "others are being sent, and these are not",
    facts: { journals: [journalOf({ waiting: waitingFor(7 * MINUTE, 50) })], shippers: [sending(100)] },
    problems: [/^50 records have waited for up to 7m although process 7 takes them$/],
  },
  {
    what: "nothing is sent",
    facts: { journals: [journalOf({ waiting: waitingFor(7 * MINUTE, 50) })], shippers: [sending(0)] },
    problems: [/although process 7 takes them$/],
  },
  {
    what: "a shipper has just begun",
    facts: {
      journals: [journalOf({ waiting: waitingFor(7 * MINUTE) })],
      shippers: [shipperOf({ startedAt: new Date(NOW_MS - 5000).toISOString() })],
    },
    warnings: [/and process 7 sends them$/],
  },
  {
    what: "records of last week that were logged just now",
    facts: {
      journals: [
        unclaimed(7 * 24 * HOUR, { waitingSinceMs: NOW_MS - 1000 }),
        journalOf({ waiting: waitingFor(7 * 24 * HOUR), waitingSinceMs: NOW_MS - 1000 }),
      ],
    },
  },
  {
    what: "they wait within three intervals",
    facts: { journals: [journalOf({ waiting: waitingFor(6 * MINUTE) })] },
  },
  {
    what: "the interval is that of who takes them",
    facts: {
      journals: [journalOf({ waiting: waitingFor(2 * MINUTE) })],
      shippers: [
        shipperOf({ intervalMs: 20_000 }),
        shipperOf({ process: { ...PROCESS, pid: 8 }, intervalMs: 60 * MINUTE }),
      ],
    },
    problems: [/2m|120s/],
  },
  {
    what: "dead letters cannot be written",
    facts: { shippers: [counted({ lettersError: "ENOSPC" })] },
    problems: [/^shipper 7 cannot write dead letters, and their records stay in the buffer: ENOSPC$/],
  },
  {
    what: "dead letters lie there",
    facts: { deadLetters: letters(799) },
    warnings: [/^dead letters lie in \/j\/dead since 2025-12-24 \(799 B\): `dragonlog dead list` says why$/],
  },
  {
    what: "nobody says how many there may be",
    facts: { deadLetters: { ...letters(1e12), bytesMax: undefined } },
    warnings: [/lie in/],
  },
  {
    what: "dead letters have little room left",
    facts: { deadLetters: letters(800) },
    problems: [/^dead letters take 800 B of 1000 B in \/j\/dead$/],
    warnings: [/lie in/],
  },
  {
    what: "the folder of dead letters is closed",
    facts: { deadLetters: { ...letters(0), error: "EACCES" } },
    problems: [/^dead letters cannot be looked at: EACCES$/],
  },
  {
    what: "records were dropped by writers that live, and by one that does not",
    facts: {
      journals: [
        journalOf({ dropped: { "journal full": 4 } }),
        journalOf({ dropped: { "journal full": 2, closed: 1 } }),
        journalOf({ alive: false, dropped: { defect: 9 } }),
      ],
    },
    warnings: [/^7 records of 2 writers were dropped since they began \(journal full 6, closed 1\)$/],
  },
  {
    what: "the page is not there, alerts are not sent, and records are gone",
    facts: {
      shippers: [
        {
          ...counted({ damage: { damaged: 2, "damaged bytes": 99, missing: 0 } }),
          pageTrouble: "port 8001 is in use",
          alerts: { gathered: 0, channels: { mail: { sent: 0, failures: 3, dropped: 0, waiting: 2 } } },
        },
      ],
    },
    warnings: [
      /^shipper 7 serves no page: port 8001 is in use$/,
      /^shipper 7 could not send 2 alerts by mail yet$/,
      /^shipper 7 found .* \(damaged 2, damaged bytes 99\)$/,
    ],
  },
  { what: "a store, and all is well", facts: atStore({}, { forwarders: [forwarderOf()] }) },
  {
    what: "the store cannot be read",
    facts: {
      shippers: [],
      journals: [journalOf({ ...bound, waiting: waitingFor(60 * MINUTE) })],
      store: {
        ...storeOf(),
        view: {
          name: "redis://s",
          state: undefined,
          error: { code: "C", message: "refused.", hint: "Start it." },
        },
      },
    },
    problems: [/^the store cannot be read: refused\. Start it\.$/],
  },
  {
    what: "the store evicts",
    facts: atStore({ servers: [{ ...server, evicts: true }] }),
    problems: [/^redis:\/\/s: this redis deletes what it was given/],
  },
  {
    what: "the store is full",
    facts: atStore({ servers: [{ ...server, usedBytes: server.bytesMax }] }),
    problems: [/^redis:\/\/s is full: 1\.0 GiB are used, and records go in up to 972\.8 MiB$/],
  },
  {
    what: "nobody empties the store",
    facts: atStore({
      shippers: [],
      waiting: waitingFor(0),
      lists: [{ key: "l", entries: 2, error: undefined }],
    }),
    problems: [
      /^5 records wait in the store, and no shipper lives: start `dragonlog ship` with this --buffer$/,
    ],
  },
  {
    what: "a forwarder is held up",
    facts: atStore(
      {},
      {
        forwarders: [
          forwarderOf({ trouble: { cause: "full", detail: "OOM", sinceMs: NOW_MS - MINUTE } }),
          forwarderOf({ store: "another", trouble: { cause: "full", detail: "OOM", sinceMs: NOW_MS } }),
        ],
      },
    ),
    problems: [
      /^forwarder 7 has been held up on the way to redis:\/\/s for 60s \(full: OOM\)$/,
      /^forwarder 7 has been held up on the way to another for 0s \(full: OOM\)$/,
    ],
  },
  {
    what: "many forwarders are held up, and no store is named",
    facts: {
      shippers: [],
      journals: [journalOf({ ...bound, waiting: waitingFor(6 * HOUR) })],
      forwarders: [away(NOW_MS - MINUTE), away(NOW_MS - 6 * HOUR), away(NOW_MS)],
    },
    problems: [
      /^forwarder 7 and 2 others have been held up on the way to redis:\/\/s for 6h \(full: away\)$/,
    ],
  },
  {
    what: "a journal waits without a forwarder, one is delivered",
    facts: atStore(
      { deliveredTo: { v: 10 } },
      {
        journals: [unclaimed(0, bound), unclaimed(0, { ...bound, writer: "v" })],
      },
    ),
    problems: [/^1 journal waits without a forwarder: start the application again/],
  },
  {
    what: "an application ended in order, and what it has put into the store is on its way",
    facts: atStore({}, { journals: [unclaimed(0, bound)], ...noted(10) }),
  },
  {
    what: "not all of it was put there",
    facts: atStore({}, { journals: [unclaimed(0, bound)], ...noted(9) }),
    problems: [/^1 journal waits without a forwarder/],
  },
  {
    what: "the store began anew after it was put there",
    facts: atStore({}, { journals: [unclaimed(0, bound)], ...noted(10, "before") }),
    problems: [/^1 journal waits without a forwarder/],
  },
  {
    what: "an application ended in order, and the store is not named",
    facts: { journals: [unclaimed(9 * MINUTE, bound)], shippers: [], ...noted(10) },
    warnings: [/^3 records have waited for up to 9m: their applications ended when all was in a store/],
  },
  {
    what: "its last records were not put there",
    facts: { journals: [unclaimed(9 * MINUTE, bound)], shippers: [], ...noted(9) },
    problems: [/nobody ships them: start their application again, or `dragonlog ship` with the store/],
  },
  {
    what: "records wait long in a store that a shipper of this machine empties",
    facts: atStore({ partitions: [partitionOf(7 * MINUTE, HERE)] }, { shippers: [shipperOf()] }),
    problems: [/^3 records have waited for up to 7m in the store, although 1 shipper lives$/],
  },
  {
    what: "it may take its time",
    facts: atStore(
      { partitions: [partitionOf(2 * HOUR, HERE)] },
      {
        shippers: [shipperOf({ intervalMs: HOUR })],
        journals: [journalOf({ ...bound, waiting: waitingFor(2 * HOUR) })],
        forwarders: [forwarderOf({ recordsInStore: 3 })],
      },
    ),
  },
  {
    what: "it is catching up",
    facts: atStore(
      { partitions: [partitionOf(7 * MINUTE, HERE, { waiting: waitingFor(7 * MINUTE, 5000) })] },
      { shippers: [sending(100)] },
    ),
    warnings: [/^5000 records have waited for up to 7m in the store, and are being sent$/],
  },
  {
    what: "it has said that it cannot send",
    facts: atStore(
      { partitions: [partitionOf(7 * MINUTE, HERE)] },
      { shippers: [shipperOf({ trouble: { ...outage, retryAtMs: 0 } })] },
    ),
    problems: [/^shipper 7 has sent nothing/],
  },
  {
    what: "records of last week lie in the store since just now",
    facts: atStore(
      { partitions: [partitionOf(7 * 24 * HOUR, HERE, { waitingSinceMs: NOW_MS - MINUTE })] },
      { shippers: [shipperOf()] },
    ),
  },
  {
    what: "records wait in a store that others empty, whose interval nobody knows here",
    facts: atStore(
      { partitions: [partitionOf(10 * MINUTE, { holder: "s", host: "there", pid: PROCESS.pid })] },
      {
        journals: [journalOf({ ...bound, waiting: waitingFor(10 * MINUTE) })],
        forwarders: [forwarderOf({ recordsInStore: 3 })],
      },
    ),
    warnings: [/^3 records have waited for up to 10m in the store, for shippers of other machines/],
  },
  {
    what: "others empty the store, but not all of it",
    facts: atStore({ partitions: [partitionOf(7 * MINUTE, undefined)] }),
    problems: [/^3 records have waited for up to 7m in the store, although 1 shipper lives$/],
  },
  {
    what: "they are in a store that is not named",
    facts: {
      shippers: [],
      journals: [journalOf({ ...bound, waiting: waitingFor(10 * MINUTE) })],
      forwarders: [forwarderOf({ recordsInStore: 3 })],
    },
    warnings: [
      /^3 records have waited for up to 10m: process 7 puts them into a store, and others ship them$/,
    ],
  },
  {
    what: "a forwarder lives, and puts nothing there",
    facts: {
      shippers: [],
      journals: [journalOf({ ...bound, waiting: waitingFor(10 * MINUTE) })],
      forwarders: [forwarderOf({ recordsInStore: 0 })],
    },
    problems: [/^3 records have waited for up to 10m although process 7 takes them$/],
  },
];

for (const { what, facts, problems = [], warnings = [] } of CASES) {
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
