/** Real processes: started, waited for, killed. Every wait ends at a deadline and then says what the process had said. */
import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { isMainThread, workerData } from "node:worker_threads";

const DEADLINE_MS = 60_000;
const OUTPUT_CHARS_MAX = 1 << 20;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class Program {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #name: string;
  #stdout = "";
  #stderr = "";
  readonly ended: Promise<Ended>;
  #hasEnded = false;

  private constructor(name: string, path: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    this.#name = name;
    // A process group of its own, so that a kill reaches the processes it starts.
    this.#child = spawn(process.execPath, [path, ...args], {
      detached: true,
      env: { ...process.env, ...env },
    });
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout = (this.#stdout + text).slice(-OUTPUT_CHARS_MAX);
    });
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-OUTPUT_CHARS_MAX);
    });
    this.ended = once(this.#child, "close").then(([code, signal]) => {
      this.#hasEnded = true;
      return { code, signal, stdout: this.#stdout, stderr: this.#stderr };
    });
  }

  /** A program of the tests, such as `crash/programs/log`, with the plan that it reads with `readPlan`. */
  static start(name: string, plan: object): Program {
    const path = fileURLToPath(new URL(`../${name}.js`, import.meta.url));
    return new Program(name, path, [JSON.stringify(plan)], {});
  }

  /** The real `dragonlog`. It serves no page: many run at the same time. */
  static command(args: readonly string[], env: NodeJS.ProcessEnv): Program {
    return new Program(
      `dragonlog ${args[0]}`,
      fileURLToPath(new URL("../../src/cli/main.js", import.meta.url)),
      args,
      { DRAGONLOG_LISTEN: "none", ...env },
    );
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get stdout(): string {
    return this.#stdout;
  }

  /** Resolves when the program has said so; it must not end before. */
  async said(condition: (stdout: string) => boolean): Promise<void> {
    await until(
      () => {
        assert.ok(!this.#hasEnded || condition(this.#stdout), this.#report("ended too early"));
        return condition(this.#stdout);
      },
      () => this.#report("did not say what was waited for"),
    );
  }

  /** SIGKILL for it and all that it has started. */
  async kill(): Promise<Ended> {
    if (!this.#hasEnded) {
      process.kill(-this.#child.pid!, "SIGKILL");
    }
    const ended = await this.ended;
    assert.equal(ended.signal, "SIGKILL", this.#report("was not killed but ended by itself"));
    return ended;
  }

  /** Stops it where it is, until `resume`; to others it looks dead. */
  pause(): void {
    process.kill(-this.#child.pid!, "SIGSTOP");
  }

  resume(): void {
    process.kill(-this.#child.pid!, "SIGCONT");
  }

  /** Ends it if it still runs, whatever it does. */
  async end(): Promise<void> {
    if (!this.#hasEnded) {
      process.kill(-this.#child.pid!, "SIGKILL");
      await this.ended;
    }
  }

  /** SIGTERM, and how it ended. */
  async stop(): Promise<Ended> {
    this.#child.kill("SIGTERM");
    await until(
      () => this.#hasEnded,
      () => this.#report("did not end"),
    );
    return this.ended;
  }

  /** Ends its standard input, which the programs take as the order to finish. */
  async finish(): Promise<Ended> {
    this.#child.stdin.end();
    await until(
      () => this.#hasEnded,
      () => this.#report("did not end"),
    );
    return this.ended;
  }

  #report(what: string): string {
    return `${this.#name} ${what}; stdout: ${this.#stdout.slice(-2000)}; stderr: ${this.#stderr.slice(-4000)}`;
  }
}

/** The plan that `Program.start`, a worker thread's owner or a cluster's primary gave this program. */
export function readPlan<Plan>(): Plan {
  return isMainThread ? (JSON.parse(process.argv[2]!) as Plan) : (workerData as Plan);
}

export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Polls until the condition holds, and throws what `otherwise` says at the deadline. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  otherwise: () => string,
  deadlineMs = DEADLINE_MS,
): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, otherwise());
    await delay(1);
  }
}
