/**
 * What becomes of one batch: it goes up its ladder (`ladder.ts`), as far as the circuits let it, and what is stored is
 * acknowledged, and only then.
 *
 *     next step ─► send ─► stored: acknowledge; what the destination skipped becomes dead letters ─► acknowledge
 *         ▲        └─► failed ─► a pause ─┐
 *         └────────────────────────────────┘
 *     park: the rest of the batch stays in the buffer, and is read from there again later
 *
 * Before each try it is seen that what is sent is still this shipper's: one that was stopped for long, and goes on in the middle
 * of a batch, leaves it to the one that has taken over.
 *
 * With a verification, what may be stored already is looked up before each try, and left out where it is found.
 *
 * A record whose dead letter cannot be written stays in the buffer by itself, or is given up where nothing can stay for long;
 * the rest of its batch does not wait for it.
 */
import { type Batch, endsRecord, type Item, recordOf } from "../batch/batch.js";
import type { StoredRecord } from "../buffer/buffer.js";
import type { DeadLetter, DeadLetters } from "../dead-letters/dead-letters.js";
import type { Answer, Sink } from "../sink/sink.js";
import { type Backoff, backoffMs } from "../system/backoff.js";
import type { Clock } from "../system/clock.js";
import { messageOf } from "../system/errors.js";
import { pause } from "../system/pause.js";
import type { Circuits } from "./circuits.js";
import { countIn, LETTERS_FAILURE, type ShipCounts } from "./counts.js";
import {
  failed,
  type LadderPolicy,
  type LadderState,
  nextStep,
  type Step,
  settled,
  startLadder,
} from "./ladder.js";
import { LargeRecords } from "./large-records.js";
import { isCertain, type Verification } from "./verification.js";
import type { Measuring } from "./vitals-recorder.js";

/** The figures of the ladder and of every pause. */
export interface RetryPolicy extends LadderPolicy {
  readonly backoff: Backoff;
}

export interface DeliveryOptions {
  readonly sink: Sink;
  readonly clock: Clock;
  readonly random: () => number;
  readonly policy: RetryPolicy;
  readonly circuits: Circuits;
  readonly deadLetters: Pick<DeadLetters, "add">;
  readonly counts: ShipCounts;
  /** Told of puts and batches; nothing here waits for it. */
  readonly measuring?: Measuring | undefined;
  /** Default: what may have been stored is sent again. */
  readonly verification?: Verification | undefined;
  readonly acknowledge: (items: readonly Item[]) => void;
  /** False when another shipper may have what these came from; then they are not sent from here. Default: always true. */
  readonly isHeld?: ((items: readonly Item[]) => boolean) | undefined;
  /** These stay in the buffer until the circuits let them go. */
  readonly stay: (items: readonly Item[]) => void;
  /** These stay in the buffer because their dead letters cannot be written. */
  readonly lettersStay: (items: readonly Item[]) => void;
  /** Told of dead letters that are written. */
  readonly onBuried?: ((letters: readonly DeadLetter[]) => void) | undefined;
  /** Told, with the reason, of records whose dead letters cannot be written; they are let go then. Default: they stay. */
  readonly giveUp?: ((letters: readonly DeadLetter[], why: string) => void) | undefined;
  /** Told of every failed try; `attempt` is from 1. */
  readonly onFailure?: ((cause: string, message: string, attempt: number) => void) | undefined;
}

type Send = Step & { do: "send" };
type Failure = Exclude<Answer, { verdict: "delivered" }>;

/** One batch on its ladder. */
interface Climb {
  readonly batch: Batch;
  state: LadderState;
  /** What is not to be sent any more: found in the destination, or a part of a dead letter. */
  readonly settled: Set<Item>;
  firstTriedAtMs: number | undefined;
  lastFailure: Failure | undefined;
}

