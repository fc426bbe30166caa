/** One application that logs, and one who looks on. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort, RedisServer } from "../../test/harness/redis-server.js";
import { percentile } from "../lib/stats.js";
import { withCloud } from "../ship/with-cloud.js";
import { CLI, PageShipper } from "../watch/page-shipper.js";
import type { ApplicationOrder } from "./application.js";
import { Seen } from "./seen.js";
import { BURST_RECORDS, type Variant } from "./shape.js";

export interface Followed {
  /** In ms, of the records that were logged at a gentle pace. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly mostMs: number;
  /** From the first call of a burst to its last line. */
  readonly burstMs: number;
  /** Records that were not seen at all. */
  readonly unseen: number;
}

/** Of the cloud that a shipper delivers to. */
const CLOUD_LATENCY_MS = 50;
/** As often as one would hardly have it: what is seen must not wait for it. */
const INTERVAL = ["--interval", "2s"];

/** Seen before the clock starts: by then a shipper has delivered once, and all code is loaded. */
const FIRST_RECORDS = 60;

/** `dir` must not exist yet; it is removed afterwards. */
export async function follow(variant: Variant, dir: string, records: number): Promise<Followed> {
  mkdirSync(dir);
  const server = variant.startsWith("store") ? await RedisServer.start() : undefined;
  const journalDir = join(dir, "journals");
  const buffer = server?.url ?? `journal:${journalDir}`;
  const order: ApplicationOrder = {
    buffer: variant === "file" ? undefined : buffer,
    journalDir,
    file: join(dir, "app.log"),
    records,
  };
  try {
    if (!variant.endsWith("-shipper")) return await followed(order);
    const cloud = { kind: "lean", latencyMs: CLOUD_LATENCY_MS, records } as const;
    const { found } = await withCloud(cloud, {}, async (cloudUrl) => {
      const port = await freePort();
      const flags = ["--buffer", buffer, ...INTERVAL];
      const shipper = await PageShipper.start({ dir: journalDir, cloudUrl, port, flags });
      try {
        return { found: await followed(order) };
      } finally {
        shipper.kill();
      }
    });
    return found;
  } finally {
    await server?.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function followed(order: ApplicationOrder): Promise<Followed> {
  const seen = watcher(order);
  const application = fork(fileURLToPath(new URL("./application.js", import.meta.url)), [
    JSON.stringify(order),
  ]);
  try {
    if (!(await seen.until("first", FIRST_RECORDS))) throw new Error("nothing was seen at all");
    application.send("go");
    const burstSeen = await seen.until("burst", BURST_RECORDS, order.records * 100);
    application.send("end");
    await once(application, "exit");
    const [paced, burst] = [seen.latencies("paced"), seen.latencies("burst")];
    const sorted = Float64Array.from(paced);
    return {
      p50Ms: percentile(sorted, 0.5),
      p99Ms: percentile(sorted, 0.99),
      mostMs: percentile(sorted, 1),
      burstMs: burstSeen ? Math.max(...burst) : Number.NaN,
      unseen: order.records + BURST_RECORDS - paced.length - burst.length,
    };
  } finally {
    seen.close();
    application.kill("SIGKILL");
  }
}

function watcher({ buffer, journalDir, file }: ApplicationOrder): Seen {
  if (buffer === undefined) {
    writeFileSync(file, "");
    return new Seen("tail", ["-F", "-n", "0", file]);
  }
  const place = ["--buffer", buffer, "--journal-dir", journalDir];
  return new Seen(process.execPath, [CLI, "tail", "--json", ...place]);
}
