/**
 * Reads events back with FilterLogEvents, page by page, through the `nextToken` to the end. A page may be short or empty
 * and not be the last: only a missing token ends.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
 *
 * The service sorts by timestamp, time of ingestion and put; so each stream's events come in the order of its readers.
 *
 * State: `#nextCallMs` is the earliest moment of the next call. All reads of one sink share it, so that together they stay
 * within the account's quota however many there are.
 */
import { setMaxListeners } from "node:events";
import { backoffMs } from "../../system/backoff.js";
import type { Clock } from "../../system/clock.js";
import { messageOf } from "../../system/errors.js";
import { pause } from "../../system/pause.js";
import { ReadBackError } from "../read-back-error.js";
import type { FailureCause, ReadBack, ReadEvent, ReadQuery } from "../sink.js";
import { classify, isMissingResource } from "./classify.js";
import type { CloudWatchClient, EventPage } from "./client.js";

/**
 * The quota is 5 calls a second for an account and region and cannot be raised; people and dashboards need it too, so
 * one of the five is left to them.
 * https://repost.aws/knowledge-center/cloudwatch-logs-throttling
 */
const CALL_EVERY_MS = 250;

/** Failures of one page in a row, each followed by a longer pause; the last is thrown. */
const TRIES_MAX = 8;
const BACKOFF = { baseMs: 500, maxMs: 10_000 };

/** What passes by itself. */
const PASSING: ReadonlySet<FailureCause> = new Set(["throttled", "unavailable", "timeout", "network"]);

export class CloudWatchReadBack implements ReadBack {
  readonly #client: Pick<CloudWatchClient, "filter">;
  readonly #clock: Clock;
  readonly #random: () => number;
  #nextCallMs = 0;
  /** Calls that wait for their turn. */
  #waiting = 0;

  constructor(client: Pick<CloudWatchClient, "filter">, clock: Clock, random: () => number = Math.random) {
    this.#client = client;
    this.#clock = clock;
    this.#random = random;
  }

  /** Rejects with a ReadBackError, its cause the SDK's error, or with the signal's reason. */
  async *read(query: ReadQuery, signal: AbortSignal): AsyncGenerator<readonly ReadEvent[]> {
    // The SDK listens on the signal once for every request in flight; ten of them are no leak.
    setMaxListeners(0, signal);
    let token: string | undefined;
    do {
      const page = await this.#page(query, token, signal);
      if (page === undefined) return;
      yield page.events;
      if (page.nextToken !== undefined && page.nextToken === token) {
        throw failed(
          "unavailable",
          query,
          "the service gives the same page again and again",
          "Report this to whoever runs it.",
        );
      }
      token = page.nextToken;
    } while (token !== undefined);
  }

  /** Undefined when the group or the stream does not exist. */
  async #page(
    query: ReadQuery,
    token: string | undefined,
    signal: AbortSignal,
  ): Promise<EventPage | undefined> {
    for (let attempt = 1; ; attempt++) {
      await this.#turn(signal);
      try {
        return await this.#client.filter(query, token, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (isMissingResource(error)) return undefined;
        const cause = causeOf(error);
        if (!PASSING.has(cause) || attempt === TRIES_MAX) {
          throw failed(cause, query, messageOf(error), hintFor(cause), error);
        }
        await pause(this.#clock, backoffMs(attempt, this.#random, BACKOFF), signal);
      }
    }
  }

  /** Resolves when the quota allows one more call. */
  async #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const now = this.#clock.now();
    // A turn further ahead than all that wait is one of a clock that was set back since.
    const waitsMax = this.#waiting * CALL_EVERY_MS;
    const at = Math.max(now, Math.min(this.#nextCallMs, now + CALL_EVERY_MS + waitsMax));
    this.#nextCallMs = at + CALL_EVERY_MS;
    if (at > now) {
      this.#waiting++;
      await pause(this.#clock, at - now, signal);
      this.#waiting--;
    }
    signal.throwIfAborted();
  }
}

/** Reading carries no data of ours, so nothing of it can be the data's fault. */
function causeOf(error: unknown): FailureCause {
  const answer = classify(error, "provision");
  return answer.verdict === "delivered" ? "unavailable" : answer.cause;
}

function failed(
  failure: FailureCause,
  query: ReadQuery,
  why: string,
  hint: string,
  cause?: unknown,
): ReadBackError {
  const message = `cannot read back from the log group ${query.group}: ${why}`;
  return new ReadBackError(failure, message, hint, cause);
}

function hintFor(cause: FailureCause): string {
  if (cause === "credentials") return "Check the AWS credentials and the region.";
  if (cause === "denied") return "Allow logs:FilterLogEvents on the log group, and check its name.";
  return "Try again later.";
}
