/**
 * The table of budgets. What was counted when they were set last stands in counted.json, for each line of Node.js; the budget
 * is that and a margin for what differs from run to run though nothing has changed.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface Budget {
  readonly what: string;
  /** Room above what was counted, as a share of it and beside that. */
  readonly share: number;
  readonly slack: number;
  /** How to find out what grew. */
  readonly look: string;
}

/** Allocations vary with what the compiler has made of the code by then: an error's texts by a tenth. */
const ALLOCATION = { share: 0.15, slack: 24 };
/** Not one is needed; a few in a whole round may be the machine's. */
const SYSTEM_CALL = { share: 0, slack: 0.02 };
/** The loop of events sometimes needs one more to wake up. */
const CALLS_PER_PUT = { share: 0.25, slack: 3 };
/** Of bytes, only answers and cursors may add to the records themselves. */
const BYTES_PER_BYTE = { share: 0.03, slack: 0.02 };
/** Exact, but for the last request of a stream. */
const REQUESTS = { share: 0.02, slack: 0 };
/**
 * Until the first answer has come, the shipper believes that waiting costs, and cuts batches between milliseconds: on a machine that
 * is slow to answer it does so for as many as go out at first.
 */
const REQUESTS_CUT = { share: 0.02, slack: 0.5 };
/** Digits of timestamps and ids pack a little better or worse. */
const STORE_BYTES = { share: 0.03, slack: 0 };

const LOG_CALL =
  "npm run bench:log-call for the time; NODE_OPTIONS=--heap-prof npm run bench:guard for who allocates";
const SHIP =
  "npm run bench:ship for the time; strace -f -c, or node --cpu-prof, of dragonlog ship --once for who calls";
const PAGE = "npm run bench:watch for the time and, with BENCH_PROFILE_DIR, for who takes it";
const STORE = "npm run bench:buffer for the time; redis-cli MONITOR, or INFO commandstats, for the commands";

export const BUDGETS = {
  "log call, 900 bytes, allocated": {
    what: "bytes on the heap per log call of a 900-byte record",
    ...ALLOCATION,
    look: LOG_CALL,
  },
  "log call, small, allocated": {
    what: "bytes on the heap per log call of a small record",
    ...ALLOCATION,
    look: LOG_CALL,
  },
  "log call, error, allocated": {
    what: "bytes on the heap per log call of an Error with its stack",
    ...ALLOCATION,
    look: LOG_CALL,
  },
  "log call, disabled, allocated": {
    what: "bytes on the heap per log call of a level that is off",
    share: 0,
    slack: 1,
    look: LOG_CALL,
  },
  "log call, child, allocated": {
    what: "bytes on the heap per child() and its log call",
    ...ALLOCATION,
    look: LOG_CALL,
  },
  "log call, 900 bytes, system calls": {
    what: "system calls of the logging thread per log call",
    ...SYSTEM_CALL,
    look: "strace -f -c npm run bench:log-call for which",
  },
  "shipper, reads": { what: "system calls that read, per request", ...CALLS_PER_PUT, look: SHIP },
  "shipper, writes": { what: "system calls that write, per request", ...CALLS_PER_PUT, look: SHIP },
  "shipper, bytes read": { what: "bytes read per byte delivered", ...BYTES_PER_BYTE, look: SHIP },
  "shipper, bytes written": { what: "bytes written per byte delivered", ...BYTES_PER_BYTE, look: SHIP },
  "shipper, allocated": {
    what: "bytes on the heap of the shipper's main thread per record",
    share: 0.2,
    slack: 24,
    look: "NODE_OPTIONS=--heap-prof npm run bench:guard for who allocates",
  },
  "shipper, growth": {
    what: "bytes alive in the shipper per further record of the backlog",
    // What is in flight at the looks differs by a few MB; kept records would be their whole size.
    share: 0,
    slack: 250,
    look: "node --heapsnapshot-signal=SIGUSR2 of dragonlog ship --once at two backlogs for what stays",
  },
  "with a page, reads": {
    what: "system calls that read, per request, of a shipper whose page nobody looks at",
    ...CALLS_PER_PUT,
    look: PAGE,
  },
  "with a page, writes": {
    what: "system calls that write, per request, of a shipper whose page nobody looks at",
    ...CALLS_PER_PUT,
    look: PAGE,
  },
  "with a page, allocated": {
    what: "bytes on the heap of the shipper's main thread per record, with a page that nobody looks at",
    share: 0.2,
    slack: 24,
    look: PAGE,
  },
  "with a page, growth": {
    what: "bytes alive in the shipper per further record of the backlog, with a page that nobody looks at",
    share: 0,
    slack: 250,
    look: PAGE,
  },
  "shipper, connections": {
    what: "connections for all requests, with two in flight",
    share: 0,
    slack: 1,
    look: "ss -tn while dragonlog ship runs; the stand-in's and the client's keep-alive",
  },
  "requests, paced": {
    what: "requests per 10,000 records of four writers into one stream",
    ...REQUESTS,
    look: SHIP,
  },
  "requests, paced, above the fullest": {
    what: "percent of requests above the fullest possible, four writers into one stream",
    share: 0,
    slack: 1.5,
    look: SHIP,
  },
  "requests, in a loop": {
    what: "requests per 10,000 records that were logged in a loop",
    ...REQUESTS_CUT,
    look: SHIP,
  },
  "requests, in a loop, above the fullest": {
    what: "percent of requests above the fullest possible, logged in a loop",
    share: 0,
    slack: 7,
    look: SHIP,
  },
  "store, commands in": {
    what: "commands of the forwarder per block",
    share: 0.1,
    slack: 0.6,
    look: STORE,
  },
  "store, commands out": {
    // Leases and the lookout ask by the clock, so a slow machine asks more.
    what: "commands of a shipper per block",
    share: 0.5,
    slack: 2.5,
    look: STORE,
  },
  "store, blocks": { what: "blocks per 10,000 records", share: 0.02, slack: 1, look: STORE },
  "store, bytes, packed": {
    what: "bytes in the store per record, with the default codec",
    ...STORE_BYTES,
    look: STORE,
  },
  "store, bytes, none": {
    what: "bytes in the store per record, with the codec none",
    ...STORE_BYTES,
    look: STORE,
  },
} as const satisfies Record<string, Budget>;

export type Count = keyof typeof BUDGETS;
export type Counts = Readonly<Partial<Record<Count, number>>>;

/** Which column holds: what the compiler and the codecs do changed once between these. */
export const NODE_LINE = Number(process.versions.node.split(".")[0]) < 22 ? "node20" : "node24";

/** In the sources, from the folder where this is built. */
const FILE = fileURLToPath(new URL("../../../bench/guard/counted.json", import.meta.url));

type Columns = Readonly<Partial<Record<typeof NODE_LINE, Counts>>>;

/** What was counted when the budgets were set, on this line of Node.js. */
export function readCounted(): Counts {
  return readColumns()[NODE_LINE] ?? {};
}

/** Sets the budgets of this line of Node.js; what was not counted now stays. */
export function writeCounted(counts: Counts): void {
  const columns = readColumns();
  const rounded = Object.fromEntries(
    Object.entries(counts).map(([name, count]) => [name, Number(count.toPrecision(4))]),
  );
  const column = { ...columns[NODE_LINE], ...rounded };
  writeFileSync(FILE, `${JSON.stringify({ ...columns, [NODE_LINE]: column }, null, 2)}\n`);
}

function readColumns(): Columns {
  return JSON.parse(readFileSync(FILE, "utf8")) as Columns;
}
