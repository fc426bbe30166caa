/**
 * The loop: claim, read, batch, send, acknowledge.
 *
 *     idle ──1000 records, 1 MiB, the interval, or a flush──► cycle ──everything read is on its way──► idle
 *       └─something stayed in the buffer, and its next try is due──► rewind ──► cycle
 *
 * A cycle reads every source to its end, merged by time, and puts batches on their way as they fill, at most
 * `inFlightMax` at once: reading waits for a free place, so memory is bounded by what is in flight, whatever the
 * backlog. Idle does not wait for what is in flight.
 *
 * Nothing is taken out of the buffer by reading. What cannot be delivered now stays there (`ledger.ts` knows its sources):
 * nothing of it is kept in memory, and when the circuits say that another try is due, its sources are read again from the
 * first record that is not acknowledged. While the circuit of the whole sink is open, nothing is read at all.
 */
import { type Batch, endsRecord, type Item, isPart, recordOf } from "../batch/batch.js";
import { Batcher } from "../batch/batcher.js";
import { Merge } from "../batch/merge.js";
import type { Source, StoredRecord } from "../buffer/buffer.js";
import { detached } from "../record/stored-record.js";
import { dueAtMs } from "../system/due.js";
import { messageOf } from "../system/errors.js";
import { pause } from "../system/pause.js";
import { Circuits } from "./circuits.js";
import { newCounts, type ShipCounts } from "./counts.js";
import { Delivery } from "./delivery.js";
import { Doubts } from "./doubts.js";
import { Flushes } from "./flushes.js";
import { InFlight } from "./in-flight.js";
import { Ledger } from "./ledger.js";
import type { ShipperOptions } from "./shipper-options.js";
import { isInTime, untriedLetter } from "./untried.js";
import { Urgency } from "./urgency.js";
import { Verification } from "./verification.js";

/** What one read of a source brings, and what all sources together may have loaded. */
const READ_BYTES_MAX = 1 << 20;
const READ_BYTES_MIN = 1 << 16;
const READ_BYTES_TOTAL = 32 << 20;
/** A record in an open batch keeps all that was read with it in memory; after this much, all open batches are sent. */
const OPEN_READ_BYTES_MAX = 64 << 20;
/** A circuit opens after as many failures in a row as one batch would meet on its way to a verdict. */
const VERDICTS_TRIES = 2;
/** What could not become a dead letter is tried again after this; the disk does not mend faster. */
const LETTERS_RETRY_MS = 10_000;
/** Records set aside are written together. */
const ASIDE_MAX = 1000;

export class Shipper {
  readonly counts: ShipCounts = newCounts();
  readonly #options: ShipperOptions;
  readonly #batcher: Batcher;
  readonly circuits: Circuits;
  readonly #urgency: Urgency;
  readonly #delivery: Delivery;
  readonly #inFlight: InFlight;
  readonly #ledger = new Ledger((error) => this.readFailed(error));
  /** The last cycle ended in the middle: records were read that are in no batch, and nothing may pass them. */
  #cutShort = false;
  /** When dead letters could not be written, while these are not tried again. */
  #lettersFailedAtMs: number | undefined;
  /** As they were claimed last. */
  #sources: readonly Source[] = [];
  readonly #flushes = new Flushes();
  #wake = new AbortController();

