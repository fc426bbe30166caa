/** The demo itself: two lives of a service under load, the first of which ends by SIGKILL, and the count of what arrived. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { systemClock } from "../system/clock.js";
import { pause } from "../system/pause.js";
import type { FakeCloudWatch } from "../testing/index.js";
import { type Children, firstMessage } from "./children.js";
import { Load } from "./load.js";
import type { Progress } from "./progress.js";
import type { DemoResult } from "./result.js";
import type { ServiceReady } from "./service.js";
import { medianNanoseconds, TallySheet } from "./tally-sheet.js";

const LOAD_MS = 4000;
const CONNECTIONS = 8;
const DELIVERY_DEADLINE_MS = 10_000;
const PROGRESS_MS = 500;

/** One life of the service. */
interface Life {
  readonly writer: string;
  readonly sheet: TallySheet;
}

export interface StageOptions {
  /** Where the tally sheets lie. */
  readonly folder: string;
  readonly journalDir: string;
  readonly cloud: FakeCloudWatch;
  readonly children: Children;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export class Stage {
  readonly #startedAtMs = systemClock.now();
  readonly #lives: Life[] = [];
  readonly #options: StageOptions;

  constructor(options: StageOptions) {
    this.#options = options;
  }

  /** Undefined when the user stopped it. */
  async play(): Promise<DemoResult | undefined> {
    const { progress, signal } = this.#options;
    await this.#live("SIGKILL");
    await this.#live("SIGTERM");
    progress.say("waiting until everything is delivered");
    await this.#delivered();
    return signal.aborted ? undefined : this.#result();
  }

  /** One life of the service under load, and its end. */
  async #live(end: "SIGKILL" | "SIGTERM"): Promise<void> {
    const { folder, journalDir, children, progress, signal } = this.#options;
    if (signal.aborted) return;
    const sheetPath = join(folder, `sheet-${this.#lives.length}`);
    const env = { DEMO_JOURNAL_DIR: journalDir, DEMO_SHEET: sheetPath };
    const service = children.start(new URL("./service.js", import.meta.url), [], env);
    const ready = await firstMessage<ServiceReady>(service, signal);
    if (ready === undefined) return;
    this.#lives.push({ writer: ready.writer, sheet: new TallySheet(sheetPath) });
    progress.say(`service running (pid ${service.pid}), ${CONNECTIONS} connections of HTTP load`);
    const load = new Load(ready.port, CONNECTIONS);
    await this.#watch(LOAD_MS);
    const how = end === "SIGKILL" ? "kill -9 the service, in the middle of it" : "stopping the service";
    progress.say(how);
    await stopped(service, end);
    await load.stop();
  }

  async #watch(ms: number): Promise<void> {
    const { signal } = this.#options;
    const until = systemClock.now() + ms;
    while (systemClock.now() < until && !signal.aborted) {
      await pause(systemClock, Math.min(PROGRESS_MS, until - systemClock.now()), signal);
      this.#showCounts();
    }
  }

  async #delivered(): Promise<void> {
    const { cloud, signal } = this.#options;
    const until = systemClock.now() + DELIVERY_DEADLINE_MS;
    while (cloud.stats().eventsStored < this.#logged() && systemClock.now() < until && !signal.aborted) {
      await pause(systemClock, 100, signal);
      this.#showCounts();
    }
  }

  #logged(): number {
    return this.#lives.reduce((sum, { sheet }) => sum + sheet.returned, 0);
  }

  #showCounts(): void {
    const { progress, cloud } = this.#options;
    const seconds = (systemClock.now() - this.#startedAtMs) / 1000;
    progress.show(seconds, this.#logged(), cloud.stats().eventsStored);
  }

  #result(): DemoResult {
    const { cloud } = this.#options;
    const expected = new Map(this.#lives.map(({ writer, sheet }) => [writer, sheet.returned]));
    const tally = cloud.tally(expected);
    const logged = this.#logged();
    let slowestMs = 0;
    for (const { name, streams } of cloud.groups()) {
      for (const stream of streams) {
        for (const { timestamp, ingestionTime } of cloud.readStream(name, stream.name)) {
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

async function stopped(service: ChildProcess, end: "SIGKILL" | "SIGTERM"): Promise<void> {
  if (service.exitCode !== null || service.signalCode !== null) return;
  const exited = once(service, "exit");
  service.kill(end);
  await exited;
}
