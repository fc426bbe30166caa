import { forwarderOf, journalOf, NOW_MS, PROCESS, shipperOf, storeOf, waitingFor } from "./facts.cases.js";
import {
  atStore,
  away,
  bound,
  type Case,
  HERE,
  HOUR,
  MINUTE,
  noted,
  outage,
  partitionOf,
  sending,
  server,
  testHealth,
  unclaimed,
} from "./health.cases.js";

const CASES: readonly Case[] = [
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

testHealth(CASES);
