/**
 * G2 and G6 on real processes: `dragonlog ship` is killed at random moments while records are being logged, and started
 * again. Nothing is lost or out of order, and doubled is only what was received and not acknowledged at a kill.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { listJournals } from "../../src/buffer/journal.js";
import { FakeCloudWatch } from "../../src/testing/index.js";
import { delay, Program, until } from "../harness/program.js";
import { readReturnedCalls } from "../harness/returned-calls.js";
import { eventsOf } from "./harness/kill-round.js";
import { chooseSeed, drawBelow } from "./harness/random.js";
import { Received } from "./harness/received.js";
import { expectedRecord } from "./harness/records.js";
import { GROUP, startShip } from "./harness/shipping.js";
import { judge } from "./harness/verdict.js";
import type { LogPlan } from "./programs/log.js";

const KILLS = 6;
const LATENCY_MS = 50;
const IN_FLIGHT_MAX = 4;
const KILL_AFTER_MS_MAX = 400;
const SHIP_FLAGS = ["--interval", "20ms", "--flush-records", "50", "--in-flight-max", String(IN_FLIGHT_MAX)];

class Scene {
  readonly root = mkdtempSync(join(tmpdir(), "dragonlog-kill-shipper-"));
  readonly dir = join(this.root, "journals");
  readonly seed = chooseSeed();
  readonly received: Received;
  readonly plans: LogPlan[] = [];
  readonly writers = new Set<string>();
  inDoubt = 0;
  readonly #client: CloudWatchLogsClient;

  constructor(
    readonly context: TestContext,
    readonly cloud: FakeCloudWatch,
  ) {
    this.received = new Received(cloud, LATENCY_MS);
    this.#client = new CloudWatchLogsClient(cloud.clientConfig());
    context.diagnostic(`replay with CRASH_SEED=${this.seed}; journals are kept in ${this.root} on failure`);
  }

  static async open(context: TestContext): Promise<Scene> {
    const cloud = await FakeCloudWatch.start({ quotas: false });
    context.after(() => cloud.stop());
    const scene = new Scene(context, cloud);
    await scene.#client.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
    return scene;
  }

  async startApplication(): Promise<Program> {
    const number = this.plans.length;
    const plan: LogPlan = {
      dir: this.dir,
      returnedPath: join(this.root, `returned-${number}`),
      service: `application-${number}`,
      seed: this.seed + number,
      segmentBytes: 64 << 10,
      callsPerTurn: 20,
      pauseMs: 5,
    };
    this.plans.push(plan);
    // A put that is refused because its stream is missing is received too, and would look like one that is sent again.
    await this.#client.send(new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName: plan.service }));
    const application = Program.start("crash/programs/log", plan);
    this.context.after(() => application.end());
    await application.said((stdout) => stdout !== "");
    this.noteWriters();
    return application;
  }

  startShipper(): Program {
    const shipper = startShip(this.dir, this.cloud, ...SHIP_FLAGS);
    this.context.after(() => shipper.end());
    return shipper;
  }

  /** Kills it at a random moment after it has begun to send. */
  async killShipper(
    shipper: Program,
    draw: number,
    meanwhile: () => Promise<unknown> = async () => {},
  ): Promise<void> {
    await until(
      () => this.received.requests > 0,
      () => "the shipper sent nothing",
    );
    await delay(drawBelow(KILL_AFTER_MS_MAX, this.seed, draw));
    await Promise.all([shipper.kill(), meanwhile()]);
    const requests = await this.received.shipperDied(this.cloud, this.dir, this.writers);
    assert.ok(requests <= IN_FLIGHT_MAX, `${requests} requests were received and not acknowledged`);
    this.inDoubt += requests;
  }

  noteWriters(): void {
    for (const journal of listJournals(this.dir)) {
      this.writers.add(journal.slice(this.dir.length + 1));
    }
  }

  /** The shipper must empty and remove the journals of processes that are gone. */
  async delivered(): Promise<void> {
    await until(
      () => listJournals(this.dir).length === 0,
      () => `journals remain: ${readdirSync(this.dir)} in ${this.root}`,
    );
  }

  check(): void {
    const { cloud, received, plans, seed } = this;
    const verdicts = plans.map(({ returnedPath, service, seed: own }) =>
      judge(
        eventsOf(cloud, service),
        readReturnedCalls(returnedPath),
        (n) => expectedRecord(n, own),
        "may be doubled",
      ),
    );
    const { duplicates, outOfOrder, lost, foreign, distinct } = cloud.tally();
    const where = `seed ${seed}, journals in ${this.root}`;
    assert.deepEqual(
      verdicts.flatMap(({ faults }) => faults),
      [],
      where,
    );
    assert.deepEqual(received.faults, [], where);
    assert.deepEqual({ outOfOrder, lost, foreign }, { outOfOrder: 0, lost: 0, foreign: 0 }, where);
    assert.equal(duplicates, received.doubled, `${where}: doubled is what was received again`);
    this.context.diagnostic(
      `${distinct} records delivered, ${duplicates} doubled, ${this.inDoubt} requests in doubt at the kills`,
    );
    rmSync(this.root, { recursive: true });
  }
}

test(`a shipper that is killed ${KILLS} times loses nothing and doubles only what was in flight`, async (context) => {
  const scene = await Scene.open(context);
  const application = await scene.startApplication();
  for (let kill = 0; kill < KILLS; kill++) {
    await scene.killShipper(scene.startShipper(), kill);
  }
  const shipper = scene.startShipper();
  const { code, stderr } = await application.finish();
  assert.equal(code, 0, stderr);
  await scene.delivered();
  await shipper.end();
  scene.check();
});

test("an application and its shipper that are killed together lose nothing", async (context) => {
  const scene = await Scene.open(context);
  for (let kill = 0; kill < 3; kill++) {
    const application = await scene.startApplication();
    await scene.killShipper(scene.startShipper(), kill, () => application.kill());
  }
  const shipper = scene.startShipper();
  await scene.delivered();
  await shipper.end();
  scene.check();
});
