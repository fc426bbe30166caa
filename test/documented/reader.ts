/** Somebody who reads a page and does what it says: one folder, one terminal, a cloud and a store that answer. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { FakeCloudWatch } from "../../src/testing/index.js";
import { until } from "../harness/program.js";
import { RedisServer } from "../harness/redis-server.js";
import { newFolder, PRELOADED, ROOT } from "./folder.js";
import { isPeopled, signal } from "./process-group.js";

const DEADLINE_MS = 60_000;

/** Hosts that pages use for this machine and for a store in their network; here both are the page's own address. */
const HOSTS = /(?<![\w.-])(127\.0\.0\.1|localhost|10(?:\.\d+){3}|machine-\d)(?![\w-]|\.\d)/g;
/** Folders of a machine that pages write to; here they lie in the reader's folder. */
const PLACES = /(?<![\w.~/-])\/(?:var|etc|srv|opt)\/[\w./-]+/g;

export interface Run {
  /** Undefined while it goes on. */
  readonly code: number | null | undefined;
  readonly signal: NodeJS.Signals | null;
  /** Standard output and standard error, as a terminal shows them. */
  readonly printed: string;
}

/** A journal, as `dragonlog status --json` reports it. */
interface Writer {
  readonly boundFor?: string;
  readonly waiting: { readonly records: number };
}

export interface RunOptions {
  /** It is left alone when it works, and ends with the page. */
  readonly keepRunning?: boolean;
}

export class Reader {
  readonly #home = mkdtempSync(join(tmpdir(), "dragonlog-page-"));
  readonly #address = `127.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(1, 255)}`;
  readonly #groups: ChildProcess[] = [];
  readonly #cloud: FakeCloudWatch;
  #store: RedisServer | undefined;
  #runs = 0;
  /** Of the reader's terminal. */
  #cwd = "";
  #env: NodeJS.ProcessEnv = {};

  private constructor(cloud: FakeCloudWatch) {
    this.#cloud = cloud;
  }

