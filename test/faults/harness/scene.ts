/** The real processes of one scenario: applications that log, shippers, the stand-in for the cloud, and perhaps a store. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { listJournals } from "../../../src/buffer/journal.js";
import type { ShipCounts } from "../../../src/ship/counts.js";
import type { Stats } from "../../../src/testing/index.js";
import { delay, Program, until } from "../../harness/program.js";
import { RedisServer } from "../../harness/redis-server.js";
import type { ApplicationPlan } from "../programs/application.js";
import type { HeirPlan } from "../programs/heir.js";
import { Application } from "./application.js";
import type { Ending } from "./outcome.js";
import type { Shape } from "./shape.js";
import { Shipper } from "./shipper.js";
import { ANY_CREDENTIALS, REGION, StandIn } from "./stand-in.js";

export const GROUP = "faults";
const POLL_MS = 100;
const WATCH_MS = 2000;

/** Told every now and then how it goes. */
export type Watch = (seconds: number, returned: number, stored: number) => void;

/** One server or several, between the applications and the shippers. */
export interface SceneStore {
  readonly url: string;
  stop(): Promise<void>;
}

export class Scene {
  readonly #root = mkdtempSync(join(tmpdir(), "dragonlog-faults-"));
  /** The journals of all applications, as on one machine. */
  readonly dir = join(this.#root, "journals");
  readonly #programs: Program[] = [];
  readonly #applications: Application[] = [];
  #heir: Program | undefined;
  #watching: NodeJS.Timeout | undefined;

  /** Plays a scenario, with a redis-server in between if the shape says so, and ends all its processes, whatever happens. */
  static async play<T>(
    shape: Shape,
    watch: Watch | undefined,
    scenario: (scene: Scene) => Promise<T>,
  ): Promise<T> {
    const store = shape.buffer === "redis" ? await RedisServer.start() : undefined;
    return Scene.#playOn(store, shape, watch, scenario);
  }

  /** Plays a scenario on a store, whatever the shape says. */
  static async playOn<S extends SceneStore, T>(
    store: S,
    shape: Shape,
    watch: Watch | undefined,
    scenario: (scene: Scene, store: S) => Promise<T>,
  ): Promise<T> {
    return Scene.#playOn(store, shape, watch, (scene) => scenario(scene, store));
  }

  static async #playOn<T>(
    store: SceneStore | undefined,
    shape: Shape,
    watch: Watch | undefined,
    scenario: (scene: Scene) => Promise<T>,
  ): Promise<T> {
    const scene = new Scene(shape, await StandIn.start(shape.latencyMs), store);
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
    readonly store: SceneStore | undefined,
  ) {}

  /** Of all applications. */
  get writers(): string[] {
    return this.#applications.flatMap(({ writers }) => writers);
  }

  /** Calls of all applications that have returned. */
  get returned(): number {
    return this.#applications.reduce((sum, { returned }) => sum + returned, 0);
  }

  async startApplication(plan: Partial<ApplicationPlan> = {}): Promise<Application> {
    return this.#startApplication({ records: this.shape.records, ...plan });
  }

  /** One that logs until `finish`, so that what happens meanwhile happens in the middle of its work, on any machine. */
  async startEndlessApplication(plan: Partial<ApplicationPlan>): Promise<Application> {
    return this.#startApplication(plan);
  }

