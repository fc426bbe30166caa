/**
 * A port that is listened on from when it is to be had, until the end. What stands in the way, mostly a predecessor that is
 * just ending, is told once, and tried again.
 */
import { createServer, type RequestListener, type Server, type ServerOptions } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../system/clock.js";

const RETRY_MS = 10_000;
/** What is on its way out, such as the end of a stream, may still leave. */
const CLOSE_MS = 200;

/** Who sends a request slower than this is cut off, at the latest with the next look of Node.js, which comes every 30 s. */
const LIMITS: ServerOptions = {
  /** Of the first line and the headers together, in bytes. */
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 5000,
};
/** Who takes nothing of an answer for so long is cut off; streams are by themselves, and sooner. */
const IDLE_MS_MAX = 120_000;
const HEADERS_MAX = 100;
const CONNECTIONS_MAX = 256;

export interface ListeningOptions {
  readonly host: string;
  /** 0 takes any that is free, and the same again later. */
  readonly port: number;
  readonly clock: Clock;
  readonly handle: RequestListener;
  readonly onUp: (address: AddressInfo) => void;
  /** Told once, until it was up again. */
  readonly onTrouble: (error: NodeJS.ErrnoException) => void;
  /** In place of those here. */
  readonly limits?: ServerOptions;
}

export class Listening {
  readonly #options: ListeningOptions;
  readonly #server: Server;
  #cancelRetry = (): void => {};
  #told = false;
  #closed = false;

  constructor(options: ListeningOptions) {
    this.#options = options;
    this.#server = createServer({ ...LIMITS, ...options.limits }, options.handle);
    this.#server.timeout = IDLE_MS_MAX;
    this.#server.maxHeadersCount = HEADERS_MAX;
    this.#server.maxConnections = CONNECTIONS_MAX;
    // Whoever ships keeps the process alive, and nobody who looks.
    this.#server.unref();
  }

  /** Resolves after the first try. */
  open(): Promise<void> {
    const { host, port, clock, onUp, onTrouble } = this.#options;
    const server = this.#server;
    return new Promise((resolve) => {
      const failed = (error: NodeJS.ErrnoException): void => {
        server.off("listening", up);
        if (!this.#told) {
          this.#told = true;
          onTrouble(error);
        }
        if (!this.#closed) {
          this.#cancelRetry = clock.after(RETRY_MS, () => void this.open());
        }
        resolve();
      };
      const up = (): void => {
        server.off("error", failed);
        if (this.#closed) {
          server.close();
          resolve();
          return;
        }
        // Such as too many open files: who wanted to connect is told by the system.
        server.on("error", () => {});
        onUp(server.address() as AddressInfo);
        resolve();
      };
      server.once("error", failed);
      server.once("listening", up);
      server.listen({ host, port });
    });
  }

  /** Waits for nobody: what is not gone after a moment is cut. */
  close(): Promise<void> {
    this.#closed = true;
    this.#cancelRetry();
    return new Promise((resolve) => {
      if (!this.#server.listening) {
        resolve();
        return;
      }
      const cancel = this.#options.clock.after(CLOSE_MS, () => this.#server.closeAllConnections(), true);
      this.#server.close(() => {
        cancel();
        resolve();
      });
      this.#server.closeIdleConnections();
    });
  }
}
