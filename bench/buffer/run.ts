/** `npm run bench:buffer`: what a record costs on its way into a store, there, and out of it. See README.md. */
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { infoFields } from "../../src/buffer/redis/server-info.js";
import { noRedisServer, RedisServer } from "../../test/harness/redis-server.js";
import { answer } from "../lib/answer.js";
import { runChild } from "../lib/child.js";
import { wholeNumber } from "../lib/flags.js";
import { machineLine, versionsLine } from "../lib/machine.js";
import { Progress } from "../lib/progress.js";
import { withTempDir } from "../lib/temp-dir.js";
import type { BacklogOrder } from "./backlog.js";
import type { CommandsOrder } from "./commands.js";
import type { ForwardOrder } from "./forward.js";
import type { MainThreadOrder } from "./main-thread.js";
import type { Measured } from "./measured.js";
import { PLACINGS, type Placing } from "./placings.js";
import { failed, type MainThreadRun, type Run, summary, type Through, tables } from "./results.js";
import { IN_FLIGHT, SHIPPERS, type Shipped, type ShippersOrder, shipBy, WRITERS } from "./shippers.js";
import { CODECS, LINES, type Lines, WARM_UP_RECORDS, WAYS, type Way } from "./ways.js";

/** Of the records, so many go through shippers, of which the slowest takes half a minute for them. */
const SHIPPED_SHARE = 1 / 2;
/** So many times the records go from end to end: what the processes take to start is small beside it. */
const THROUGH_FACTOR = 3;
const IN_FLIGHT_DEFAULT = 48;
const QUESTIONS = ["into", "thread", "out", "end"] as const;
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    records: { type: "string", default: "300000" },
    only: { type: "string", multiple: true, default: [...QUESTIONS] },
    json: { type: "boolean", default: false },
  },
});
const rounds = wholeNumber("rounds", values.rounds);
const records = wholeNumber("records", values.records);
const asked = QUESTIONS.filter((question) => values.only.includes(question));

if (noRedisServer) {
  throw new Error(`${noRedisServer} (Debian: apt-get install redis-server)`);
}
await withTempDir(async (root) => {
  const server = await RedisServer.start();
  const { url } = server;
  const ways = asked.includes("into") ? (Object.keys(WAYS) as Way[]) : [];
  const placings = asked.includes("thread") ? (Object.keys(PLACINGS) as Placing[]) : [];
  const drains = asked.includes("out")
    ? IN_FLIGHT.flatMap((inFlight) => SHIPPERS.map((shippers) => ({ shippers, inFlight })))
    : [];
  const throughs = asked.includes("end") ? (Object.keys(LINES) as Lines[]) : [];
  const steps = ways.length + placings.length + drains.length + throughs.length;
  const progress = new Progress(rounds * steps);
  const runs: Run[] = [];
  const mainThread: MainThreadRun[] = [];
  const shipped: Shipped[] = [];
  const through: Through[] = [];
  try {
    const one = join(root, "one");
    const warmUp = join(root, "warm-up");
    const many = join(root, "many");
    if (ways.length > 0) {
      await logBacklog(warmUp, url, WARM_UP_RECORDS, 1);
      await logBacklog(one, url, records, 1);
    }
    const each = Math.ceil((records * SHIPPED_SHARE) / WRITERS);
    const writers = drains.length > 0 ? await logBacklog(many, url, each, WRITERS) : [];
    const expected = Object.fromEntries(writers.map((writer) => [writer, each]));
    for (let round = 0; round < rounds; round++) {
      // Back and forth, so that a machine that warms up or slows down favours nobody.
      const inOrder = <T>(all: readonly T[]): readonly T[] => (round % 2 === 0 ? all : all.toReversed());
      for (const way of inOrder(ways)) {
        progress.step(`round ${round + 1}: ${WAYS[way]}`);
        const measured = await inPlace((place) => put(way, place, { warmUp, one }));
        runs.push({ way, round, records, ...measured });
      }
      for (const placing of inOrder(placings)) {
        progress.step(`round ${round + 1}: logging, ${PLACINGS[placing]}`);
        const cpuSeconds = await inPlace((dir) => {
          const order: MainThreadOrder = { placing, dir, url, calls: records };
          return runChild<number>(new URL("./main-thread.js", import.meta.url), order);
        });
        mainThread.push({ placing, round, calls: records, cpuSeconds });
      }
      for (const { shippers, inFlight } of inOrder(drains)) {
        progress.step(`round ${round + 1}: ${shippers} shippers, ${inFlight} batches in flight each`);
        const result = await inPlace((place) => {
          const backlogDir = join(place, "journals");
          cpSync(many, backlogDir, { recursive: true });
          return shipBy(shippers, inFlight, { url, cloud: "distant", root: place, backlogDir, expected });
        });
        shipped.push({ ...result, round });
      }
      for (const lines of inOrder(throughs)) {
        progress.step(`round ${round + 1}: from end to end, ${LINES[lines]}`);
        const result = await inPlace(async (place) => {
          const backlogDir = join(place, "journals");
          const count = THROUGH_FACTOR * records;
          const writer = await logBacklog(backlogDir, url, count, 1, lines);
          const order: ShippersOrder = {
            url,
            cloud: "near",
            root: place,
            backlogDir,
            expected: { [writer[0]!]: count },
          };
          return shipBy(1, IN_FLIGHT_DEFAULT, order);
        });
        through.push({ ...result, lines, round });
      }
    }
    const version = infoFields(String(await server.command("INFO"))).get("redis_version");
    const machine = machineLine(root);
    const versions = `${versionsLine(["@redis/client"])}, redis-server ${version}`;
    const results = { machine, versions, runs, mainThread, shipped, through };
    progress.end();
    answer(values.json, summary(results), tables(results));
    process.exitCode = failed(results) ? 1 : 0;
  } finally {
    progress.end();
    await server.stop();
  }

  /** With an empty store and an empty folder. */
  async function inPlace<T>(use: (dir: string) => Promise<T>): Promise<T> {
    const place = join(root, "place");
    mkdirSync(place);
    await server.command("FLUSHALL", "SYNC");
    try {
      return await use(place);
    } finally {
      rmSync(place, { recursive: true });
    }
  }

  async function put(
    way: Way,
    place: string,
    { warmUp, one }: { readonly warmUp: string; readonly one: string },
  ): Promise<Measured> {
    if (way !== "packed" && way !== "plain") {
      const order: CommandsOrder = { way, url, records };
      return runChild<Measured>(new URL("./commands.js", import.meta.url), order);
    }
    const order: ForwardOrder = {
      dir: join(place, "first"),
      laterDir: join(place, "later"),
      url,
      codec: CODECS[way],
    };
    cpSync(warmUp, order.dir, { recursive: true });
    cpSync(one, order.laterDir!, { recursive: true });
    return runChild<Measured>(new URL("./forward.js", import.meta.url), order);
  }
});

/** The ids of the writers. */
function logBacklog(
  dir: string,
  url: string,
  each: number,
  writers: number,
  lines: Lines = "hard",
): Promise<string[]> {
  const order: BacklogOrder = { dir, url, lines, records: each, writers };
  return runChild<string[]>(new URL("./backlog.js", import.meta.url), order);
}