  async #startApplication(plan: Partial<ApplicationPlan>): Promise<Application> {
    const { perSecond } = this.shape;
    const returnedPath = join(this.#root, `returned-${this.#applications.length}`);
    const buffer = this.store === undefined ? {} : { buffer: this.store.url };
    const program = this.#started(
      Program.start("faults/programs/application", {
        ...{ dir: this.dir, returnedPath, services: ["web"], perSecond, ...buffer, ...plan },
      } satisfies ApplicationPlan),
    );
    await program.said((stdout) => stdout.includes("\n"));
    const { writers } = JSON.parse(program.stdout) as { writers: string[] };
    const application = new Application(program, writers, returnedPath);
    this.#applications.push(application);
    return application;
  }

  startShipper(...flags: readonly string[]): Shipper {
    return this.startShipperOf("shipper", ...flags);
  }

  /** With a store each name is a machine of its own, whose folder the next one of that name finds. */
  startShipperOf(name: string, ...flags: readonly string[]): Shipper {
    const { store, shape, cloud } = this;
    const dir = store === undefined ? this.dir : join(this.#root, name);
    const place = ["--journal-dir", dir, "--endpoint", cloud.url, "--region", REGION];
    const buffer =
      store === undefined ? [] : ["--buffer", store.url, "--lease-expiry", `${shape.leaseExpiryMs}ms`];
    const args = ["ship", "--json", "--group", GROUP, ...place, ...buffer, ...shape.shipFlags, ...flags];
    return new Shipper(
      this.#started(
        Program.command(args, {
          AWS_ACCESS_KEY_ID: ANY_CREDENTIALS.accessKeyId,
          AWS_SECRET_ACCESS_KEY: ANY_CREDENTIALS.secretAccessKey,
        }),
      ),
      dir,
    );
  }

  /** Resolves when something is stored: shipping has begun. */
  untilShipping(): Promise<Stats> {
    return this.cloud.until("shipping begins", ({ eventsStored }) => eventsStored > 0, this.shape.deadlineMs);
  }

  /** Resolves when so many calls of the applications have returned. */
  async untilReturned(calls: number): Promise<void> {
    await until(
      () => this.returned >= calls,
      () => `${this.returned} of ${calls} calls have returned`,
      this.shape.deadlineMs,
    );
  }

  /** Lets applications that have no end of their own log as many records as the shape says, and end. */
  async finish(): Promise<void> {
    await this.untilReturned(this.shape.records);
    await Promise.all(this.#applications.map(({ program }) => program.finish()));
  }

  /** Resolves when no more than `missing` of what had returned is not stored; the applications must have ended. */
  async untilDelivered(missing = 0): Promise<void> {
    const { deadlineMs } = this.shape;
    await this.#startHeir();
    const wanted = this.returned - missing;
    await this.cloud.until("everything is delivered", (stats) => stats.eventsStored >= wanted, deadlineMs);
    // With doubles among it, so many events are not all of them yet.
    for (const deadline = Date.now() + deadlineMs; ; await delay(POLL_MS)) {
      const { lost, incomplete } = await this.cloud.tally(this.#expected());
      if (lost + incomplete <= missing) {
        return;
      }
      if (Date.now() > deadline) {
        throw new Error(`${lost + incomplete} records are not delivered after ${deadlineMs} ms`);
      }
    }
  }

  /** Stops the shippers that are left and looks at what there is. */
  async end(...shippers: readonly Shipper[]): Promise<Ending> {
    await this.#endHeir();
    const ended = await Promise.all(shippers.map((shipper) => shipper.stop()));
    return {
      returned: this.returned,
      tally: await this.cloud.tally(this.#expected()),
      shippers: ended.map(({ code, stdout }) => ({
        exitCode: code,
        counts: JSON.parse(stdout) as ShipCounts,
      })),
      journalsLeft: listJournals(this.dir).length,
      killed: (await Promise.all(this.#applications.map(({ program }) => program.ended))).some(
        ({ signal }) => signal !== null,
      ),
    };
  }

  #expected(): Record<string, number> {
    return Object.assign({}, ...this.#applications.map((application) => application.expected()));
  }

  /** What an application leaves in its journal on the way to a store is the next one's to forward, and to forget. */
  async #startHeir(): Promise<void> {
    const { store, dir } = this;
    if (store !== undefined && this.#heir === undefined) {
      this.#heir = this.#started(
        Program.start("faults/programs/heir", { dir, buffer: store.url } satisfies HeirPlan),
      );
      await this.#heir.said((stdout) => stdout.includes("\n"));
    }
  }

  async #endHeir(): Promise<void> {
    if (this.#heir === undefined) {
      return;
    }
    const { writer } = JSON.parse(this.#heir.stdout) as { writer: string };
    const left = (): string[] => listJournals(this.dir).filter((journal) => basename(journal) !== writer);
    await until(
      () => left().length === 0,
      () => `${left().join(", ")} are not known to be delivered`,
      this.shape.deadlineMs,
    );
    await this.#heir.finish();
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
        watch((Date.now() - startedAtMs) / 1000, this.returned, eventsStored);
      } catch {
        // The scenario is at its end, and the stand-in with it.
      }
    }, WATCH_MS);
  }

  async #close(): Promise<void> {
    clearInterval(this.#watching);
    await Promise.all(this.#programs.map((program) => program.end()));
    await Promise.all([this.cloud.end(), this.store?.stop()]);
    rmSync(this.#root, { recursive: true, force: true });
  }
}
