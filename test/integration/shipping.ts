/** One folder of journals, one stand-in for the cloud, and the real processes between them. */
import assert from "node:assert/strict";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { DragonLogger } from "../../src/index.js";
import type { LoggerOptions } from "../../src/logger/types.js";
import { FakeCloudWatch } from "../../src/testing/index.js";
import type { Overview } from "../../src/watch/overview.js";
import { Cli, ended, type Result } from "./cli.js";

/** Far longer than anything here takes; what hangs is ended, and fails. */
const DEADLINE_MS = 60_000;

export const GROUP = "g";

export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly end: Promise<Result>;
  /** SIGTERM, and how it ended. */
  stop(): Promise<Result>;
}

export class Shipping {
  readonly cli: Cli;
  readonly dir: string;
  readonly #closing: (() => Promise<unknown>)[] = [];

  private constructor(
    context: TestContext,
    /** Replaced by a test that takes it away and brings it back. */
    public cloud: FakeCloudWatch,
  ) {
    // Before the folder is removed, which the command line has in its own hands.
    context.after(() => this.#close());
    this.cli = new Cli(context);
    this.dir = join(this.cli.dir, "journal");
    const { accessKeyId, secretAccessKey } = cloud.clientConfig().credentials;
    Object.assign(this.cli.env, {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: "us-east-1",
      AWS_EC2_METADATA_DISABLED: "true",
    });
  }

  static async open(context: TestContext): Promise<Shipping> {
    return new Shipping(context, await FakeCloudWatch.start({ quotas: false }));
  }

  /** A logger of this process on the folder; closed in the end, if it is not before. */
  logger(service = "web", options: Partial<LoggerOptions> = {}): DragonLogger {
    const logger = new DragonLogger({ service, journalDir: this.dir, ...options });
    this.#closing.push(() => logger.close());
    return logger;
  }

  /** Logs the records and closes the logger, so that its journal is one of a writer that has ended. */
  async log(count: number, service = "web"): Promise<void> {
    const logger = this.logger(service);
    logNumbers(logger, count);
    await logger.close();
  }

  /** `dragonlog ship`, which sends only when a test makes it. */
  ship(...flags: string[]): Running {
    const args =
      flags.includes("--once") || flags.includes("--interval") ? flags : ["--interval", "1h", ...flags];
    return this.start(this.cli.start("ship", "--group", GROUP, "--endpoint", this.cloud.url, ...args));
  }

  /** Sees to it that the process ends, whatever happens. */
  start(child: ChildProcessWithoutNullStreams, deadlineMs = DEADLINE_MS): Running {
    const kill = () => void child.kill("SIGKILL");
    const timer = setTimeout(kill, deadlineMs);
    const end = ended(child).finally(() => clearTimeout(timer));
    this.#closing.push(() => {
      kill();
      return end;
    });
    const stop = () => {
      child.kill("SIGTERM");
      return end;
    };
    return { child, end, stop };
  }

  async shipOnce(...flags: string[]): Promise<Result> {
    return this.ship("--once", ...flags).end;
  }

  async status(): Promise<Overview> {
    const { code, stdout, stderr } = await this.cli.run(["status", "--json"]);
    assert.equal(stderr, "");
    const overview = JSON.parse(`${stdout}`) as Overview;
    assert.equal(code, overview.health.healthy ? 0 : 1, `${stdout}`);
    return overview;
  }

  /** Resolves with the status when every journal there is has its shipper. */
  async untilClaimed(): Promise<Overview> {
    return this.untilStatus(
      ({ writers }) => writers.length > 0 && writers.every(({ takenBy }) => takenBy !== undefined),
    );
  }

  async untilStatus(condition: (status: Overview) => boolean): Promise<Overview> {
    for (const deadline = Date.now() + DEADLINE_MS; ; ) {
      const status = await this.status();
      if (condition(status)) return status;
      assert.ok(Date.now() < deadline, `what was waited for did not come: ${JSON.stringify(status)}`);
    }
  }

  /** Resolves when so many events are stored. */
  async untilStored(events: number): Promise<void> {
    await this.cloud.until(({ eventsStored }) => eventsStored >= events, DEADLINE_MS);
  }

  assertArrived(distinct: number, duplicates = 0): void {
    const { distinct: stored, duplicates: doubled, outOfOrder, incomplete, foreign } = this.cloud.tally();
    assert.deepEqual(
      { stored, doubled, outOfOrder, incomplete, foreign },
      { stored: distinct, doubled: duplicates, outOfOrder: 0, incomplete: 0, foreign: 0 },
    );
  }

  /** What stands in a stream, parsed. */
  stored(stream = "web"): Record<string, unknown>[] {
    return this.cloud.readStream(GROUP, stream).map(({ message }) => JSON.parse(message));
  }

  deadLetterCount(): number {
    return existsSync(join(this.dir, "dead")) ? this.deadLetters().length : 0;
  }

  async #close(): Promise<void> {
    for (const close of this.#closing) await close();
    await this.cloud.stop();
  }

  deadLetters(): Record<string, unknown>[] {
    const dir = join(this.dir, "dead");
    return (
      readdirSync(dir)
        .filter((name) => name.endsWith(".ndjson"))
        // What is being written may end in the middle of a line.
        .flatMap((name) => readFileSync(join(dir, name), "utf8").split("\n").slice(0, -1))
        .map((line) => JSON.parse(line))
    );
  }
}

export function logNumbers(logger: DragonLogger, count: number, from = 0): void {
  for (let n = from; n < from + count; n++) logger.info("a record", { n });
}