  constructor(options: ShipperOptions) {
    this.#options = options;
    this.#urgency = new Urgency(options, {
      ask: (question) => this.#ask(question),
      guarded: (question) => this.#ledger.guarded(question),
    });
    this.#batcher = new Batcher({
      limits: options.sink.limits,
      destinationOf: (record) => options.destinationOf(record, this.#ledger.hostOf(record.writer)),
      memory: options.memory,
      sortsByTimestamp: options.sink.sortsByTimestamp,
      // Where each batch waits for the one before anyway, none is cut short for that.
      waitingCosts: () => options.sink.sortsByTimestamp && this.#inFlight.isFar,
    });
    const { policy, onTrouble = () => {}, onRecovery = () => {}, onFirstSuccess = () => {} } = options;
    this.circuits = new Circuits({
      clock: options.clock,
      random: options.random,
      failuresMax: VERDICTS_TRIES * policy.tries,
      backoff: policy.backoff,
      onTrouble,
      onRecovery,
      onFirstSuccess,
    });
    const { verifySettleMs, sink, clock } = options;
    this.#delivery = new Delivery({
      ...options,
      verification:
        verifySettleMs === undefined || sink.readBack === undefined
          ? undefined
          : new Verification({
              doubts: new Doubts((writer) => this.#ledger.sourceOf(writer)),
              readBack: sink.readBack,
              settleMs: verifySettleMs,
              clock,
              counts: this.counts,
            }),
      circuits: this.circuits,
      counts: this.counts,
      acknowledge: (items) => this.#acknowledge(items),
      isHeld: (items) => this.#ledger.isHeld(items.map(recordOf)),
      stay: (items) => this.#ledger.stays(items.map(recordOf)),
      lettersStay: (items) => this.#lettersStay(items.map(recordOf)),
    });
    this.#inFlight = new InFlight(
      options.inFlightMax,
      options.clock,
      (batch) => this.#delivery.deliver(batch, options.abort),
      (batch, sent) => {
        this.#batcher.ended(batch.number);
        if (!sent) {
          this.#ledger.stays(batch.items.map(recordOf));
        }
      },
    );
  }

  get batchesInFlight(): number {
    return this.#inFlight.size;
  }

  /** Ships until `stop`; batches may still be in flight then: see `drain`. */
  async run(stop: AbortSignal): Promise<void> {
    const { clock, abort } = this.#options;
    // Not AbortSignal.any: its long-lived sources keep a trace of every signal that was ever made from them.
    const end = (): void => this.#wake.abort();
    stop.addEventListener("abort", end);
    abort.addEventListener("abort", end);
    while (!stop.aborted && !abort.aborted) {
      this.#wake = new AbortController();
      await this.#turn();
      await pause(clock, this.#urgency.lookAgainMs, this.#wake.signal);
    }
    stop.removeEventListener("abort", end);
    abort.removeEventListener("abort", end);
  }

  /**
   * Sends everything that waits now. True when all of it is delivered or a dead letter. What stays in the buffer is tried
   * again, when that is due, only by a `patient` one; that ends with `abort` at the latest.
   */
  async drain(patient: boolean): Promise<boolean> {
    const { abort, clock } = this.#options;
    const failuresBefore = this.counts.readFailures;
    this.circuits.hurry();
    for (;;) {
      // Twice: writers may have ended, and logged their last, during the first pass.
      for (let pass = 0; pass === 0 || (pass === 1 && !this.#ledger.somethingStays); pass++) {
        await this.#cycle(await this.#claim());
        await this.#inFlight.landed();
      }
      await this.#claim();
      if (!this.#ledger.somethingStays || !patient || abort.aborted) {
        const isEmpty = !this.#ledger.somethingStays && !abort.aborted;
        const drained = isEmpty && this.counts.readFailures === failuresBefore;
        this.#flushes.end(drained);
        return drained;
      }
      await pause(clock, Math.max(1, this.#retryAtMs() - clock.now()), abort);
    }
  }

  /**
   * Resolves with true when everything that waits now is delivered or a dead letter, and with false once it is known that
   * nothing will be sent before `untilMs`. For a shipper that runs.
   */
  flush(untilMs = Number.POSITIVE_INFINITY): Promise<boolean> {
    const flushed = this.#flushes.add(untilMs);
    this.#wake.abort();
    return flushed;
  }

  /** Counts trouble with a part of the buffer, which keeps its records. */
  readFailed(error: unknown): void {
    this.counts.readFailures++;
    this.counts.lastError = messageOf(error);
    this.#options.onFailure?.("buffer", messageOf(error), this.counts.readFailures);
  }

  async #turn(): Promise<void> {
    const failuresBefore = this.counts.readFailures;
    const sources = await this.#claim();
    if (this.circuits.isOpen) {
      this.#flushes.giveUpBefore(this.circuits.retryAtMs);
      return;
    }
    const flushes = this.#flushes.take();
    if (flushes.length === 0 && !this.#retryIsDue() && !(await this.#urgency.isDue(sources))) {
      this.#rest();
      return;
    }
    await this.#cycle(sources);
    void this.#inFlight.landed().then(() => {
      const stays = this.#ledger.somethingStays;
      const delivered = !stays && this.counts.readFailures === failuresBefore;
      this.#flushes.tried(flushes, delivered, stays ? this.#retryAtMs() : 0);
    });
  }

  /** Memory that a busy time has taken is given back. */
  #rest(): void {
    if (this.#inFlight.size === 0) {
      this.#options.memory?.trim();
      this.#options.sink.rest?.();
    }
  }

  /**
   * Sources whose writers are gone and which are empty remove themselves here. What was claimed stays so while the buffer
   * cannot be asked.
   */
  async #claim(): Promise<readonly Source[]> {
    const sources = (await this.#ask(() => this.#options.buffer.claim())) ?? this.#sources;
    this.#sources = sources.filter((source) => this.#ledger.guarded(() => source.finished()) !== true);
    this.#ledger.keepOnly(this.#sources);
    if (this.#lettersFailedAtMs !== undefined && !this.#ledger.somethingStays) {
      // They are another shipper's now.
      this.#lettersFailedAtMs = this.counts.lettersError = undefined;
    }
    return this.#sources;
  }

  /** Undefined when the buffer cannot be asked; that is counted. */
  async #ask<T>(question: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await question();
    } catch (error) {
      this.readFailed(error);
      return undefined;
    }
  }

  async #cycle(sources: readonly Source[]): Promise<void> {
    const { abort, clock } = this.#options;
    if (this.#cutShort || this.#retryIsDue()) {
      await this.#rewind();
    }
    const share = Math.floor(READ_BYTES_TOTAL / sources.length);
    const bytesMax = Math.max(READ_BYTES_MIN, Math.min(READ_BYTES_MAX, share));
    const { openings } = this.circuits;
    const merge = new Merge<Source>();
    const aside: StoredRecord[] = [];
    let bytesRead = 0;
    let nowMs = clock.now();
    this.#urgency.begins();
    for (const source of sources) {
      merge.add(source);
    }
    while (!abort.aborted && this.circuits.openings === openings) {
      if (merge.hungry.size > 0) {
        for (const source of [...merge.hungry]) {
          bytesRead += Math.max(bytesMax, await this.#feed(merge, source, bytesMax));
        }
        nowMs = clock.now();
      }
      const record = merge.next();
      if (record !== undefined) {
        // Awaited only where there is something to wait for: a promise a record would cost more than the record.
        const busy = this.#take(record, nowMs, aside);
        if (busy !== undefined) {
          await busy;
        }
      } else if (merge.hungry.size === 0) {
        break;
      }
      if (bytesRead > OPEN_READ_BYTES_MAX && this.#batcher.destinations > 1) {
        bytesRead = 0;
        await this.#sendOpen();
      }
    }
    await this.#sendOpen();
    await this.#bury(aside);
    if (this.circuits.openings !== openings) {
      // Of each of them something may have been read that was not even batched.
      this.#ledger.allStays(sources);
      this.#cutShort = true;
    }
  }

  #retryIsDue(): boolean {
    return this.#ledger.somethingStays && this.#options.clock.now() >= this.#retryAtMs();
  }

  #retryAtMs(): number {
    const { retryAtMs, isClosed, refused } = this.circuits;
    if (!isClosed || this.#lettersFailedAtMs === undefined) {
      return retryAtMs;
    }
    const lettersAtMs = dueAtMs(this.#lettersFailedAtMs, LETTERS_RETRY_MS, this.#options.clock.now());
    return refused.length === 0 ? lettersAtMs : Math.min(retryAtMs, lettersAtMs);
  }

  /** What is on its way must not be read again meanwhile. */
  async #rewind(): Promise<void> {
    await this.#inFlight.landed();
    this.#inFlight.startAgain();
    this.#lettersFailedAtMs = undefined;
    this.#cutShort = false;
    this.#ledger.rewind();
  }

  #lettersStay(records: readonly StoredRecord[]): void {
    this.#lettersFailedAtMs = this.#options.clock.now();
    this.#ledger.stays(records);
  }

  /** How many bytes of records it has read: more than `bytesMax` where one is larger. */
  async #feed(merge: Merge<Source>, source: Source, bytesMax: number): Promise<number> {
    try {
      const { records, drained } = await source.read(bytesMax);
      this.#ledger.note(source, records);
      merge.offer(source, records);
      if (drained) {
        merge.end(source);
      }
      return records.reduce((bytes, { start, end }) => bytes + end - start, 0);
    } catch (error) {
      this.readFailed(error);
      merge.end(source);
      return 0;
    }
  }

  #take(record: StoredRecord, nowMs: number, aside: StoredRecord[]): Promise<void> | undefined {
    if (!isInTime(record.timestamp, nowMs, this.#options.sink.window) || record.malformed !== undefined) {
      aside.push(detached(record));
      return aside.length >= ASIDE_MAX ? this.#bury(aside) : undefined;
    }
    const full = this.#batcher.add(record);
    return full.length === 0 ? undefined : this.#send(full);
  }

  async #send(batches: readonly Batch[]): Promise<void> {
    for (const batch of batches) {
      await this.#inFlight.add(batch);
      if (!this.circuits.isClosed) {
        // It finds out whether the others may go.
        await this.#inFlight.landed();
      }
    }
  }

  async #sendOpen(): Promise<void> {
    await this.#send(this.#batcher.flush());
  }

  /** Records that the destination would skip, and what is none, are dead letters before they are sent. */
  async #bury(aside: StoredRecord[]): Promise<void> {
    const { sink, clock, abort, destinationOf } = this.#options;
    const letters = aside.splice(0).map((record) => {
      const destination = destinationOf(record, this.#ledger.hostOf(record.writer));
      return untriedLetter(record, destination, clock.now(), sink);
    });
    if (await this.#delivery.bury(letters, abort)) {
      this.#ledger.acknowledge(letters.map(({ record }) => record));
    } else {
      this.#lettersStay(letters.map(({ record }) => record));
    }
  }

  #acknowledge(items: readonly Item[]): void {
    this.#ledger.acknowledge(
      items.some(isPart) ? items.filter(endsRecord).map(recordOf) : (items as StoredRecord[]),
    );
  }
}
