/** The demo's shipper, and where its page is. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { readReports } from "../ship/report.js";
import { systemClock } from "../system/clock.js";
import { pause } from "../system/pause.js";
import type { Children } from "./children.js";

const MAIN = new URL("../cli/main.js", import.meta.url);
const GROUP = "demo";
const HOST = "127.0.0.1";
/** The usual one, so that the page is where the documents say. */
const PORT = 8001;
const PAGE_DEADLINE_MS = 10_000;
const LOOK_MS = 50;

/** `url` is the stand-in's. */
export async function startShipper(
  children: Children,
  journalDir: string,
  url: string,
): Promise<ChildProcess> {
  const port = (await isFree(PORT)) ? PORT : 0;
  const flags = ["--journal-dir", journalDir, "--endpoint", url, "--region", "us-east-1", "--group", GROUP];
  // A refused record stands alone soon: here somebody waits for it.
  const pace = ["--interval", "500ms", "--backoff-base", "50ms", "--listen", `${HOST}:${port}`];
  const credentials = { AWS_ACCESS_KEY_ID: "demo", AWS_SECRET_ACCESS_KEY: "demo" };
  return children.start(MAIN, ["ship", ...flags, ...pace], credentials);
}

/** The address of its page, from its report; undefined when none is served in time. */
export async function pageOf(
  { pid }: ChildProcess,
  journalDir: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const deadline = systemClock.now() + PAGE_DEADLINE_MS;
  while (systemClock.now() < deadline && !signal.aborted) {
    const report = readReports(journalDir).find((each) => each.process.pid === pid);
    if (report?.page !== undefined) return report.page.url;
    await pause(systemClock, LOOK_MS, signal);
  }
  return undefined;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, HOST);
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
