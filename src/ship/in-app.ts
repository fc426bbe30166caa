/**
 * A shipper in a worker thread of the application, for `new DragonLogger({ to: … })`.
 *
 * It empties the journals that are meant for its destination: those of this thread's loggers, whose leases are reserved
 * for it when they are made, and those that an earlier process left behind. It never keeps the process alive, except
 * while someone waits for `flush` or `close`, and before a process that has nothing left to do ends, for at most
 * `drainDeadline`. A worker that dies is started again.
 *
 *     main thread                       worker
 *       start ──{ options, holder }──►  openShipper, run
 *       flush ──{ flush: n }─────────►  cycle … ──{ flushed: n }──► resolve
 *       close ──{ stop: true }───────►  drain … ──exit──► resolve
 */
import { createHash } from "node:crypto";
import { Worker } from "node:worker_threads";
import { backoffMs } from "../system/backoff.js";
import { systemClock } from "../system/clock.js";
import { DragonlogError, messageOf } from "../system/errors.js";
import { randomId } from "../system/random.js";
import type { ShippingOptions } from "./open-shipper.js";

export interface InAppOptions extends ShippingOptions {
  readonly drainDeadline: number;
}

/** What the worker is started with. */
export interface WorkerStart {
  readonly options: InAppOptions;
  readonly holder: string;
  readonly shipper: string;
}

export type ToWorker = { readonly flush: number } | { readonly stop: true };
export type FromWorker =
  | { readonly flushed: number }
  | { readonly failed: { message: string; code?: string; hint?: string } };

/** A worker that dies at once would otherwise keep a core busy with being started. */
const RESTART_BACKOFF = { baseMs: 400, maxMs: 60_000 };

/** One shipper for each set of options, shared by the loggers of this thread. */
const shippers = new Map<string, InAppShipper>();

/** Names a destination in `writer.json`, so that a later process with the same one takes over. */
function nameOf({ to, region, endpoint, group, stream }: InAppOptions): string {
  return createHash("sha256")
    .update(JSON.stringify([to, region, endpoint, group, stream]))
    .digest("hex")
    .slice(0, 16);
}

export function inAppShipper(
  options: InAppOptions,
  onTrouble: (error: DragonlogError) => void,
): InAppShipper {
  const key = JSON.stringify(options);
  let shipper = shippers.get(key);
  if (shipper === undefined) {
    shipper = new InAppShipper(options, onTrouble, () => shippers.delete(key));
    shippers.set(key, shipper);
  }
  return shipper;
}

export class InAppShipper {
  /** For `WriterInfo.shipper`. */
  readonly name: string;
  /** For the reservation of leases. */
  readonly holder = randomId(12);
  readonly #options: InAppOptions;
  readonly #onTrouble: (error: DragonlogError) => void;
  readonly #forget: () => void;
  readonly #flushes = new Map<number, () => void>();
  readonly #logged = new Set<() => number>();
  #worker: Worker | undefined;
  #lastFlush = 0;
  #failures = 0;
  #loggedAtDrain = 0;
  #closing = false;
  #onExit: () => void = () => {};
  readonly #beforeExit = (): void => this.#drainBeforeExit();

  constructor(options: InAppOptions, onTrouble: (error: DragonlogError) => void, forget: () => void) {
    this.name = nameOf(options);
    this.#options = options;
    this.#onTrouble = onTrouble;
    this.#forget = forget;
  }

  /** Registers a logger by a function that says how many records it has logged; the first one starts the worker. */
  use(logged: () => number): void {
    this.#logged.add(logged);
    if (this.#worker === undefined) {
      process.on("beforeExit", this.#beforeExit);
      this.#start();
    }
  }

  /** Resolves when everything that waits now is delivered or a dead letter, but at the latest after `drainDeadline`. */
  flush(): Promise<void> {
    return new Promise((resolve) => {
      this.#lastFlush++;
      const flush = this.#lastFlush;
      const cancel = systemClock.after(this.#options.drainDeadline, () => this.#flushed(flush), true);
      this.#flushes.set(flush, () => {
        cancel();
        resolve();
      });
      this.#worker?.ref();
      this.#post({ flush });
    });
  }

  /**
   * Takes a logger out, when its records are delivered or `drainDeadline` has passed; what is left stays in the journal.
   * With the last one the worker ends.
   */
  async release(logged: () => number): Promise<void> {
    if (!this.#logged.delete(logged)) {
      return;
    }
    if (this.#logged.size > 0) {
      await this.flush();
      return;
    }
    this.#closing = true;
    this.#forget();
    process.off("beforeExit", this.#beforeExit);
    const exited = new Promise<void>((resolve) => {
      this.#onExit = resolve;
    });
    if (this.#worker === undefined) {
      this.#start();
    }
    this.#worker!.ref();
    this.#post({ stop: true });
    await exited;
  }

  #start(): void {
    const start: WorkerStart = { options: this.#options, holder: this.holder, shipper: this.name };
    // What a program is started with is not for this thread: a module loaded before it may make a logger that ships, too.
    const worker = new Worker(new URL("./in-app-worker.js", import.meta.url), {
      workerData: start,
      execArgv: [],
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    this.#worker = worker;
    worker.on("message", (message: FromWorker) => this.#receive(message));
    worker.on("error", (error) => this.#failed(messageOf(error), error));
    worker.on("exit", () => this.#exited());
    // Only now: a listener for messages holds the process again.
    if (this.#flushes.size === 0) {
      worker.unref();
    }
    for (const flush of this.#flushes.keys()) {
      this.#post({ flush });
    }
  }

  #post(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }

  #receive(message: FromWorker): void {
    if ("failed" in message) {
      this.#failed(message.failed.message, undefined, message.failed.hint);
      return;
    }
    this.#failures = 0;
    this.#flushed(message.flushed);
  }

  #flushed(flush: number): void {
    this.#flushes.get(flush)?.();
    this.#flushes.delete(flush);
    if (this.#flushes.size === 0 && !this.#closing) {
      this.#worker?.unref();
    }
  }

  #failed(
    message: string,
    cause: unknown,
    hint = "It is started again; the records wait in the journal.",
  ): void {
    this.#onTrouble(
      new DragonlogError("DRAGONLOG_SHIPPER_FAILED", `The shipper in this process: ${message}`, hint, cause),
    );
  }

  #exited(): void {
    this.#worker = undefined;
    if (this.#closing) {
      // What it could deliver is delivered.
      for (const flush of this.#flushes.keys()) {
        this.#flushed(flush);
      }
      this.#onExit();
      return;
    }
    this.#failures++;
    systemClock.after(backoffMs(this.#failures, Math.random, RESTART_BACKOFF), () => {
      if (this.#worker === undefined && !this.#closing) {
        this.#start();
      }
    });
  }

  /** The process has nothing left to do: what was logged since the last time gets its chance to be delivered. */
  #drainBeforeExit(): void {
    let logged = 0;
    for (const count of this.#logged) {
      logged += count();
    }
    if (logged === this.#loggedAtDrain || this.#worker === undefined) {
      return;
    }
    this.#loggedAtDrain = logged;
    void this.flush();
  }
}
