/** One delivery of a backlog while somebody watches, or nobody. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { listJournals } from "../../src/buffer/journal.js";
import { freePort } from "../../test/harness/redis-server.js";
import { runChild } from "../lib/child.js";
import type { CloudAnswer } from "../ship/cloud.js";
import { LINE_BYTES_MIN } from "../ship/lines.js";
import { WRITERS as BACKLOG_WRITERS } from "../ship/shape.js";
import type { Usage } from "../ship/usage.js";
import { withCloud } from "../ship/with-cloud.js";
import { PageShipper } from "./page-shipper.js";
import { type Variant, WARM, WATCHERS } from "./shape.js";
import type { WarmOrder } from "./warm-writer.js";
import { bytesUnread, stallOn, type Watcher, watchByBrowser, watchByTail } from "./watchers.js";

export interface Backlog {
  /** Its journals. */
  readonly dir: string;
  readonly records: number;
  /** On the same file system; does not exist. */
  readonly workDir: string;
}

/** Everything is of the backlog alone, without the shipper's start. */
export interface Watched {
  readonly cpuUsPerRecord: number;
  /** Of the later half of what arrived. */
  readonly recordsPerSecond: number;
  /** Of the shipper since its start. */
  readonly rssPeakBytes: number;
  /** Of the records, how many the watcher was sent and how many it was told of; NaN where there is none that reads. */
  readonly seen: number;
  readonly toldOf: number;
  readonly arrived: CloudAnswer;
}

const LOOK_MS = 5;
const DEADLINE_MS = 200_000;
/** So long after the last write a queue that could have been emptied is empty. */
const QUIET_MS = 500;

export async function shipWatched(variant: Variant, backlog: Backlog): Promise<Watched> {
  const [waitingDir, dir] = [join(backlog.workDir, "waiting"), join(backlog.workDir, "journals")];
  mkdirSync(dir, { recursive: true });
  try {
    cpSync(backlog.dir, waitingDir, { recursive: true });
    // Or the system would write the copy while the clock runs.
    execFileSync("sync", ["-f", waitingDir]);
    const expected = Object.fromEntries(
      listJournals(waitingDir).map((journal) => [basename(journal), backlog.records / BACKLOG_WRITERS]),
    );
    const records = backlog.records + WARM.records;
    const cloud = { kind: "lean", latencyMs: 0, records, lineBytesMin: LINE_BYTES_MIN } as const;
    const { arrived, delivered } = await withCloud(cloud, expected, async (cloudUrl) => {
      const found = await delivery(variant, dir, waitingDir, cloudUrl);
      expected[found.warmWriter] = WARM.records;
      return { delivered: found };
    });
    const { before, after, seen, toldOf } = delivered;
    return {
      cpuUsPerRecord: ((after.cpuSeconds - before.cpuSeconds) * 1e6) / backlog.records,
      recordsPerSecond: records / 2 / arrived.secondHalfSeconds,
      rssPeakBytes: after.rssPeakBytes,
      seen,
      toldOf,
      arrived,
    };
  } finally {
    rmSync(backlog.workDir, { recursive: true, force: true });
  }
}

interface Delivered {
  readonly before: Usage;
  readonly after: Usage;
  readonly seen: number;
  readonly toldOf: number;
  readonly warmWriter: string;
}

async function delivery(
  variant: Variant,
  dir: string,
  waitingDir: string,
  cloudUrl: string,
): Promise<Delivered> {
  const { page, stalled } = WATCHERS[variant];
  const port = page ? await freePort() : undefined;
  const shipper = await PageShipper.start({ dir, cloudUrl, port });
  const watchers: Watcher[] = [];
  try {
    if (port !== undefined) await watch(variant, dir, port, watchers);
    const order: WarmOrder = { dir, ...WARM };
    const { writer } = await runChild<{ writer: string }>(
      new URL("./warm-writer.js", import.meta.url),
      order,
    );
    await untilDelivered(dir);
    await sleep(QUIET_MS);
    if (watchers.some((watcher) => watcher.seen() === 0)) throw new Error("a watcher was sent nothing");
    const unread = stalled > 0 ? bytesUnread(port!) : [];
    const [seen, toldOf] = [sumOf(watchers, "seen"), sumOf(watchers, "matched") + sumOf(watchers, "missed")];
    const before = await shipper.usage();
    for (const journal of readdirSync(waitingDir)) {
      renameSync(join(waitingDir, journal), join(dir, journal));
    }
    await untilDelivered(dir);
    const after = await shipper.usage();
    if (stalled > 0) checkStalled(unread, bytesUnread(port!), stalled);
    const toldAfter = sumOf(watchers, "matched") + sumOf(watchers, "missed");
    const figures = { seen: sumOf(watchers, "seen") - seen, toldOf: toldAfter - toldOf };
    closeAll(watchers);
    await shipper.stop();
    return { before, after, ...figures, warmWriter: writer };
  } finally {
    closeAll(watchers);
    shipper.kill();
  }
}

async function watch(variant: Variant, dir: string, port: number, watchers: Watcher[]): Promise<void> {
  const { tails, readers, stalled } = WATCHERS[variant];
  for (let n = 0; n < tails; n++) watchers.push(watchByTail(dir));
  for (let n = 0; n < readers; n++) watchers.push(await watchByBrowser(port));
  for (let n = 0; n < stalled; n++) watchers.push(await stallOn(port));
  // A program takes a moment to start; it need not have.
  if (tails > 0) await sleep(2 * QUIET_MS);
}

/** The figures would mean something else if anything had been written to those who read nothing. */
function checkStalled(before: readonly number[], after: readonly number[], stalled: number): void {
  const full = before.filter((bytes) => bytes > 0);
  if (full.length !== stalled || before.join() !== after.join()) {
    throw new Error(
      `${stalled} had stalled, but unread were first ${before.join(", ")} bytes and then ${after.join(", ")}`,
    );
  }
}

/** Journals of writers that have ended go away when all of them is delivered. */
async function untilDelivered(dir: string): Promise<void> {
  for (const deadline = performance.now() + DEADLINE_MS; listJournals(dir).length > 0; await sleep(LOOK_MS)) {
    if (performance.now() > deadline) throw new Error("the backlog was not delivered in time");
  }
}

function sumOf(watchers: readonly Watcher[], key: "seen" | "matched" | "missed"): number {
  return watchers.length === 0 ? Number.NaN : watchers.reduce((sum, watcher) => sum + watcher[key](), 0);
}

function closeAll(watchers: readonly Watcher[]): void {
  for (const { close } of watchers) close();
}
