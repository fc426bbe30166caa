/**
 * The thread that works on dead letters, for as long as there is something to do: one task after the other.
 *
 *     main thread                         thread
 *       { number, task } ──────────────►  performs it
 *                                    ◄──  { number, result } or { number, error }
 *       { stop } ──────────────────────►  ends what it is at after the step that runs
 */
import { Worker } from "node:worker_threads";
import type { Clock } from "../../system/clock.js";
import { DragonlogError, type ErrorCode } from "../../system/errors.js";
import { Refused } from "../answers.js";
import type { Task, TaskResults } from "./task.js";

const WAITING_MAX = 16;
/** How long the thread stays when there is nothing to do. */
const IDLE_MS = 10_000;
const HEAP_MIB_MAX = 512;

export type ToThread = { readonly number: number; readonly task: Task } | { readonly stop: true };

export interface ErrorText {
  readonly message: string;
  readonly code?: ErrorCode;
  readonly hint?: string;
}

export type FromThread =
  | { readonly number: number; readonly result: TaskResults[Task["kind"]] }
  | { readonly number: number; readonly error: ErrorText };

interface Asked {
  readonly done: (result: TaskResults[Task["kind"]]) => void;
  readonly failed: (error: Error) => void;
}

export class LettersThread {
  readonly #asked = new Map<number, Asked>();
  #worker: Worker | undefined;
  #lastNumber = 0;
  #isClosed = false;
  #cancelIdle = (): void => {};

  constructor(
    readonly journalDir: string,
    readonly clock: Clock,
  ) {}

  /** Throws DRAGONLOG_BUSY when too much waits already, and what the task is refused for. */
  perform<T extends Task>(task: T): Promise<TaskResults[T["kind"]]> {
    if (this.#isClosed || this.#asked.size >= WAITING_MAX) {
      return Promise.reject(
        new Refused(
          503,
          "DRAGONLOG_BUSY",
          this.#isClosed ? "the shipper is ending" : `${WAITING_MAX} requests for dead letters wait already`,
          "Try again in a moment.",
        ),
      );
    }
    this.#cancelIdle();
    this.#lastNumber++;
    const number = this.#lastNumber;
    return new Promise((resolve, reject) => {
      this.#asked.set(number, { done: resolve as Asked["done"], failed: reject });
      this.#worker ??= this.#start();
      this.#worker.postMessage({ number, task } satisfies ToThread);
    });
  }

  /** What is being done is not cut, for it holds a lease; but nobody waits for it. */
  close(): void {
    this.#isClosed = true;
    this.#cancelIdle();
    this.#worker?.postMessage({ stop: true } satisfies ToThread);
    this.#failAll("the shipper is ending");
  }

  #start(): Worker {
    const worker = new Worker(new URL("./worker.js", import.meta.url), {
      workerData: this.journalDir,
      // What the process is started with is not for this thread.
      execArgv: [],
      env: { ...process.env, NODE_OPTIONS: "" },
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB_MAX },
    });
    let reason = "the thread ended";
    worker.on("message", (message: FromThread) => this.#receive(message));
    worker.on("error", (error) => {
      reason = error.message;
    });
    worker.on("exit", () => {
      if (this.#worker === worker) {
        this.#worker = undefined;
        this.#failAll(reason);
      }
    });
    // Only now: a listener for messages holds the process again.
    worker.unref();
    return worker;
  }

  #receive(message: FromThread): void {
    const asked = this.#asked.get(message.number);
    this.#asked.delete(message.number);
    if ("error" in message) asked?.failed(errorOf(message.error));
    else asked?.done(message.result);
    if (this.#asked.size === 0 && !this.#isClosed) {
      this.#cancelIdle = this.clock.after(IDLE_MS, () => {
        void this.#worker?.terminate();
        this.#worker = undefined;
      });
    }
  }

  #failAll(reason: string): void {
    for (const { failed } of this.#asked.values()) failed(new Error(reason));
    this.#asked.clear();
  }
}

function errorOf({ message, code, hint }: ErrorText): Error {
  return code === undefined ? new Error(message) : new DragonlogError(code, message, hint ?? "");
}
