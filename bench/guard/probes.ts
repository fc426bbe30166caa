/** Counts everything that has a budget. Each probe can be sabotaged, so that it is seen to find what it is there for. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { noRedisServer, RedisServer } from "../../test/harness/redis-server.js";
import { withTempDir } from "../lib/temp-dir.js";
import type { Counts } from "./budgets.js";
import { runProgram } from "./program.js";
import type { BacklogOrder } from "./programs/backlog.js";
import type { Call, LogCallCounted, LogCallOrder } from "./programs/log-call.js";
import { type Shipment, type Shipped, ship } from "./shipping.js";
import { throughStore } from "./store.js";

export interface Probe {
  readonly name: string;
  /** Why it cannot be made here; false where it can. */
  readonly skip: string | false;
  readonly run: (sabotage: boolean) => Promise<Counts>;
}

/** Room for the allocations of a round, so that nothing is collected in it. */
const V8_FLAGS = ["--expose-gc", "--min-semi-space-size=64", "--max-semi-space-size=64"];
const MARK = "/dragonlog-guard-mark";
/** What grows with the backlog is told from what a start takes by two of them. */
const RECORDS_FEW = 10_000;
const RECORDS_MANY = 40_000;
const RECORDS_STORE_FEW = 5_000;
const RECORDS_STORE_MANY = 20_000;
const WRITERS = 4;
const RECORDS_PER_MS = { paced: 20, burst: 700 };
/** Enough that most of their requests are not full. */
const SABOTAGED_SERVICES = 64;
/** Other work of the process, such as V8's threads that wake it, adds to every second run, and takes from none. */
const ROUNDS = 5;
const TWO_IN_FLIGHT = ["--in-flight-max", "2"];
/** When the shipper is asked for what is alive in it, as shares of the puts to come: not while it starts and ends. */
const LOOKS = [0.3, 0.4, 0.5, 0.6, 0.7];
const RECORDS_PER_PUT = 1080;
const BLOCK_BYTES = 256 * 1024;
const SABOTAGED_BLOCK_PARTS = 32;

const noStrace: string | false =
  spawnSync("strace", ["-f", "-o", "/dev/null", "true"]).status === 0
    ? false
    : "strace is not on the PATH, or may not trace here";

export const PROBES: readonly Probe[] = [
  { name: "log call: allocations", skip: false, run: logCalls },
  { name: "log call: system calls", skip: noStrace, run: systemCalls },
  { name: "shipper: work per record", skip: false, run: work },
  { name: "shipper: work per record with a page", skip: false, run: page },
  { name: "shipper: connections", skip: false, run: connections },
  { name: "shipper: requests", skip: false, run: requests },
  { name: "store: commands, blocks and bytes", skip: noRedisServer, run: store },
];

async function logCalls(sabotage: boolean): Promise<Counts> {
  const allocated = async (call: Call): Promise<number> => {
    const order = { call, sabotage };
    const { bytesPerCall } = await withTempDir((dir) =>
      runProgram<LogCallCounted>("log-call", { dir, ...order } satisfies LogCallOrder, {
        execArgv: V8_FLAGS,
      }),
    );
    return bytesPerCall;
  };
  return {
    "log call, 900 bytes, allocated": await allocated("900-byte"),
    "log call, small, allocated": await allocated("small"),
    "log call, error, allocated": await allocated("error"),
    "log call, disabled, allocated": await allocated("disabled"),
    "log call, child, allocated": await allocated("child"),
  };
}

async function systemCalls(sabotage: boolean): Promise<Counts> {
  return withTempDir(async (dir) => {
    const trace = join(dir, "trace");
    const order: LogCallOrder = { dir: join(dir, "journal"), call: "900-byte", mark: MARK, sabotage };
    const under = ["strace", "-f", "-qq", "-o", trace];
    const { markedCalls } = await runProgram<LogCallCounted>("log-call", order, {
      execArgv: V8_FLAGS,
      under,
    });
    const lines = readFileSync(trace, "utf8").split("\n");
    const [from, to] = [lines.findIndex(isMark), lines.findLastIndex(isMark)] as const;
    const thread = lines[from]?.split(" ", 1)[0];
    // Where the clock is no call into memory, each look at it is one; that is the machine's matter.
    const calls = lines
      .slice(from + 1, to)
      .filter((line) => line.startsWith(`${thread} `) && !line.includes(" clock_gettime("));
    return { "log call, 900 bytes, system calls": from === to ? Number.NaN : calls.length / markedCalls };
  });
}

function isMark(line: string): boolean {
  return line.includes(MARK);
}

async function work(sabotage: boolean): Promise<Counts> {
  const { per, perRecord } = await grown({ sabotage: sabotage ? "work" : undefined });
  return {
    "shipper, reads": per("reads", "puts"),
    "shipper, writes": per("writes", "puts"),
    "shipper, bytes read": per("bytesRead", "bytesDelivered"),
    "shipper, bytes written": per("bytesWritten", "bytesDelivered"),
    "shipper, allocated": perRecord("bytesAllocated"),
    // What is given back later than it could be is no growth.
    "shipper, growth": Math.max(0, perRecord("bytesAlive")),
  };
}

