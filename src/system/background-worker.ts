/**
 * A worker thread that carries the records of this process's loggers on: a shipper or a forwarder. This is the side of the
 * main thread; `background-job.ts` is the other one.
 *
 * It never keeps the process alive, except while someone waits for `flush` or `release`, and before a process that has nothing
 * left to do ends, for at most the deadline. A worker that dies is started again.
 *
 *     main thread                       worker
 *       start ──workerData───────────►  job
 *       flush ──{ ask: n, until, ms }►  flush or hand on … ──{ answered: n, done }──► resolve
 *       pass ───{ news }─────────────►  what it shares memory with … ──{ said }──► hear
 *       last release ──{ stop }──────►  drain … ──exit──► resolve
 */
import type { Worker } from "node:worker_threads";
import { backoffMs } from "./backoff.js";
import { systemClock } from "./clock.js";
import { DragonlogError, type ErrorCode, messageOf } from "./errors.js";
import { within } from "./within.js";

/**
 * `delivered`: everything is where it is meant to end. `handed-on`: everything is where it outlives this process; what that
 * is, the job says.
 */
export type Until = "delivered" | "handed-on";

export type ToWorker =
  /** The answer is of use for `ms`. */
  | { readonly ask: number; readonly until: Until; readonly ms: number }
  | { readonly news: unknown }
  | { readonly stop: true };
export type FromWorker =
  /** `done`: false where it will not come to pass in time. */
  | { readonly answered: number; readonly done: boolean }
  | { readonly said: unknown }
  | { readonly failed: { message: string; code?: ErrorCode; hint?: string } };

/** For a logger whose records the worker finds in memory that both share. */
export interface WorkerShare {
  /** All that a worker that starts has to know; what comes later is passed to it. */
  news(): readonly unknown[];
  /** The worker says something, of this logger or of another one. */
  hear(said: unknown): void;
  /** Blocks until the worker has handed on what is logged, or `ms` have passed. */
  waitAtExit(ms: number): void;
}

export interface WorkerUser {
  /** How many records it has logged. */
  readonly logged: () => number;
  readonly share: WorkerShare | undefined;
}

export interface BackgroundWorkerOptions {
  readonly module: URL;
  readonly workerData: unknown;
  /** The longest that someone waits for it, beyond which what is left stays in the journal. */
  readonly deadlineMs: number;
  /** For errors: what it is, and the code of those that bring none. */
  readonly name: string;
  readonly code: ErrorCode;
  readonly onTrouble: (error: DragonlogError) => void;
  /** Called when the last user has left. */
  readonly forget: () => void;
}

/** The longest that the end of a process is held up for records that would end with it. */
const EXIT_WAIT_MS_MAX = 2000;

/** A worker that dies at once would otherwise keep a core busy with being started. */
const RESTART_BACKOFF = { baseMs: 400, maxMs: 60_000 };

interface Question {
  readonly asked: ToWorker;
  /** By `elapsed`: one that a worker would be asked later is of no use. */
  readonly untilMs: number;
  readonly resolve: (done: boolean) => void;
}

export class BackgroundWorker {
  readonly #options: BackgroundWorkerOptions;
  readonly #questions = new Map<number, Question>();
  readonly #users = new Set<WorkerUser>();
  /** Those of them whose records are being handed on for the last time. */
  readonly #leaving = new Set<WorkerUser>();
  #worker: Worker | undefined;
  /** When one that has died is started again, by `elapsed`. */
  #restartAtMs = 0;
  #lastQuestion = 0;
  #failures = 0;
  #loggedAtDrain = 0;
  #closing = false;
  #ended: Promise<void> | undefined;
  /** Whether all of it is delivered, once the last user leaves. */
  #drained: Promise<boolean> | undefined;
  #onExit: () => void = () => {};
  readonly #beforeExit = (): void => this.#drainBeforeExit();
  readonly #atExit = (): void => this.#waitAtExit();

  constructor(options: BackgroundWorkerOptions) {
    this.#options = options;
  }

