/** Counts what the real `dragonlog ship` takes to deliver a backlog to the strict stand-in: with --once, or serving its page. */
import { type ChildProcess, spawn } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { listJournals } from "../../src/buffer/journal.js";
import { FakeCloudWatch } from "../../src/testing/index.js";
import { SABOTAGE_VARIABLE, WATCHED_VARIABLE, type Watched } from "./watched.js";

export interface Shipment {
  readonly dir: string;
  readonly records: number;
  readonly flags: readonly string[];
  /** Accepted puts after which the shipper is asked what is alive in it. */
  readonly lookAfterPuts?: readonly number[];
  readonly sabotage?: "work" | "connections" | undefined;
  /** It serves its page, at which nobody looks, and is stopped when all is delivered; default it does with --once. */
  readonly page?: boolean;
}

export interface Shipped extends Watched {
  readonly puts: number;
  /** TCP connections that the stand-in accepted. */
  readonly connections: number;
  /** Of the messages, and of the fullest requests that could have carried them. */
  readonly bytesDelivered: number;
  readonly putsFullest: number;
  /** Least bytes alive in the shipper, of all looks that it answered before it ended; NaN without one. */
  readonly bytesAlive: number;
}

const CLI = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const WATCH = new URL("./programs/watch.js", import.meta.url).href;
const PUT_BYTES_MAX = 1_048_576;
const PUT_EVENTS_MAX = 10_000;
const EVENT_BYTES_EXTRA = 26;
/** So that there is time to look at the shipper before it ends. */
const LATENCY_MS = 10;
const DEADLINE_MS = 60_000;
const SERVING = ["--interval", "50ms", "--listen", "127.0.0.1:0"];
const LOOK_MS = 20;

/** Throws when the shipper leaves anything behind, or when anything was lost, doubled or out of order. */
export async function ship({
  dir,
  records,
  flags,
  lookAfterPuts = [],
  sabotage,
  page = false,
}: Shipment): Promise<Shipped> {
  let connections = 0;
  const onSocket = (): void => void connections++;
  const onRequest = (message: unknown): void => {
    (message as { response: ServerResponse }).response.shouldKeepAlive = false;
  };
  subscribe("net.server.socket", onSocket);
  if (sabotage === "connections") {
    subscribe("http.server.request.start", onRequest);
  }
  const cloud = await FakeCloudWatch.start({ latencyMs: LATENCY_MS });
  try {
    const mode = page ? SERVING : ["--once"];
    const shipper = start(dir, cloud.url, [...mode, ...flags], sabotage === "work");
    if (page) void stopWhenDone(shipper, dir);
    const [watched, bytesAlive] = await Promise.all([
      watchedAtEnd(shipper, dir),
      leastAlive(shipper, cloud, lookAfterPuts),
    ]);
    const { lost, duplicates, outOfOrder } = cloud.tally();
    const { putsAccepted, eventsStored, bytesStored } = cloud.stats();
    if (eventsStored !== records || lost + duplicates + outOfOrder > 0) {
      const faults = JSON.stringify({ eventsStored, records, lost, duplicates, outOfOrder });
      throw new Error(`what was shipped is not what was logged: ${faults}`);
    }
    return {
      ...watched,
      puts: putsAccepted,
      connections,
      bytesDelivered: bytesStored,
      putsFullest: Math.max(
        (bytesStored + EVENT_BYTES_EXTRA * eventsStored) / PUT_BYTES_MAX,
        eventsStored / PUT_EVENTS_MAX,
      ),
      bytesAlive,
    };
  } finally {
    unsubscribe("net.server.socket", onSocket);
    unsubscribe("http.server.request.start", onRequest);
    await cloud.stop();
  }
}

function start(dir: string, url: string, flags: readonly string[], sabotaged: boolean): ChildProcess {
  const place = ["--journal-dir", dir, "--region", "us-east-1", "--group", "guard", "--endpoint", url];
  return spawn(process.execPath, ["--expose-gc", "--import", WATCH, CLI, "ship", ...place, ...flags], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    timeout: DEADLINE_MS,
    killSignal: "SIGKILL",
    env: {
      ...process.env,
      [WATCHED_VARIABLE]: watchedFile(dir),
      AWS_ACCESS_KEY_ID: "AKIAGUARDGUARDGUARD0",
      AWS_SECRET_ACCESS_KEY: "guard",
      ...(sabotaged ? { [SABOTAGE_VARIABLE]: dir } : {}),
    },
  });
}

/** The journals of writers that have ended go away when all of them is delivered. */
async function stopWhenDone(shipper: ChildProcess, dir: string): Promise<void> {
  while (shipper.exitCode === null && listJournals(dir).length > 0) {
    await sleep(LOOK_MS);
  }
  shipper.kill("SIGTERM");
}

/** Beside the folder of journals: that one is the shipper's. */
function watchedFile(dir: string): string {
  return `${dir}.json`;
}

async function watchedAtEnd(shipper: ChildProcess, dir: string): Promise<Watched> {
  const [[code, signal], said] = await Promise.all([
    once(shipper, "exit") as Promise<[number | null, string | null]>,
    text(shipper.stderr!),
  ]);
  if (code !== 0) {
    throw new Error(`dragonlog ship ended with ${code ?? signal}: ${said}`);
  }
  return JSON.parse(readFileSync(watchedFile(dir), "utf8")) as Watched;
}

async function leastAlive(
  shipper: ChildProcess,
  cloud: FakeCloudWatch,
  lookAfterPuts: readonly number[],
): Promise<number> {
  let least = Number.NaN;
  shipper.on("message", (bytes: number) => {
    least = Number.isNaN(least) ? bytes : Math.min(least, bytes);
  });
  for (const puts of lookAfterPuts) {
    await cloud.until(({ putsAccepted }) => putsAccepted >= puts, DEADLINE_MS);
    if (shipper.connected) {
      shipper.send("look");
    }
  }
  await once(shipper, "close");
  return least;
}