export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #large = new LargeRecords();

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /**
   * True when the destination may take further batches; false when what is left of this one waits in the buffer, and
   * everything that must come after it has to wait too.
   */
  async deliver(batch: Batch, signal: AbortSignal): Promise<boolean> {
    const climb: Climb = {
      batch,
      state: startLadder(batch.items.length),
      settled: new Set(),
      firstTriedAtMs: undefined,
      lastFailure: undefined,
    };
    for (;;) {
      const step = nextStep(climb.state);
      switch (step.do) {
        case "done":
          return true;
        case "park":
          return this.#park(climb);
        case "bury": {
          const item = batch.items[step.index]!;
          await this.#finish(climb, [item], [this.#poison(climb, item, step.tries)], signal);
          climb.state = settled(climb.state);
          break;
        }
        case "send":
          if (!(await this.#try(climb, step, signal))) {
            return this.#leave(climb);
          }
      }
    }
  }

  /** False when nothing may be sent now. */
  async #try(climb: Climb, { from, to, failures, tries }: Send, signal: AbortSignal): Promise<boolean> {
    const { circuits, verification, isHeld } = this.#options;
    const { destination } = climb.batch;
    const items = climb.batch.items.slice(from, to);
    this.#finishBuried(climb, items);
    await this.#pause(items, failures, signal);
    let unsent = this.#unsent(climb, items);
    if (unsent.length > 0) {
      if (signal.aborted || isHeld?.(unsent) === false || !(await circuits.permit(destination))) {
        return false;
      }
      climb.firstTriedAtMs ??= this.#options.clock.now();
      const found = await verification?.find(unsent, destination, signal);
      if (found !== undefined && "verdict" in found) {
        this.#failed(climb, found, tries);
        return !circuits.isOpen;
      }
      if (circuits.isOpen) {
        // It has opened for others during the lookup.
        return false;
      }
      if (found !== undefined && found.size > 0) {
        await this.#found(climb, found);
        unsent = this.#unsent(climb, items);
      }
      if (unsent.length === 0) {
        circuits.succeeded(destination);
      }
    }
    if (unsent.length === 0) {
      climb.state = settled(climb.state);
      return true;
    }
    await verification?.begin(unsent);
    const piece = unsent.length === climb.batch.items.length ? climb.batch : pieceOf(climb.batch, unsent);
    const answer = await this.#send(piece, signal);
    if (answer.verdict === "delivered") {
      circuits.succeeded(destination);
      const letters = this.#stored(climb, piece, answer, tries);
      await this.#finish(climb, unsent, letters, signal);
      climb.state = settled(climb.state);
    } else {
      this.#failed(climb, answer, tries);
    }
    await (isCertain(answer)
      ? verification?.end(unsent, answer.verdict === "delivered")
      : verification?.begin(unsent));
    return answer.verdict === "delivered" || !circuits.isOpen;
  }

  /** Parts of records that are dead letters by an earlier part are not sent; with its last part a record is done with. */
  #finishBuried(climb: Climb, items: readonly Item[]): void {
    const buried = this.#large.takeBuried(items);
    for (const item of buried) {
      climb.settled.add(item);
    }
    this.#options.acknowledge(buried);
  }

  async #pause(items: readonly Item[], failures: number, signal: AbortSignal): Promise<void> {
    const { clock, random, policy, verification } = this.#options;
    const backoff = failures === 0 ? 0 : backoffMs(failures, random, policy.backoff);
    const ms = Math.max(backoff, (await verification?.waitMs(items)) ?? 0);
    if (ms > 0) {
      await pause(clock, ms, signal);
    }
  }

  /** Those of the items that are not known to be stored, or of no use any more. */
  #unsent(climb: Climb, items: readonly Item[]): readonly Item[] {
    const pending = this.#large.pending(items);
    if (pending.length < items.length) {
      // What is known of parts is forgotten with the last part of their record, and that may be found beside them.
      const known = new Set(pending);
      for (const item of items) {
        if (!known.has(item)) climb.settled.add(item);
      }
    }
    return climb.settled.size === 0 ? pending : pending.filter((item) => !climb.settled.has(item));
  }

  /** These are stored, by a try whose answer was lost. */
  async #found(climb: Climb, found: ReadonlySet<Item>): Promise<void> {
    const { acknowledge, counts, verification, measuring } = this.#options;
    const items = [...found];
    for (const item of items) {
      climb.settled.add(item);
    }
    this.#large.stored(items);
    const records = recordsEndedBy(items);
    counts.deliveredRecords += records;
    measuring?.stored(climb.batch.destination, items, records, bytesOf(climb.batch, items));
    acknowledge(items);
    await verification!.end(items, true);
  }

  #failed(climb: Climb, answer: Failure, attempt: number): void {
    const { circuits, counts, onFailure, policy, measuring } = this.#options;
    const message = messageOf(answer.error);
    measuring?.failed(climb.batch.destination, message);
    counts.lastError = message;
    countIn(counts.failures, answer.cause);
    onFailure?.(answer.cause, message, attempt);
    if (answer.cause === "data") {
      circuits.succeeded(climb.batch.destination);
    } else {
      circuits.failed(climb.batch.destination, answer.cause, message);
    }
    const { length } = climb.state.pieces;
    climb.state = failed(climb.state, answer.cause, policy);
    climb.lastFailure = answer;
    if (climb.state.pieces.length > length) {
      counts.splits++;
    }
  }

  /** A sink that rejects has a defect; the batch is kept, and the shipper goes on for the others. */
  async #send(batch: Batch, signal: AbortSignal): Promise<Answer> {
    const { sink, clock, measuring } = this.#options;
    try {
      const sentAtMs = clock.elapsed();
      const answer = await sink.send(batch, signal);
      measuring?.put(answer, clock.elapsed() - sentAtMs);
      return answer;
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(messageOf(thrown));
      return { verdict: "retry", cause: "unavailable", error };
    }
  }

  /** Counts what is stored; returns the letters of what was skipped. */
  #stored(
    climb: Climb,
    piece: Batch,
    answer: Answer & { verdict: "delivered" },
    attempts: number,
  ): DeadLetter[] {
    const { counts, clock, measuring } = this.#options;
    const { items, bytes, destination } = piece;
    counts.lastError = undefined;
    counts.deliveredBatches++;
    counts.deliveredBytes += bytes;
    const letters = new Map<StoredRecord, DeadLetter>();
    for (const { index, reason, detail } of answer.refused) {
      const record = recordOf(items[index]!);
      // Of a record in parts the first that is refused says why.
      if (!letters.has(record)) {
        letters.set(record, {
          record,
          destination,
          reason,
          detail,
          cause: undefined,
          attempts,
          firstTriedAtMs: climb.firstTriedAtMs,
          lastTriedAtMs: clock.now(),
          requestId: answer.requestId,
        });
      }
    }
    const stored = letters.size === 0 ? items : items.filter((item) => !letters.has(recordOf(item)));
    const records = recordsEndedBy(stored);
    counts.deliveredRecords += records;
    measuring?.stored(destination, stored, records, bytes);
    this.#large.stored(items);
    return [...letters.values()];
  }

  #poison(climb: Climb, item: Item, attempts: number): DeadLetter {
    const { error, cause, requestId } = climb.lastFailure!;
    return {
      record: recordOf(item),
      destination: climb.batch.destination,
      reason: "invalid",
      detail: messageOf(error),
      cause,
      attempts,
      firstTriedAtMs: climb.firstTriedAtMs,
      lastTriedAtMs: this.#options.clock.now(),
      requestId,
    };
  }

  /** What is delivered is acknowledged at once: it must not be sent again because letters beside it cannot be written. */
  async #finish(
    { batch }: Climb,
    items: readonly Item[],
    letters: readonly DeadLetter[],
    signal: AbortSignal,
  ): Promise<void> {
    const { acknowledge, lettersStay, measuring, counts } = this.#options;
    if (letters.length === 0) {
      acknowledge(items);
      return;
    }
    const refused = new Set(letters.map(({ record }) => record));
    acknowledge(items.filter((item) => !refused.has(recordOf(item))));
    const rest = items.filter((item) => refused.has(recordOf(item)));
    if (await this.bury(letters, signal)) {
      // Nothing is tried again of what failed.
      counts.lastError = undefined;
      measuring?.buried(batch.destination);
      this.#large.buried(rest);
      acknowledge(rest);
    } else {
      lettersStay(rest);
    }
  }

  /** Dead letters must be on the disk, or given up, before the buffer forgets the records; false when the records stay. */
  async bury(letters: readonly DeadLetter[], signal: AbortSignal): Promise<boolean> {
    const { clock, random, counts, deadLetters, policy, onBuried, giveUp } = this.#options;
    for (let attempt = 1; letters.length > 0; attempt++) {
      try {
        await deadLetters.add(letters);
        counts.lettersError = undefined;
        break;
      } catch (error) {
        counts.lettersError = messageOf(error);
        counts.lastError = `dead letters cannot be written: ${counts.lettersError}`;
        countIn(counts.failures, LETTERS_FAILURE);
        if (signal.aborted || attempt >= policy.tries) {
          giveUp?.(letters, counts.lettersError);
          return giveUp !== undefined;
        }
        await pause(clock, backoffMs(attempt, random, policy.backoff), signal);
      }
    }
    for (const { reason } of letters) {
      countIn(counts.deadLetters, reason);
    }
    onBuried?.(letters);
    return true;
  }

  #park(climb: Climb): boolean {
    const { circuits } = this.#options;
    const { cause, error } = climb.lastFailure!;
    circuits.park(climb.batch.destination, cause, messageOf(error));
    return this.#leave(climb);
  }

  #leave({ batch, state }: Climb): boolean {
    const { counts, stay } = this.#options;
    counts.parks++;
    stay(batch.items.slice(state.pieces[0]!.from));
    return false;
  }
}

function recordsEndedBy(items: readonly Item[]): number {
  let records = 0;
  for (const item of items) {
    records += endsRecord(item) ? 1 : 0;
  }
  return records;
}

function pieceOf(batch: Batch, items: readonly Item[]): Batch {
  return { ...batch, items, bytes: bytesOf(batch, items) };
}

/** The share of the batch's bytes, overhead included. */
function bytesOf(batch: Batch, items: readonly Item[]): number {
  const text = (all: readonly Item[]): number => all.reduce((sum, { start, end }) => sum + end - start, 0);
  const overhead = (batch.bytes - text(batch.items)) / batch.items.length;
  return text(items) + overhead * items.length;
}
