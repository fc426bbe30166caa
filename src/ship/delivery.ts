/**
 * What becomes of one batch: it is sent until it is delivered, and only then acknowledged.
 *
 *     send ─► delivered ─► acknowledge; refused records become dead letters ─► acknowledge
 *       ▲      │ retry: wait, with jitter, as long as the cloud is away: the records stay in the buffer meanwhile
 *       └──────┘
 *       │ split: four parts, in order, each sent the same way; a record that stands alone becomes a dead letter
 */
import type { Batch, Item } from "../batch/batch.js";
import type { DeadLetter, DeadLetters } from "../dead-letters/dead-letters.js";
import type { Answer, RefusedRecord, Sink } from "../sink/sink.js";
import { backoffMs } from "../system/backoff.js";
import type { Clock } from "../system/clock.js";
import { messageOf } from "../system/errors.js";
import { pause } from "../system/pause.js";
import { countIn, type ShipCounts } from "./counts.js";

const SPLIT_WAYS = 4;
const BACKOFF = { baseMs: 400, maxMs: 60_000 };

export interface DeliveryOptions {
  readonly sink: Sink;
  readonly clock: Clock;
  readonly random: () => number;
  readonly deadLetters: DeadLetters;
  readonly counts: ShipCounts;
  /** Attempts of one batch, or of its dead letters, before it is left in the buffer; default without end. */
  readonly attemptsMax?: number | undefined;
  readonly acknowledge: (items: readonly Item[]) => void;
  readonly onFailure?: ((cause: string, message: string, attempt: number) => void) | undefined;
}

export class Delivery {
  readonly #options: DeliveryOptions;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** True when everything in the batch is delivered or a dead letter; false when it stays in the buffer. */
  async deliver(batch: Batch, signal: AbortSignal): Promise<boolean> {
    const { clock, random, counts, onFailure, attemptsMax = Number.POSITIVE_INFINITY } = this.#options;
    for (let attempt = 1; !signal.aborted; attempt++) {
      const answer = await this.#send(batch, signal);
      if (answer.verdict === "delivered") {
        return this.#settle(batch, answer, signal);
      }
      counts.lastError = answer.error.message;
      countIn(counts.failures, answer.cause);
      onFailure?.(answer.cause, answer.error.message, attempt);
      if (answer.verdict === "split") {
        return batch.items.length > 1
          ? this.#deliverParts(batch, signal)
          : this.#finish(batch, [letterOf(batch, 0, "invalid", answer.error.message, answer)], signal);
      }
      if (attempt >= attemptsMax) {
        return false;
      }
      await pause(clock, backoffMs(attempt, random, BACKOFF), signal);
    }
    return false;
  }

  /** A sink that rejects has a defect; the batch is kept, and the shipper goes on for the others. */
  async #send(batch: Batch, signal: AbortSignal): Promise<Answer> {
    try {
      return await this.#options.sink.send(batch, signal);
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(messageOf(thrown));
      return { verdict: "retry", cause: "unavailable", error };
    }
  }

  async #settle(
    batch: Batch,
    answer: Answer & { verdict: "delivered" },
    signal: AbortSignal,
  ): Promise<boolean> {
    const { counts } = this.#options;
    counts.lastError = undefined;
    counts.deliveredBatches++;
    const refused = new Set(answer.refused.map(({ index }) => index));
    // A record in parts is delivered with its last part.
    counts.deliveredRecords += batch.items.filter(
      ({ part, parts }, index) => part === parts && !refused.has(index),
    ).length;
    counts.deliveredBytes += batch.bytes;
    const letters = answer.refused.map(({ index, reason, detail }: RefusedRecord) =>
      letterOf(batch, index, reason, detail, answer),
    );
    return this.#finish(batch, letters, signal);
  }

  async #deliverParts(batch: Batch, signal: AbortSignal): Promise<boolean> {
    this.#options.counts.splits++;
    const size = Math.ceil(batch.items.length / SPLIT_WAYS);
    for (let from = 0; from < batch.items.length; from += size) {
      const items = batch.items.slice(from, from + size);
      if (!(await this.deliver({ ...batch, items, bytes: bytesOf(batch, items) }, signal))) {
        return false;
      }
    }
    return true;
  }

  /** What is delivered is acknowledged at once: it must not be sent again because letters beside it cannot be written. */
  async #finish(batch: Batch, letters: readonly DeadLetter[], signal: AbortSignal): Promise<boolean> {
    const { acknowledge } = this.#options;
    if (letters.length === 0) {
      acknowledge(batch.items);
      return true;
    }
    const refused = new Set(letters.map(({ record }) => record));
    acknowledge(batch.items.filter(({ record }) => !refused.has(record)));
    if (!(await this.bury(letters, signal))) {
      return false;
    }
    acknowledge(batch.items.filter(({ record }) => refused.has(record)));
    return true;
  }

  /** Dead letters must be on the disk before the buffer forgets the records; false when the records stay. */
  async bury(letters: readonly DeadLetter[], signal: AbortSignal): Promise<boolean> {
    const { clock, random, counts, deadLetters, attemptsMax = Number.POSITIVE_INFINITY } = this.#options;
    for (let attempt = 1; letters.length > 0; attempt++) {
      try {
        await deadLetters.add(letters);
        break;
      } catch (error) {
        counts.lastError = `dead letters cannot be written: ${messageOf(error)}`;
        countIn(counts.failures, "dead letters");
        if (signal.aborted || attempt >= attemptsMax) {
          return false;
        }
        await pause(clock, backoffMs(attempt, random, BACKOFF), signal);
      }
    }
    for (const { reason } of letters) {
      countIn(counts.deadLetters, reason);
    }
    return true;
  }
}

function letterOf(batch: Batch, index: number, reason: string, detail: string, answer: Answer): DeadLetter {
  const { record } = batch.items[index]!;
  const tried = { cause: undefined, attempts: 1, firstTriedAtMs: undefined, lastTriedAtMs: undefined };
  return { record, destination: batch.destination, reason, detail, ...tried, requestId: answer.requestId };
}

/** The share of the batch's bytes, overhead included. */
function bytesOf(batch: Batch, items: readonly Item[]): number {
  const text = (all: readonly Item[]): number => all.reduce((sum, { start, end }) => sum + end - start, 0);
  const overhead = (batch.bytes - text(batch.items)) / batch.items.length;
  return text(items) + overhead * items.length;
}
