import { journalOf, NOW_MS, PROCESS, shipperOf, waitingFor } from "./facts.cases.js";
import {
  bound,
  type Case,
  counted,
  GIB,
  HOUR,
  letters,
  MINUTE,
  outage,
  refused,
  sending,
  testHealth,
  unclaimed,
} from "./health.cases.js";

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
];

testHealth(CASES);