  static async sitDown(test: TestContext): Promise<Reader> {
    const reader = new Reader(await FakeCloudWatch.start());
    test.after(() => reader.#leave());
    for (const name of ["life", "tmp"]) mkdirSync(join(reader.#home, name));
    reader.emptyFolder();
    return reader;
  }

  /** A new folder with dragonlog installed, and a terminal in which nothing was exported. */
  emptyFolder(): void {
    this.#runs += 1;
    const dir = join(this.#home, `folder-${this.#runs}`);
    newFolder(dir);
    const own = Object.entries(process.env).filter(
      ([name]) => !/^((dragonlog|node|aws|npm|xdg|page)_|(force|no)_color$)/i.test(name),
    );
    this.#cwd = dir;
    this.#env = {
      ...Object.fromEntries(own),
      HOME: dir,
      TMPDIR: join(this.#home, "tmp"),
      PATH: `${join(dir, "node_modules/.bin")}:${join(ROOT, "node_modules/.bin")}:${process.env.PATH}`,
      NODE_OPTIONS: `--import ${PRELOADED}`,
      DRAGONLOG_LISTEN: `${this.#address}:8001`,
      PAGE_ADDRESS: this.#address,
      PAGE_LIFE: join(this.#home, "life"),
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: this.#cloud.url,
      AWS_ACCESS_KEY_ID: "x",
      AWS_SECRET_ACCESS_KEY: "x",
    };
  }

  /** The code with what a page says of hosts and of folders of the machine set to what is here. */
  here(code: string): string {
    return code.replace(HOSTS, this.#address).replace(PLACES, (path) => {
      const place = join(this.#home, path);
      mkdirSync(dirname(place), { recursive: true });
      return place;
    });
  }

  /** The other way: what was printed, as the page would show it. */
  asDocumented(printed: string): string {
    return printed.replaceAll(this.#address, "127.0.0.1").replaceAll(this.#home, "");
  }

  write(name: string, code: string): string {
    const path = join(this.#cwd, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, this.here(code));
    return path;
  }

  /** Runs it in the reader's terminal until it ends, or with `keepRunning` until it works. */
  async run(command: readonly string[], { keepRunning }: RunOptions = {}): Promise<Run> {
    this.#runs += 1;
    const terminal = join(this.#home, `terminal-${this.#runs}`);
    const nothing = join(this.#home, "nothing");
    writeFileSync(nothing, "");
    const [stdin, out] = [openSync(nothing, "r"), openSync(terminal, "a")];
    const alive = this.#alive().length;
    const [file, ...args] = command;
    const child = spawn(file!, args, {
      cwd: this.#cwd,
      // Said to each anew: a shell leaves what it was told to the next one.
      env: { ...this.#env, PAGE_KEEPS_RUNNING: keepRunning ? "true" : "" },
      stdio: [stdin, out, out],
      // A group of its own, so that what it leaves running can be ended.
      detached: true,
    });
    closeSync(stdin);
    closeSync(out);
    this.#groups.push(child);
    const printed = (): string => readFileSync(terminal, "utf8");
    const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
    await once(child, "spawn");
    const works = (): boolean => hasEnded() || this.#alive().length > alive;
    if (keepRunning) await until(works, () => `does not work; it printed:\n${printed()}`, DEADLINE_MS);
    else if (!hasEnded()) {
      const signal = AbortSignal.timeout(DEADLINE_MS);
      await once(child, "exit", { signal }).catch(() =>
        assert.fail(`does not end; it printed:\n${printed()}`),
      );
    }
    return { code: hasEnded() ? child.exitCode : undefined, signal: child.signalCode, printed: printed() };
  }

  /** A script in the reader's shell: what it exports and where it goes to holds for the next one. */
  async shell(shell: "sh" | "bash", script: string, options: RunOptions = {}): Promise<Run> {
    const [env, pwd] = [join(this.#home, "env"), join(this.#home, "pwd")];
    const path = join(this.#home, "script.sh");
    writeFileSync(
      path,
      `trap 'pwd > "${pwd}"; env -0 > "${env}"' EXIT\n${UNTIL_ALIVE}${inBackground(this.here(script))}`,
    );
    const run = await this.run([shell, "-eu", path], options);
    if (run.code !== undefined) {
      this.#cwd = readFileSync(pwd, "utf8").trimEnd();
      this.#env = Object.fromEntries(
        readFileSync(env, "utf8")
          .split("\0")
          .filter((entry) => entry !== "")
          .map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]),
      );
    }
    return run;
  }

  /** A real store at the port that pages use, from the first time on. */
  async openStore(): Promise<void> {
    this.#store ??= await RedisServer.start({ address: this.#address, port: 6379 });
  }

  /** Ends what still runs, delivers what still waits, and says that nothing is lost, doubled or out of order. */
  async finish(): Promise<void> {
    await this.#endAll();
    await this.deliver();
    const { lost, duplicates, outOfOrder } = this.#cloud.tally();
    assert.deepEqual({ lost, duplicates, outOfOrder }, { lost: 0, duplicates: 0, outOfOrder: 0 });
  }

  #alive(): string[] {
    return readdirSync(join(this.#home, "life"));
  }

  /** Ends what runs on, in good order. */
  async #endAll(): Promise<void> {
    const groups = this.#groups.map(({ pid }) => pid!);
    for (const group of groups) signal(group, "SIGTERM");
    await until(
      () => !groups.some(isPeopled),
      () => "what the page has started does not end at SIGTERM",
      DEADLINE_MS,
    );
  }

  /** What no command of the page has delivered, wherever its journals are. */
  async deliver(): Promise<void> {
    if (this.#groups.length === 0) return;
    for (const journals of journalFoldersIn(this.#home)) await this.#deliverFrom(journals);
  }

  async #deliverFrom(journals: string): Promise<void> {
    const rest = "--to cloudwatch --region us-east-1 --group rest --stream '{service}'";
    // Whatever the page has set for its own commands.
    const unset = Object.keys(this.#env).filter((name) => name.startsWith("DRAGONLOG_"));
    const script = `unset ${unset.join(" ")}
cd "${this.#home}"
export DRAGONLOG_JOURNAL_DIR="${journals}"
dragonlog ship --once ${rest} && dragonlog status --json
`;
    const { code, printed } = await this.shell("sh", script);
    assert.equal(code, 0, printed);
    const { writers } = JSON.parse(printed.trimEnd().split("\n").at(-1)!) as { writers: Writer[] };
    // What a store has taken is delivered from there, and only who asks the store is told.
    const waiting = writers.filter(({ boundFor, waiting }) => boundFor !== "a store" && waiting.records > 0);
    assert.deepEqual(waiting, [], `records in ${journals} that cannot be delivered`);
  }

  async #leave(): Promise<void> {
    for (const { pid } of this.#groups) signal(pid!, "SIGKILL");
    await this.#store?.stop();
    await this.#cloud.stop();
    rmSync(this.#home, { recursive: true, force: true });
  }
}

/** Where there are journals below a folder. */
function journalFoldersIn(dir: string): Set<string> {
  const writers = readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith("/writer.json"),
  );
  return new Set(writers.map((path) => join(dir, dirname(dirname(path)))));
}

const UNTIL_ALIVE = `until_alive() { while [ ! -e "$PAGE_LIFE/$1" ] && kill -0 "$1" 2> /dev/null; do sleep 0.02; done; }\n`;

/** What goes on in the background works before the next line, as it does for people, who type slowly. */
function inBackground(script: string): string {
  return script.replace(/^(.*\b(?:dragonlog|node|redis-server) .*[^&]&)[ \t]*(#.*)?$/gm, "$1 until_alive $!");
}
