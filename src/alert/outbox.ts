/**
 * What one channel still has to send: one notice at a time, tried until it is taken.
 *
 *     waiting ──first──► sending ──taken──► gone
 *        ▲                  │
 *        └──failed: pause───┤
 *                           └──refused for good, REFUSALS_MAX times in a row──► dropped, told and counted
 *
 * Of each topic at most one notice waits: what comes while the channel is down joins it. So the queue is bounded by the
 * number of topics, and a mail server that comes back gets no storm. What joins goes to the end, so that the last word
 * on a topic (an outage, its end, the next outage) is also the last to be sent. A notice that is being sent is not joined.
 */
import { type Backoff, backoffMs } from "../system/backoff.js";
import type { Clock } from "../system/clock.js";
import { messageOf as textOf } from "../system/errors.js";
import { type Channel, ChannelFailure } from "./channel.js";
import { joinNotices, type Notice, type Topic } from "./notice.js";
import type { Message } from "./text.js";

/** Some servers say no when they mean later. */
const REFUSALS_MAX = 3;

const BACKOFF: Backoff = { baseMs: 1000, maxMs: 60_000 };

export interface OutboxCounts {
  /** Messages that were taken. */
  sent: number;
  /** Tries that were not. */
  failures: number;
  /** Notices that were given up. */
  dropped: number;
}

export interface OutboxOptions {
  readonly channel: Channel;
  readonly clock: Clock;
  readonly random: () => number;
  readonly compose: (notice: Notice) => Message;
  /** Told of the first of a row of failures, of what is given up, and of what was taken in part. Holds no secret. */
  readonly onFailure: (message: string) => void;
}

export class Outbox {
  readonly counts: OutboxCounts = { sent: 0, failures: 0, dropped: 0 };
  readonly #options: OutboxOptions;
  readonly #waiting = new Map<Topic, Notice>();
  readonly #giveUp = new AbortController();
  #active = false;
  #running: Promise<void> = Promise.resolve();
  #sending = 0;
  #endPause: () => void = () => {};
  #closing = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  get name(): Channel["name"] {
    return this.#options.channel.name;
  }

  /** Notices that wait or are being sent. */
  get waiting(): number {
    return this.#waiting.size + this.#sending;
  }

  put(topic: Topic, notice: Notice): void {
    const earlier = this.#waiting.get(topic);
    this.#waiting.delete(topic);
    this.#waiting.set(topic, earlier === undefined ? notice : joinNotices(earlier, notice));
    if (!this.#active) {
      this.#active = true;
      this.#running = this.#run();
    }
  }

  /**
   * Tries once more to send what waits, until something fails or the signal is aborted. Resolves with what is left; nothing
   * may be put afterwards.
   */
  async close(signal: AbortSignal): Promise<ReadonlyMap<Topic, Notice>> {
    this.#closing = true;
    const abort = (): void => this.#giveUp.abort();
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    this.#endPause();
    await this.#running;
    signal.removeEventListener("abort", abort);
    return this.#waiting;
  }

  async #run(): Promise<void> {
    // What is put in one go is there before the first is sent.
    await Promise.resolve();
    await this.#sendAll();
    this.#active = false;
  }

  async #sendAll(): Promise<void> {
    let failures = 0;
    for (let next = this.#first(); next !== undefined; next = this.#first()) {
      const [topic, notice] = next;
      this.#waiting.delete(topic);
      const failure = await this.#try(notice);
      if (failure === undefined) {
        failures = 0;
        continue;
      }
      failures++;
      const given = failure.permanent && (this.#closing || failures >= REFUSALS_MAX);
      this.#tellOf(failure, notice, failures, given);
      if (given) {
        this.counts.dropped++;
        failures = 0;
        continue;
      }
      this.#putBack(topic, notice);
      if (this.#closing) return;
      await this.#pause(backoffMs(failures, this.#options.random, BACKOFF));
    }
  }

  #first(): [Topic, Notice] | undefined {
    const { value } = this.#waiting.entries().next();
    return value;
  }

  async #try(notice: Notice): Promise<ChannelFailure | undefined> {
    const { channel, compose, onFailure } = this.#options;
    this.#sending = 1;
    try {
      const { warning } = await channel.send(compose(notice), this.#giveUp.signal);
      this.counts.sent++;
      if (warning !== undefined) onFailure(`alert by ${channel.name}: ${warning}`);
      return undefined;
    } catch (error) {
      this.counts.failures++;
      // Anything else is a defect, of the words or of the channel, and would be met again.
      return error instanceof ChannelFailure
        ? error
        : new ChannelFailure("refused", textOf(error), true, error);
    } finally {
      this.#sending = 0;
    }
  }

  #tellOf(failure: ChannelFailure, notice: Notice, failures: number, given: boolean): void {
    const { channel, onFailure } = this.#options;
    const what = `alert by ${channel.name} (${notice.alert.kind}): ${failure.kind}: ${failure.message}`;
    if (given) onFailure(`${what}; given up`);
    else if (failures === 1 && !this.#closing) onFailure(`${what}; it is tried again`);
  }

  /** To the front, where it was; or to what has come of its topic meanwhile. */
  #putBack(topic: Topic, notice: Notice): void {
    const later = this.#waiting.get(topic);
    if (later !== undefined) {
      this.#waiting.set(topic, joinNotices(notice, later));
      return;
    }
    const others = [...this.#waiting];
    this.#waiting.clear();
    this.#waiting.set(topic, notice);
    for (const [otherTopic, other] of others) this.#waiting.set(otherTopic, other);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#closing) {
        resolve();
        return;
      }
      const cancel = this.#options.clock.after(ms, resolve);
      this.#endPause = () => {
        cancel();
        resolve();
      };
    });
  }
}
