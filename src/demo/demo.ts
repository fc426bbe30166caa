/**
 * `dragonlog demo`: the main job, on this machine, for real: a service under HTTP load is killed with SIGKILL and
 * started again, while a shipper delivers to the strict CloudWatch stand-in; then everything is counted by id.
 */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ParsedOptions } from "../config/options.js";
import { systemClock } from "../system/clock.js";
import type { Io } from "../system/io.js";
import { pause } from "../system/pause.js";
import { FakeCloudWatch } from "../testing/index.js";
import { Load } from "./load.js";
import { Progress } from "./progress.js";
import { type DemoResult, resultTable } from "./result.js";
import type { ServiceReady } from "./service.js";
import { medianNanoseconds, TallySheet } from "./tally-sheet.js";

const LOAD_MS = 4000;
const CONNECTIONS = 8;
const CLOUD_LATENCY_MS = 50;
const DELIVERY_DEADLINE_MS = 10_000;
const PROGRESS_MS = 500;

/** One life of the service. */
interface Life {
  readonly writer: string;
  readonly sheet: TallySheet;
}

/** Exit code 0 when nothing was lost. */
export async function demo(options: ParsedOptions<"demo">, io: Io): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "dragonlog-demo-"));
  const cloud = await FakeCloudWatch.start({ latencyMs: CLOUD_LATENCY_MS });
  const progress = new Progress(io.stderr);
  const children: ChildProcess[] = [];
  try {
    const stage = new Stage(folder, cloud, children, progress, io.signal);
    const result = await stage.play();
    progress.end();
    if (result === undefined) {
      io.stderr.write("dragonlog demo: stopped\n");
      return 1;
    }
    io.stdout.write(options.json ? `${JSON.stringify(result)}\n` : resultTable(result));
    return result.lost === 0 ? 0 : 1;
  } finally {
    progress.end();
    for (const child of children) {
      child.kill("SIGKILL");
    }
    await cloud.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

class Stage {
  readonly #startedAtMs = systemClock.now();
  readonly #lives: Life[] = [];

  constructor(
    readonly folder: string,
    readonly cloud: FakeCloudWatch,
    readonly children: ChildProcess[],
    readonly progress: Progress,
    readonly signal: AbortSignal,
  ) {}

  /** Undefined when the user stopped it. */
  async play(): Promise<DemoResult | undefined> {
    this.progress.say(`CloudWatch stand-in at ${this.cloud.url}, answering after ${CLOUD_LATENCY_MS} ms`);
    const shipper = this.#startShipper();
    this.progress.say(`shipper running (pid ${shipper.pid})`);
    await this.#live("SIGKILL");
    await this.#live("SIGTERM");
    this.progress.say("waiting until everything is delivered");
    await this.#delivered();
    return this.signal.aborted ? undefined : this.#result();
  }

  get #journalDir(): string {
    return join(this.folder, "journal");
  }

  #startShipper(): ChildProcess {
    const main = fileURLToPath(new URL("../cli/main.js", import.meta.url));
    const flags = ["--journal-dir", this.#journalDir, "--endpoint", this.cloud.url, "--region", "us-east-1"];
    const shipper = spawn(
      process.execPath,
      [main, "ship", "--interval", "500ms", "--group", "demo", ...flags],
      {
        stdio: ["ignore", "ignore", "inherit"],
        env: { ...process.env, AWS_ACCESS_KEY_ID: "demo", AWS_SECRET_ACCESS_KEY: "demo" },
      },
    );
    this.children.push(shipper);
    return shipper;
  }

  /** One life of the service under load, and its end. */
  async #live(end: "SIGKILL" | "SIGTERM"): Promise<void> {
    if (this.signal.aborted) {
      return;
    }
    const sheetPath = join(this.folder, `sheet-${this.#lives.length}`);
    const service = fork(fileURLToPath(new URL("./service.js", import.meta.url)), {
      env: { ...process.env, DEMO_JOURNAL_DIR: this.#journalDir, DEMO_SHEET: sheetPath },
    });
    this.children.push(service);
    const [ready] = (await once(service, "message")) as [ServiceReady];
    this.#lives.push({ writer: ready.writer, sheet: new TallySheet(sheetPath) });
    this.progress.say(`service running (pid ${service.pid}), ${CONNECTIONS} connections of HTTP load`);
    const load = new Load(ready.port, CONNECTIONS);
    await this.#watch(LOAD_MS);
    this.progress.say(
      `${end === "SIGKILL" ? "kill -9" : "stopping"} the service${end === "SIGKILL" ? ", in the middle of it" : ""}`,
    );
    const exited = once(service, "exit");
    service.kill(end);
    await exited;
    await load.stop();
  }

  async #watch(ms: number): Promise<void> {
    const until = systemClock.now() + ms;
    while (systemClock.now() < until && !this.signal.aborted) {
      await pause(systemClock, Math.min(PROGRESS_MS, until - systemClock.now()), this.signal);
      this.#showCounts();
    }
  }

  async #delivered(): Promise<void> {
    const until = systemClock.now() + DELIVERY_DEADLINE_MS;
    while (
      this.cloud.stats().eventsStored < this.#logged() &&
      systemClock.now() < until &&
      !this.signal.aborted
    ) {
      await pause(systemClock, 100, this.signal);
      this.#showCounts();
    }
  }

  #logged(): number {
    return this.#lives.reduce((sum, { sheet }) => sum + sheet.returned, 0);
  }

  #showCounts(): void {
    const seconds = (systemClock.now() - this.#startedAtMs) / 1000;
    this.progress.show(seconds, this.#logged(), this.cloud.stats().eventsStored);
  }

  #result(): DemoResult {
    const expected = new Map(this.#lives.map(({ writer, sheet }) => [writer, sheet.returned]));
    const tally = this.cloud.tally(expected);
    const logged = this.#logged();
    let slowestMs = 0;
    for (const { name, streams } of this.cloud.groups()) {
      for (const stream of streams) {
        for (const { timestamp, ingestionTime } of this.cloud.readStream(name, stream.name)) {
          slowestMs = Math.max(slowestMs, ingestionTime - timestamp);
        }
      }
    }
    return {
      logged,
      delivered: tally.distinct,
      lost: tally.lost + tally.incomplete,
      duplicates: tally.duplicates,
      outOfOrder: tally.outOfOrder,
      nsPerCall: medianNanoseconds(this.#lives.map(({ sheet }) => sheet)),
      seconds: slowestMs / 1000,
    };
  }
}