  /** Registers a logger; the first one starts the worker. */
  use(user: WorkerUser): void {
    if (this.#users.size === 0) {
      process.on("beforeExit", this.#beforeExit);
      process.on("exit", this.#atExit);
    }
    this.#users.add(user);
    if (this.#worker === undefined) {
      this.#start();
    }
  }

  /** Tells the worker at once; one that starts later is told of it by `WorkerShare.news`. */
  pass(news: unknown): void {
    this.#post({ news });
  }

  /** Resolves with true when everything that waits now is delivered, and with false after `ms`, or once that is too soon for it. */
  async flush(ms = this.#options.deadlineMs): Promise<boolean> {
    if (this.#drained !== undefined) {
      return (await within(systemClock, ms, this.#drained)) ?? false;
    }
    return this.#ask("delivered", ms);
  }

  /**
   * Takes a logger out, when its records are handed on or the deadline has passed; what is left stays in the journal. With the
   * last one the worker ends.
   */
  async release(user: WorkerUser): Promise<void> {
    if (!this.#users.has(user) || this.#leaving.has(user)) {
      return;
    }
    if (this.#users.size - this.#leaving.size > 1) {
      // A worker that is started again meanwhile has to be told of it, too.
      this.#leaving.add(user);
      await this.#ask("handed-on");
      this.#leaving.delete(user);
      this.#users.delete(user);
      return;
    }
    this.#ended ??= this.#end();
    await this.#ended;
    this.#users.delete(user);
  }

  async #end(): Promise<void> {
    this.#closing = true;
    this.#options.forget();
    process.off("beforeExit", this.#beforeExit);
    const exited = new Promise<void>((resolve) => {
      this.#onExit = resolve;
    });
    if (this.#worker === undefined) {
      this.#start();
    }
    this.#drained = this.#ask("delivered", Number.POSITIVE_INFINITY);
    this.#post({ stop: true });
    await exited;
    process.off("exit", this.#atExit);
  }

  #ask(until: Until, ms = this.#options.deadlineMs): Promise<boolean> {
    const untilMs = until === "delivered" ? systemClock.elapsed() + ms : Number.POSITIVE_INFINITY;
    if (this.#worker === undefined && untilMs < this.#restartAtMs) {
      return Promise.resolve(false);
    }
    return new Promise((resolve) => {
      this.#lastQuestion++;
      const ask = this.#lastQuestion;
      const cancel = systemClock.after(ms, () => this.#endQuestion(ask, false), true);
      const asked = { ask, until, ms };
      this.#questions.set(ask, {
        asked,
        untilMs,
        resolve: (done) => {
          cancel();
          resolve(done);
        },
      });
      this.#worker?.ref();
      this.#post(asked);
    });
  }

  #start(): void {
    const { module, workerData } = this.#options;
    // What a program is started with is not for this thread: a module loaded before it may make a logger of this kind, too.
    // Not imported: an application that only logs has no use for it.
    const { Worker } = process.getBuiltinModule("node:worker_threads");
    const worker = new Worker(module, {
      workerData,
      execArgv: [],
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    this.#worker = worker;
    worker.on("message", (message: FromWorker) => this.#receive(message));
    worker.on("error", (error) => this.#failed({ message: messageOf(error) }, error));
    worker.on("exit", () => this.#exited());
    // Only now: a listener for messages holds the process again.
    if (this.#questions.size === 0) {
      worker.unref();
    }
    for (const news of [...this.#users].flatMap(({ share }) => share?.news() ?? [])) {
      this.#post({ news });
    }
    for (const { asked } of this.#questions.values()) {
      this.#post(asked);
    }
  }

  #post(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }

  #receive(message: FromWorker): void {
    if ("failed" in message) {
      this.#failed(message.failed);
      return;
    }
    this.#failures = 0;
    if ("said" in message) {
      for (const { share } of this.#users) {
        share?.hear(message.said);
      }
      return;
    }
    this.#endQuestion(message.answered, message.done);
  }

  #endQuestion(ask: number, done: boolean): void {
    this.#questions.get(ask)?.resolve(done);
    this.#questions.delete(ask);
    if (this.#questions.size === 0 && !this.#closing) {
      this.#worker?.unref();
    }
  }

  #failed(
    {
      message,
      code = this.#options.code,
      hint = "It is started again; the records wait for it.",
    }: Extract<FromWorker, { failed: unknown }>["failed"],
    cause?: unknown,
  ): void {
    const { name, onTrouble } = this.#options;
    onTrouble(new DragonlogError(code, `${name}: ${message}`, hint, cause));
  }

  #exited(): void {
    this.#worker = undefined;
    if (this.#closing) {
      // What it could do is done.
      for (const ask of this.#questions.keys()) {
        this.#endQuestion(ask, false);
      }
      this.#onExit();
      return;
    }
    this.#failures++;
    const restartMs = backoffMs(this.#failures, Math.random, RESTART_BACKOFF);
    this.#restartAtMs = systemClock.elapsed() + restartMs;
    for (const [ask, { untilMs }] of this.#questions) {
      if (untilMs < this.#restartAtMs) {
        this.#endQuestion(ask, false);
      }
    }
    systemClock.after(restartMs, () => {
      if (this.#worker === undefined && !this.#closing) {
        this.#start();
      }
    });
  }

  /** The process has nothing left to do: what was logged since the last time gets its chance to leave it. */
  #drainBeforeExit(): void {
    let logged = 0;
    for (const user of this.#users) {
      logged += user.logged();
    }
    if (logged === this.#loggedAtDrain) {
      return;
    }
    if (this.#worker === undefined) {
      if (![...this.#users].some(({ share }) => share !== undefined)) {
        return;
      }
      // What stands in memory only cannot wait until it is started again.
      this.#start();
    }
    this.#loggedAtDrain = logged;
    void this.#ask("handed-on");
  }

  /** The process ends, come what may: records that the worker finds in memory only get a last moment. */
  #waitAtExit(): void {
    const shares = [...this.#users].flatMap(({ share }) => share ?? []);
    if (shares.length === 0) {
      return;
    }
    if (this.#worker === undefined) {
      this.#start();
    }
    const waitMs = Math.min(EXIT_WAIT_MS_MAX, this.#options.deadlineMs);
    this.#post({ ask: 0, until: "handed-on", ms: waitMs });
    const deadline = performance.now() + waitMs;
    for (const share of shares) {
      share.waitAtExit(deadline - performance.now());
    }
  }
}
