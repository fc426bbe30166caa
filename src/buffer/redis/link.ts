/**
 * A store that comes and goes, behind calls that always end.
 *
 *     connected ──lost, or a call without an answer in time──► waiting ──backoff──► dialling ──► connected
 *                                                                ▲                     │
 *                                                                └──────── failed ─────┘
 *
 * Calls reach the server only while connected. Otherwise they are rejected at once with the reason of the last failure: there is
 * no queue that could grow, and the caller knows at every moment what is on its way. A call that was sent and has no answer
 * when the connection is lost is rejected too, and nobody knows whether it was carried out; it is never sent again from here.
 */
import { type Backoff, backoffMs } from "../../system/backoff.js";
import type { Clock } from "../../system/clock.js";
import type { Command, Connection, Dial, Reply, Wire } from "./connection.js";
import { StoreError } from "./failures.js";
import { TimeoutError, within } from "./within.js";

export interface LinkOptions {
  /** For people. */
  readonly name: string;
  readonly connectTimeoutMs: number;
  readonly commandTimeoutMs: number;
  readonly clock: Clock;
}

const REDIAL: Backoff = { baseMs: 100, maxMs: 5000 };

class NoConnectionError extends Error {}

export class Link {
  readonly #dial: Dial;
  readonly #options: LinkOptions;
  #connection: Connection | undefined;
  /** Why there is no connection. */
  #failure: unknown = new NoConnectionError("not connected yet");
  #attempts = 0;
  #connections = 0;
  #cancelRedial: () => void = () => {};
  #closed = false;

  private constructor(dial: Dial, options: LinkOptions) {
    this.#dial = dial;
    this.#options = options;
  }

  /** Resolves after the first attempt, whatever came of it. */
  static async open(dial: Dial, options: LinkOptions): Promise<Link> {
    const link = new Link(dial, options);
    await link.#connect();
    return link;
  }

  /** How many there were, the present one included. */
  get connections(): number {
    return this.#connections;
  }

  /** Rejects with StoreError. */
  send(key: string, command: Command): Promise<Reply> {
    return this.#call((connection) => connection.send(key, command));
  }

  /**
   * The first round of commands, and when `goOn` says so of their answers the second one, each sent together and both on one
   * connection; undefined when it does not. For callers that take turns. Rejects with StoreError for the first error.
   */
  sendRounds(
    key: string,
    first: readonly Command[],
    goOn: (replies: readonly Reply[]) => boolean,
    second: readonly Command[],
  ): Promise<readonly Reply[] | undefined> {
    return this.#call(async (connection) => {
      const wire = await connection.wireTo(key);
      return goOn(await sendTogether(wire, first)) ? sendTogether(wire, second) : undefined;
    });
  }

  /** Rejects with StoreError, as soon as one server does not answer. */
  sendToAll(command: Command): Promise<Reply[]> {
    return this.#call((connection) => connection.sendToAll(command));
  }

  /** Calls without an answer are rejected, and so are all later ones. */
  close(): void {
    this.#closed = true;
    this.#cancelRedial();
    this.#connection?.destroy();
    this.#connection = undefined;
    this.#failure = new NoConnectionError("closed");
  }

  async #call<T>(send: (connection: Connection) => Promise<T>): Promise<T> {
    const { name, commandTimeoutMs } = this.#options;
    const connection = this.#connection;
    if (connection === undefined) {
      throw new StoreError(name, this.#failure);
    }
    try {
      return await within(commandTimeoutMs, send(connection));
    } catch (thrown) {
      const error = new StoreError(name, thrown);
      // A server that answers nothing, or became a replica, is not the one to stay with.
      if (thrown instanceof TimeoutError || error.failure === "read-only") {
        this.#lose(connection, thrown);
      }
      throw error;
    }
  }

  async #connect(): Promise<void> {
    let lost: unknown;
    try {
      const connection: Connection = await this.#dial({
        connectTimeoutMs: this.#options.connectTimeoutMs,
        onLost: (error) => {
          lost = error;
          this.#lose(this.#connection, error);
        },
      });
      if (this.#closed) {
        connection.destroy();
      } else if (lost !== undefined) {
        this.#redial(lost);
      } else {
        this.#connection = connection;
        this.#connections++;
        this.#attempts = 0;
      }
    } catch (error) {
      this.#redial(error);
    }
  }

  #lose(connection: Connection | undefined, why: unknown): void {
    if (connection !== undefined && connection === this.#connection) {
      this.#connection = undefined;
      connection.destroy();
      this.#redial(why);
    }
  }

  #redial(why: unknown): void {
    this.#failure = why;
    if (!this.#closed) {
      this.#attempts++;
      const wait = backoffMs(this.#attempts, Math.random, REDIAL);
      this.#cancelRedial = this.#options.clock.after(wait, () => void this.#connect());
    }
  }
}

/** Waits for all answers, so that none of them comes into a later round; the first error says what led to the others. */
async function sendTogether(wire: Wire, commands: readonly Command[]): Promise<readonly Reply[]> {
  const results = await Promise.allSettled(commands.map((command) => wire(command)));
  return results.map((result) => {
    if (result.status === "rejected") {
      throw result.reason;
    }
    return result.value;
  });
}
