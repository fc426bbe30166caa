/** A running `dragonlog tail`, and an application beside it that logs. */
import assert from "node:assert/strict";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import type { TestContext } from "node:test";
import { DragonLogger } from "../../src/index.js";
import { Cli, ended, type Result } from "./cli.js";

const DEADLINE_MS = 60_000;

export class Tailing {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Result>;
  #stdout = "";
  #stderr = "";
  #hasEnded = false;

  constructor(t: TestContext, cli: Cli, args: readonly string[]) {
    this.child = cli.start("tail", ...args);
    t.after(() => this.child.kill("SIGKILL"));
    this.ended = ended(this.child);
    const [stdout, stderr] = [new StringDecoder(), new StringDecoder()];
    this.child.stdout.on("data", (bytes: Buffer) => {
      this.#stdout += stdout.write(bytes);
    });
    this.child.stderr.on("data", (bytes: Buffer) => {
      this.#stderr += stderr.write(bytes);
    });
    void this.ended.then(() => {
      this.#hasEnded = true;
    });
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  get lines(): string[] {
    return this.#stdout.split("\n").slice(0, -1);
  }

  async until(condition: () => boolean): Promise<void> {
    const deadline = Date.now() + DEADLINE_MS;
    while (!condition()) {
      const said = `stdout: ${this.#stdout.slice(-2000)}\nstderr: ${this.#stderr}`;
      assert.ok(!this.#hasEnded, `ended too early; ${said}`);
      assert.ok(Date.now() < deadline, `what was waited for did not come; ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Resolves when it shows what is logged. */
  async untilItFollows(logger: DragonLogger): Promise<void> {
    let probes = 0;
    await this.until(() => {
      // Not more than it takes to see one: how soon it begins is up to the machine.
      if (probes++ % 20 === 0) logger.info("probe");
      return this.#stdout.includes("probe");
    });
  }

  async stop(signal: NodeJS.Signals = "SIGINT"): Promise<Result> {
    this.child.kill(signal);
    return this.ended;
  }
}

/** A command line, and loggers of its folder and store, if there is one, which are closed before the folder is deleted. */
export function application(
  t: TestContext,
  store?: string,
): { cli: Cli; loggerOf: (service: string) => DragonLogger } {
  const loggers: DragonLogger[] = [];
  t.after(() => Promise.all(loggers.map((logger) => logger.close())));
  const cli = new Cli(t);
  if (store !== undefined) cli.env.DRAGONLOG_BUFFER = store;
  const loggerOf = (service: string): DragonLogger => {
    const place = { journalDir: join(cli.dir, "journal"), ...(store === undefined ? {} : { buffer: store }) };
    const logger = new DragonLogger({ service, level: "trace", ...place });
    loggers.push(logger);
    return logger;
  };
  return { cli, loggerOf };
}

/** The data of each line that `tail --json` printed, but for the probes. */
export function dataOf(lines: readonly string[]): unknown[] {
  return lines.map((line) => JSON.parse(line).data).filter((data) => data !== "probe");
}
