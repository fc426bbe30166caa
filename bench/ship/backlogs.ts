/** Backlogs on disk, and one of them delivered: what the questions about the shipper have in common. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { basename } from "node:path";
import { listJournals } from "../../src/buffer/journal.js";
import { runChild } from "../lib/child.js";
import type { BacklogOrder } from "./backlog-writer.js";
import type { CloudAnswer, CloudOrder } from "./cloud.js";
import { LINE_BYTES, LINE_BYTES_MIN } from "./lines.js";
import { type Backlog, WRITERS } from "./shape.js";
import { ship } from "./shipper.js";
import type { Usage } from "./usage.js";
import { withCloud } from "./with-cloud.js";

/** What a put may hold: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const PUT_EVENTS_MAX = 10_000;
const PUT_BYTES_MAX = 1_048_576;
const EVENT_OVERHEAD_BYTES = 26;

export interface Shipped extends Usage {
  readonly records: number;
  readonly arrived: CloudAnswer;
}

/** No way to cut so many records into requests needs fewer. */
export function requestsMin(records: number): number {
  const bytes = records * (LINE_BYTES + EVENT_OVERHEAD_BYTES);
  return Math.ceil(Math.max(bytes / PUT_BYTES_MAX, records / PUT_EVENTS_MAX));
}

/** Several processes log into `dir`, and their journals are on disk when this resolves. */
export async function logBacklog(dir: string, backlog: Backlog, records: number): Promise<void> {
  const order: BacklogOrder = { dir, backlog, count: records / WRITERS };
  const writer = new URL("./backlog-writer.js", import.meta.url);
  await Promise.all(Array.from({ length: WRITERS }, () => runChild(writer, order)));
  flush(dir);
}

/** Delivers the backlog by way of a copy in `copyDir`: a shipper deletes what it has delivered. */
export async function shipBacklog(
  dir: string,
  copyDir: string,
  records: number,
  cloud: Pick<CloudOrder, "kind" | "latencyMs">,
): Promise<Shipped> {
  cpSync(dir, copyDir, { recursive: true });
  try {
    // Or the system would write the copy while the clock runs.
    flush(copyDir);
    const expected = Object.fromEntries(
      listJournals(copyDir).map((journal) => [basename(journal), records / WRITERS]),
    );
    const order = { ...cloud, records, lineBytesMin: LINE_BYTES_MIN };
    return { records, ...(await withCloud(order, expected, (url) => ship(copyDir, url))) };
  } finally {
    rmSync(copyDir, { recursive: true, force: true });
  }
}

/** What `dragonlog ship --once` uses when nothing waits: its start. `dir` must not exist yet. */
export async function shipNothing(dir: string): Promise<Usage> {
  mkdirSync(dir);
  return ship(dir, "http://127.0.0.1:9");
}

function flush(dir: string): void {
  execFileSync("sync", ["-f", dir]);
}