/** What a page takes that nobody looks at. */
async function page(sabotage: boolean): Promise<Counts> {
  const { per, perRecord } = await grown({ page: true, sabotage: sabotage ? "work" : undefined });
  return {
    "with a page, reads": per("reads", "puts"),
    "with a page, writes": per("writes", "puts"),
    "with a page, allocated": perRecord("bytesAllocated"),
    "with a page, growth": Math.max(0, perRecord("bytesAlive")),
  };
}

/** What a larger backlog takes more than a small one. */
async function grown(how: Pick<Shipment, "page" | "sabotage">): Promise<{
  readonly per: (count: keyof Shipped, unit: keyof Shipped) => number;
  readonly perRecord: (count: keyof Shipped) => number;
}> {
  const shipped = async (records: number): Promise<Shipped> => {
    const puts = records / RECORDS_PER_PUT;
    const lookAfterPuts = LOOKS.map((share) => Math.floor(share * puts));
    const shipments: Shipped[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      shipments.push(await shipBacklog(records, "paced", { ...how, flags: TWO_IN_FLIGHT, lookAfterPuts }));
    }
    return leastOf(shipments);
  };
  const few = await shipped(RECORDS_FEW);
  const many = await shipped(RECORDS_MANY);
  const more = (count: keyof Shipped): number => many[count] - few[count];
  return {
    per: (count, unit) => more(count) / more(unit),
    perRecord: (count) => more(count) / (RECORDS_MANY - RECORDS_FEW),
  };
}

function leastOf(shipments: readonly Shipped[]): Shipped {
  const least = { ...shipments[0]! };
  for (const count of Object.keys(least) as (keyof Shipped)[]) {
    Object.assign(least, { [count]: Math.min(...shipments.map((shipped) => shipped[count])) });
  }
  return least;
}

async function connections(sabotage: boolean): Promise<Counts> {
  const how = { flags: TWO_IN_FLIGHT, sabotage: sabotage ? "connections" : undefined } as const;
  return { "shipper, connections": (await shipBacklog(RECORDS_FEW, "paced", how)).connections };
}

async function requests(sabotage: boolean): Promise<Counts> {
  const services = sabotage ? SABOTAGED_SERVICES : 1;
  const paced = await shipBacklog(RECORDS_MANY, "paced", { flags: [] }, services);
  const burst = await shipBacklog(RECORDS_MANY, "burst", { flags: [] }, services);
  return {
    "requests, paced": perTenThousand(paced.puts, RECORDS_MANY),
    "requests, paced, above the fullest": (paced.puts / paced.putsFullest - 1) * 100,
    "requests, in a loop": perTenThousand(burst.puts, RECORDS_MANY),
    "requests, in a loop, above the fullest": (burst.puts / burst.putsFullest - 1) * 100,
  };
}

async function store(sabotage: boolean): Promise<Counts> {
  const server = await RedisServer.start();
  const blockBytes = sabotage ? BLOCK_BYTES / SABOTAGED_BLOCK_PARTS : BLOCK_BYTES;
  const extraCommandsPerBlock = sabotage ? 1 : 0;
  const through = (records: number, codec: "auto" | "none") =>
    withTempDir((dir) =>
      throughStore({ url: server.url, dir, records, codec, blockBytes, extraCommandsPerBlock }),
    );
  try {
    const few = await through(RECORDS_STORE_FEW, "auto");
    const many = await through(RECORDS_STORE_MANY, "auto");
    const plain = await through(RECORDS_STORE_MANY, "none");
    // For small blocks, by the full ones that they stand for.
    const blocks = (many.blocks - few.blocks) / (sabotage ? SABOTAGED_BLOCK_PARTS : 1);
    return {
      "store, commands in": (many.commandsIn - few.commandsIn) / blocks,
      "store, commands out": (many.commandsOut - few.commandsOut) / blocks,
      "store, blocks": perTenThousand(many.blocks, many.records),
      "store, bytes, packed": many.storeBytes / many.records,
      "store, bytes, none": plain.storeBytes / plain.records,
    };
  } finally {
    await server.stop();
  }
}

function perTenThousand(count: number, records: number): number {
  return (count / records) * 10_000;
}

async function shipBacklog(
  records: number,
  pace: keyof typeof RECORDS_PER_MS,
  how: Omit<Shipment, "dir" | "records">,
  services = 1,
): Promise<Shipped> {
  return withTempDir(async (root) => {
    const dir = join(root, "journals");
    mkdirSync(dir);
    const order: BacklogOrder = {
      dir,
      writers: WRITERS,
      records,
      recordsPerMs: RECORDS_PER_MS[pace],
      services,
    };
    await runProgram("backlog", order);
    const shipped = await ship({ dir, records, ...how });
    rmSync(dir, { recursive: true });
    return shipped;
  });
}
