/** The real processes of one scenario: an application that logs, `dragonlog ship`, and the stand-in for the cloud. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listJournals } from "../../../src/buffer/journal.js";
import type { ShipCounts } from "../../../src/ship/counts.js";
import { readReports } from "../../../src/ship/report.js";
import { delay, Program, until } from "../../harness/program.js";
import { readReturnedCalls } from "../../harness/returned-calls.js";
import type { ApplicationPlan } from "../programs/application.js";
import type { Ending } from "./outcome.js";
import type { Shape } from "./shape.js";
import { ANY_CREDENTIALS, REGION, StandIn } from "./stand-in.js";

export const GROUP = "faults";
const POLL_MS = 100;
const WATCH_MS = 2000;

/** Told every now and then how it goes. */
export type Watch = (seconds: number, returned: number, stored: number) => void;

export class Application {
  constructor(
    readonly program: Program,
    /** One for each service, in the order in which records go to them. */
    readonly writers: readonly string[],
    readonly returnedPath: string,
  ) {}

  /** Calls that have returned; right after a SIGKILL as well. */
  get returned(): number {
    return readReturnedCalls(this.returnedPath);
  }

  /** How many of them each writer got. */
  expected(): Record<string, number> {
    const { returned, writers } = this;
    return Object.fromEntries(
      writers.map((writer, turn) => [writer, Math.ceil((returned - turn) / writers.length)]),
    );
  }
}

export class Scene {
  readonly #root = mkdtempSync(join(tmpdir(), "dragonlog-faults-"));
  readonly dir = join(this.#root, "journals");
  readonly #programs: Program[] = [];
  #application: Application | undefined;
  #watching: NodeJS.Timeout | undefined;

  /** Plays a scenario and ends all its processes, whatever happens. */
  static async play<T>(
    shape: Shape,
    watch: Watch | undefined,
    scenario: (scene: Scene) => Promise<T>,
  ): Promise<T> {
    const scene = new Scene(shape, await StandIn.start(shape.latencyMs));
    if (watch !== undefined) {
      scene.#watch(watch);
    }
    try {
      return await scenario(scene);
    } finally {
      await scene.#close();
    }
  }

  private constructor(
    readonly shape: Shape,
    readonly cloud: StandIn,
  ) {}

  async startApplication(plan: Partial<ApplicationPlan> = {}): Promise<Application> {
    const { records, perSecond } = this.shape;
    const returnedPath = join(this.#root, "returned");
    const program = this.#started(
      Program.start("faults/programs/application", {
        ...{ dir: this.dir, returnedPath, services: ["web"], records, perSecond, ...plan },
      } satisfies ApplicationPlan),
    );
    await program.said((stdout) => stdout.includes("\n"));
    const { writers } = JSON.parse(program.stdout) as { writers: string[] };
    this.#application = new Application(program, writers, returnedPath);
    return this.#application;
  }

  startShipper(...flags: readonly string[]): Program {
    const place = ["--journal-dir", this.dir, "--endpoint", this.cloud.url, "--region", REGION];
    return this.#started(
      Program.command(["ship", "--json", "--group", GROUP, ...place, ...this.shape.shipFlags, ...flags], {
        AWS_ACCESS_KEY_ID: ANY_CREDENTIALS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: ANY_CREDENTIALS.secretAccessKey,
      }),
    );
  }

  /** Resolves when something is stored: shipping has begun. */
  async untilShipping(): Promise<void> {
    await this.cloud.until("shipping begins", ({ eventsStored }) => eventsStored > 0, this.shape.deadlineMs);
  }

  /** Resolves when no more than `missing` of what had returned is not stored; the application must have ended. */
  async untilDelivered(application: Application, missing = 0): Promise<void> {
    const { deadlineMs } = this.shape;
    const wanted = application.returned - missing;
    await this.cloud.until("everything is delivered", (stats) => stats.eventsStored >= wanted, deadlineMs);
    // With doubles among it, so many events are not all of them yet.
    for (const deadline = Date.now() + deadlineMs; ; await delay(POLL_MS)) {
      const { lost, incomplete } = await this.cloud.tally(application.expected());
      if (lost + incomplete <= missing) {
        return;
      }
      if (Date.now() > deadline) {
        throw new Error(`${lost + incomplete} records are not delivered after ${deadlineMs} ms`);
      }
    }
  }

  /** Stops the shipper and looks at what there is. */
  async end(shipper: Program, application: Application): Promise<Ending> {
    // One that has just been started does not know yet what a signal is to do.
    await until(
      () => readReports(this.dir).length > 0,
      () => "no shipper is up",
    );
    const { code: exitCode, stdout } = await shipper.stop();
    return {
      returned: application.returned,
      tally: await this.cloud.tally(application.expected()),
      counts: JSON.parse(stdout) as ShipCounts,
      exitCode,
      journalsLeft: listJournals(this.dir).length,
      killed: (await application.program.ended).signal !== null,
    };
  }

  #started(program: Program): Program {
    this.#programs.push(program);
    return program;
  }

  #watch(watch: Watch): void {
    const startedAtMs = Date.now();
    this.#watching = setInterval(async () => {
      try {
        const { eventsStored } = await this.cloud.stats();
        watch((Date.now() - startedAtMs) / 1000, this.#application?.returned ?? 0, eventsStored);
      } catch {
        // The scenario is at its end, and the stand-in with it.
      }
    }, WATCH_MS);
  }

  async #close(): Promise<void> {
    clearInterval(this.#watching);
    await Promise.all(this.#programs.map((program) => program.end()));
    await this.cloud.end();
    rmSync(this.#root, { recursive: true, force: true });
  }
}
