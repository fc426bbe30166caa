/** Where the errors of docs/troubleshooting.md are made to happen: a folder, the real command line, and servers to ask. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { DragonLogger } from "../../../src/index.js";
import type { LoggerOptions } from "../../../src/logger/types.js";
import type { DragonlogError } from "../../../src/system/errors.js";
import { FakeCloudWatch } from "../../../src/testing/index.js";
import { RedisServer } from "../../harness/redis-server.js";
import { Cli, type Result } from "../../integration/cli.js";

const SOURCES = fileURLToPath(new URL("../../../src", import.meta.url));
const MAIN = join(SOURCES, "cli/main.js");
const MODULES = fileURLToPath(new URL("../../../../node_modules", import.meta.url));
const NOT_RUN = /\.(map|ts)$|\.(test|cases)\.js$/;
/** What `npm install dragonlog` brings along. */
const DEPENDENCIES = ["@koromix"];

/** No credentials of this machine, and no looking for them. */
export const AWS_ENV = {
  AWS_ACCESS_KEY_ID: "x",
  AWS_SECRET_ACCESS_KEY: "x",
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  AWS_EC2_METADATA_DISABLED: "true",
};

/** Nobody listens there. */
export const NO_STORE = "redis://127.0.0.1:1";

/** What is told of an error, wherever it is told. */
export interface Seen {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** Makes one error happen, in each of the forms that the page quotes. */
export type Scene = (stage: Stage) => Promise<readonly Seen[]>;

export class Stage {
  readonly cli: Cli;
  readonly test: TestContext;
  /** Worker threads, which may be what is waited for, do not keep a process alive. */
  readonly #alive = setInterval(() => {}, 1000);
  readonly #ending = new AbortController();
  readonly #closing: (() => unknown)[] = [];
  #main = MAIN;

  constructor(test: TestContext) {
    // Before the folder is removed, which the command line has in its own hands.
    test.after(() => this.#close());
    this.test = test;
    this.cli = new Cli(test);
    Object.assign(this.cli.env, AWS_ENV);
    for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"]) delete this.cli.env[name];
  }

  /** The folder of journals of the commands. */
  get journal(): string {
    return join(this.cli.dir, "journal");
  }

  /** What a command that fails prints. */
  async command(...args: string[]): Promise<Seen> {
    return toldBy(await this.cli.runFile(this.#main, args));
  }

  /** From here on it is a command line beside which only the dependencies of the package are installed. */
  installAlone(): void {
    const app = join(this.cli.dir, "alone");
    mkdirSync(join(app, "node_modules"), { recursive: true });
    for (const name of DEPENDENCIES) {
      symlinkSync(join(MODULES, name), join(app, "node_modules", name));
    }
    cpSync(SOURCES, join(app, "dist/src"), { recursive: true, filter: (path) => !NOT_RUN.test(path) });
    cpSync(join(MODULES, "../package.json"), join(app, "package.json"));
    this.#main = join(app, "dist/src/cli/main.js");
  }

  /** Closed in the end. */
  logger(options: Partial<LoggerOptions> = {}): DragonLogger {
    const quiet = { service: "web", journalDir: this.journal, onTrouble: () => undefined };
    const logger = new DragonLogger({ ...quiet, ...options });
    this.atEnd(() => logger.close());
    return logger;
  }

  /** What a logger tells with this code, and with a message like this, while it runs. */
  async told(
    code: string,
    options: Partial<LoggerOptions>,
    act: (logger: DragonLogger) => unknown,
    message = /./,
  ): Promise<Seen> {
    const error = await new Promise<DragonlogError>((resolve, reject) => {
      const onTrouble = (trouble: DragonlogError): void => {
        if (trouble.code === code && message.test(trouble.message)) resolve(trouble);
      };
      const logger = this.logger({ ...options, onTrouble });
      Promise.resolve(act(logger)).catch(reject);
    });
    return seenIn(error);
  }

  /** Aborted in the end. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** The last one first. */
  atEnd(close: () => unknown): void {
    this.#closing.unshift(close);
  }

  async cloud(): Promise<FakeCloudWatch> {
    const cloud = await FakeCloudWatch.start();
    this.atEnd(() => cloud.stop());
    return cloud;
  }

  async redis(): Promise<RedisServer> {
    const server = await RedisServer.start();
    this.atEnd(() => server.stop());
    return server;
  }

  async #close(): Promise<void> {
    this.#ending.abort();
    for (const close of this.#closing) await close();
    clearInterval(this.#alive);
  }
}

/** What is thrown or rejected with. */
export async function thrownBy(run: () => unknown): Promise<Seen> {
  try {
    await run();
  } catch (error) {
    return seenIn(error as DragonlogError);
  }
  return assert.fail("nothing was thrown");
}

export function seenIn({ code, message, hint }: Seen): Seen {
  return { code, message, hint };
}

function toldBy({ stderr, code: exit }: Result): Seen {
  assert.notEqual(exit, 0, stderr);
  const [, message, hint, code] = /^dragonlog: (.*)\n {2}(.*)\n {2}(DRAGONLOG_\w+) .*$/m.exec(stderr) ?? [];
  assert.ok(message !== undefined && hint !== undefined && code !== undefined, stderr);
  return { code, message, hint };
}
