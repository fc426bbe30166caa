/**
 * `dragonlog demo`: the main job, on this machine, for real: a service under HTTP load is killed with SIGKILL and
 * started again, while a shipper delivers to the strict CloudWatch stand-in; then everything is counted by id.
 * With --stay a shop goes about its business afterwards, and the shipper's page shows it.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ParsedOptions } from "../config/options.js";
import { loadSdk } from "../sink/cloudwatch/client.js";
import type { Io } from "../system/io.js";
import { FakeCloudWatch } from "../testing/index.js";
import { Children } from "./children.js";
import { Progress } from "./progress.js";
import { resultTable } from "./result.js";
import { pageOf, startShipper } from "./shipper.js";
import { Stage } from "./stage.js";
import { stay } from "./stay.js";

const CLOUD_LATENCY_MS = 50;

/**
 * Exit code 0 when nothing was lost. Leaves no process and no file behind, however it ends. Throws
 * `DRAGONLOG_DEPENDENCY_MISSING` where the AWS SDK is not installed, of which its shipper could only tell.
 */
export async function demo(options: ParsedOptions<"demo">, io: Io): Promise<number> {
  await loadSdk();
  const folder = mkdtempSync(join(tmpdir(), "dragonlog-demo-"));
  const children = new Children(folder);
  const atOnce = (): void => {
    children.kill();
    remove(folder);
  };
  process.once("exit", atOnce);
  try {
    return await play(options, io, folder, children);
  } finally {
    await children.end();
    remove(folder);
    process.off("exit", atOnce);
  }
}

async function play(
  options: ParsedOptions<"demo">,
  { stdout, stderr, signal }: Io,
  folder: string,
  children: Children,
): Promise<number> {
  // Of the events only their ids are counted, and many come while it stays.
  const cloud = await FakeCloudWatch.start({ latencyMs: CLOUD_LATENCY_MS, store: "ids" });
  const progress = new Progress(stderr);
  try {
    const journalDir = join(folder, "journal");
    mkdirSync(journalDir, { mode: 0o700 });
    progress.say(`CloudWatch stand-in at ${cloud.url}, answering after ${CLOUD_LATENCY_MS} ms`);
    const shipper = await startShipper(children, journalDir, cloud.url);
    progress.say(`shipper running (pid ${shipper.pid})`);
    const page = options.stay ? pageOf(shipper, journalDir, signal) : undefined;
    const stage = new Stage({ folder, journalDir, cloud, children, progress, signal });
    const result = await stage.play();
    progress.end();
    if (result === undefined) {
      stderr.write("dragonlog demo: stopped\n");
      return 1;
    }
    stdout.write(options.json ? `${JSON.stringify(result)}\n` : resultTable(result));
    if (options.stay) {
      await stay({
        journalDir,
        cloud,
        children,
        page: await page,
        signal,
        say: (text) => progress.say(text),
      });
    }
    return result.logged > 0 && result.lost === 0 ? 0 : 1;
  } finally {
    progress.end();
    // A shipper that goes on would tell of a cloud that is gone.
    await children.end();
    await cloud.stop();
  }
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
