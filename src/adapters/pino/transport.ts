import { EventEmitter } from "node:events";
import { parentPort, workerData } from "node:worker_threads";
import { PinoDestination } from "./destination.js";
import type { PinoOptions } from "./options.js";

/** A longer line is recorded in pieces: it has to be held in memory until it ends. */
const LINE_CHARS_MAX = 1 << 24;
/** Another target of the same thread may have been loaded earlier, and have had pino's message for itself. */
const CONFIG_WAIT_MS = 1000;

/** What pino, and the thread that it starts, add to the options of a target. */
interface FromPino {
  readonly pinoWillSendConfig?: unknown;
  readonly $context?: unknown;
}

/**
 * The target of `pino.transport({ target: "dragonlog/pino", options: { service: "api" } })`, for those who want one.
 *
 * It runs in a worker thread of pino's. A call that has returned is in memory that this thread reads, and is in the journal when the
 * thread has come that far: what promises the journal gives begin only there, and a SIGKILL takes what it had not read. Where that
 * matters, use `destination()`, which is not slower for the caller.
 */
export async function transport(given: PinoOptions & FromPino): Promise<LineFeed> {
  const { pinoWillSendConfig, $context, ...options } = given;
  const destination = new PinoDestination(options as PinoOptions, 'the options of target "dragonlog/pino"');
  // Of several targets each gets its own options only.
  const isToCome = pinoWillSendConfig === true || workerData?.workerData?.pinoWillSendConfig === true;
  await new Promise<void>((resolve) => {
    parentPort?.on("message", (message) => {
      destination.emit("message", message);
      if (message?.code === "PINO_CONFIG") resolve();
    });
    // Its levels and names are needed for the first line.
    if (isToCome && parentPort) setTimeout(resolve, CONFIG_WAIT_MS);
    else resolve();
  });
  return new LineFeed(destination);
}

/** Lines out of text that is cut anywhere. */
export class LineFeed extends EventEmitter {
  readonly #destination: PinoDestination;
  #begun = "";

  constructor(destination: PinoDestination) {
    super();
    this.#destination = destination;
    for (const event of ["finish", "close"]) destination.on(event, () => this.emit(event));
  }

  write(text: string): boolean {
    let start = 0;
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", start)) {
      this.#destination.write(this.#begun + text.slice(start, end));
      this.#begun = "";
      start = end + 1;
    }
    this.#begun += text.slice(start);
    if (this.#begun.length > LINE_CHARS_MAX) this.#endLine();
    return true;
  }

  flush(callback: (error?: Error) => void): void {
    this.#destination.flush(callback);
  }

  end(): void {
    if (this.#begun !== "") this.#endLine();
    this.#destination.end();
  }

  #endLine(): void {
    this.#destination.write(this.#begun);
    this.#begun = "";
  }
}
