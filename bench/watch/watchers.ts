/** Those who look at the page of a shipper while it is measured: programs and browsers, some of which read nothing. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { get } from "node:http";
import { connect } from "node:net";
import type { LiveEvent } from "../../src/live/query.js";
import { CLI } from "./page-shipper.js";
import { BROWSER_QUERY, STALLED_QUERY } from "./shape.js";

export interface Watcher {
  /** Records that it was sent; NaN for one that reads nothing. */
  readonly seen: () => number;
  /** Records that it was told to have matched, those that were not sent among them. */
  readonly matched: () => number;
  /** Records that it was told to have passed unseen. */
  readonly missed: () => number;
  readonly close: () => void;
}

const LINE_FEED = 0x0a;
const TCP_ESTABLISHED = "01";

/** `dragonlog tail`, which finds the shipper by itself. */
export function watchByTail(dir: string): Watcher {
  const child = spawn(process.execPath, [CLI, "tail", "--json", "--journal-dir", dir], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let lines = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, at + 1)) lines++;
  });
  return {
    seen: () => lines,
    matched: () => Number.NaN,
    missed: () => Number.NaN,
    close: () => void child.kill("SIGKILL"),
  };
}

/** As the page does it. Resolves when the answer has begun. */
export async function watchByBrowser(port: number): Promise<Watcher> {
  const request = get({ port, host: "127.0.0.1", path: pathOf(BROWSER_QUERY), headers: HEADERS });
  const [response] = await once(request, "response");
  if (response.statusCode !== 200) throw new Error(`the page answered with ${response.statusCode}`);
  const sum = { seen: 0, matched: 0, missed: 0 };
  let rest = "";
  response.setEncoding("utf8").on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      if (!line.startsWith("data:")) continue;
      const { records, matched, missed } = JSON.parse(line.slice("data:".length)) as LiveEvent;
      sum.seen += records.length;
      sum.matched += matched;
      sum.missed += missed;
    }
  });
  response.on("error", () => undefined);
  return {
    seen: () => sum.seen,
    matched: () => sum.matched,
    missed: () => sum.missed,
    close: () => request.destroy(),
  };
}

/** Asks for everything, and reads nothing of it. */
export async function stallOn(port: number): Promise<Watcher> {
  // Without a listener for data, the little that the socket reads by itself is all.
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const headers = Object.entries({ Host: `127.0.0.1:${port}`, ...HEADERS });
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  socket.write(`GET ${pathOf(STALLED_QUERY)} HTTP/1.1\r\n${head}\r\n`);
  socket.on("error", () => undefined);
  return {
    seen: () => Number.NaN,
    matched: () => Number.NaN,
    missed: () => Number.NaN,
    close: () => void socket.destroy(),
  };
}

/** Bytes that the kernel holds for each of the connections of this port, on their way out and where they were not read yet. */
export function bytesUnread(port: number): readonly number[] {
  const own = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const fields = readFileSync("/proc/net/tcp", "latin1")
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  const queues = new Map<string, number>();
  for (const [, local, remote, state, queued = ""] of fields) {
    if (state !== TCP_ESTABLISHED) continue;
    const [out, unread] = queued.split(":").map((hex) => Number.parseInt(hex, 16));
    if (local!.endsWith(own)) queues.set(remote!, (queues.get(remote!) ?? 0) + out!);
    if (remote!.endsWith(own)) queues.set(local!, (queues.get(local!) ?? 0) + unread!);
  }
  return [...queues.values()];
}

const HEADERS = { Accept: "text/event-stream" };

function pathOf(query: string): string {
  return `/api/records?${query}`;
}
