/**
 * The loop: claim, read, batch, send, acknowledge.
 *
 *     idle ──1000 records, 1 MiB, the interval, or a flush──► cycle ──everything read is on its way──► idle
 *
 * A cycle reads every source to its end, merged by time, and puts batches on their way as they fill, at most
 * `inFlightMax` at once: reading waits for a free place, so memory is bounded by what is in flight, whatever the
 * backlog. Idle does not wait for what is in flight.
 *
 * Nothing is taken out of the buffer by reading: what is not acknowledged is read again by the next shipper.
 */
import type { Batch, Destination, Item } from "../batch/batch.js";
import { Batcher } from "../batch/batcher.js";
import { Merge } from "../batch/merge.js";
import { judgeTime } from "../batch/time-window.js";
import type { LogBuffer, OrdinalRange, Source, StoredRecord } from "../buffer/buffer.js";
import type { DeadLetter, DeadLetters } from "../dead-letters/dead-letters.js";
import type { Sink } from "../sink/sink.js";
import type { Clock } from "../system/clock.js";
import { messageOf } from "../system/errors.js";
import { pause } from "../system/pause.js";
import { newCounts, type ShipCounts } from "./counts.js";
import { Delivery } from "./delivery.js";
import { InFlight } from "./in-flight.js";

const POLL_MS = 200;
/** How often quiet sources are looked through for writers that died. */
const REAP_MS = 2000;
/** What one read of a source brings, and what all sources together may have loaded. */
const READ_BYTES_MAX = 1 << 20;
const READ_BYTES_MIN = 1 << 16;
const READ_BYTES_TOTAL = 32 << 20;
/** A record in an open batch keeps all that was read with it in memory; after this much, all open batches are sent. */
const OPEN_READ_BYTES_MAX = 64 << 20;
/** A record so near to the edge of what the destination takes could pass it on the way. */
const WINDOW_MARGIN_MS = 60_000;
/** Records set aside are written together. */
const ASIDE_MAX = 1000;

export interface ShipperOptions {
  readonly buffer: LogBuffer;
  readonly sink: Sink;
  readonly destinationOf: (record: StoredRecord, host: string) => Destination;
  readonly deadLetters: DeadLetters;
  readonly clock: Clock;
  readonly random: () => number;
  readonly intervalMs: number;
  readonly flushRecords: number;
  readonly flushBytes: number;
  readonly inFlightMax: number;
  /** Attempts of one batch before it is left in the buffer; default without end. */
  readonly attemptsMax?: number;
  /** Gives up what is being sent; it stays in the buffer. */
  readonly abort: AbortSignal;
  /** Told of every failed attempt to read or send; `attempt` is from 1. */
  readonly onFailure?: (cause: string, message: string, attempt: number) => void;
}

export class Shipper {
  readonly counts: ShipCounts = newCounts();
  readonly #options: ShipperOptions;
  readonly #batcher: Batcher;
  readonly #delivery: Delivery;
  readonly #inFlight: InFlight;
  /** Where the records of a writer came from, to acknowledge them there. */
  readonly #sourceOf = new Map<string, Source>();
  /** Records were set aside whose dead letters could not be written. */
  #asideLeftBehind = false;
  #flushSeenAtMs = 0;
  /** Since when something waits, by our own clock; undefined while nothing does. */
  #waitingSinceMs: number | undefined;
  #flushes: (() => void)[] = [];
  #wake = new AbortController();
  #reapedAtMs = 0;

  constructor(options: ShipperOptions) {
    this.#options = options;
    this.#batcher = new Batcher({
      limits: options.sink.limits,
      destinationOf: (record) => options.destinationOf(record, this.#sourceOf.get(record.writer)!.host),
    });
    this.#delivery = new Delivery({
      ...options,
      counts: this.counts,
      acknowledge: (items) => this.#acknowledge(items),
    });
    this.#inFlight = new InFlight(
      options.inFlightMax,
      (batch) => this.#delivery.deliver(batch, options.abort),
      (batch) => this.#batcher.ended(batch.number),
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
      const sources = await this.#claim();
      const flushes = this.#flushes.splice(0);
      if (flushes.length > 0 || (await this.#isDue(sources))) {
        await this.#cycle(sources);
        void this.#inFlight.landed().then(() => flushes.forEach((done) => void done()));
      }
      await pause(clock, POLL_MS, this.#wake.signal);
    }
    stop.removeEventListener("abort", end);
    abort.removeEventListener("abort", end);
  }

  /** Sends everything that waits now. True when all of it is delivered or a dead letter. */
  async drain(): Promise<boolean> {
    const { abort } = this.#options;
    const failuresBefore = this.counts.readFailures;
    // Twice: writers may have ended, and logged their last, during the first pass.
    for (let pass = 0; pass < 2; pass++) {
      await this.#cycle(await this.#claim());
      await this.#inFlight.landed();
    }
    await this.#claim();
    const leftBehind = this.#inFlight.leftBehind || this.#asideLeftBehind;
    return !leftBehind && !abort.aborted && this.counts.readFailures === failuresBefore;
  }

  /** Resolves when everything that waits now is delivered or a dead letter; for a shipper that runs. */
  flush(): Promise<void> {
    return new Promise((resolve) => {
      this.#flushes.push(resolve);
      this.#wake.abort();
    });
  }

  /** Counts trouble with a part of the buffer, which keeps its records. */
  readFailed(error: unknown): void {
    this.counts.readFailures++;
    this.counts.lastError = messageOf(error);
    this.#options.onFailure?.("buffer", messageOf(error), this.counts.readFailures);
  }

  /** Sources whose writers are gone and which are empty remove themselves here. */
  async #claim(): Promise<Source[]> {
    const sources = await this.#options.buffer.claim();
    const open = sources.filter((source) => this.#guarded(() => source.finished()) !== true);
    for (const [writer, source] of this.#sourceOf) {
      if (!open.includes(source)) {
        this.#sourceOf.delete(writer);
      }
    }
    return open;
  }

  async #isDue(sources: readonly Source[]): Promise<boolean> {
    const { clock, buffer, flushBytes, flushRecords, intervalMs } = this.#options;
    const now = clock.now();
    const requestedAtMs = await buffer.flushRequestedAtMs();
    if (requestedAtMs > this.#flushSeenAtMs) {
      this.#flushSeenAtMs = requestedAtMs;
      return true;
    }
    let records = 0;
    let bytes = 0;
    let oldestMs = Number.POSITIVE_INFINITY;
    for (const source of sources) {
      const waiting = this.#guarded(() => source.unread());
      records += waiting?.records ?? 0;
      bytes += waiting?.bytes ?? 0;
      oldestMs = Math.min(oldestMs, waiting?.oldestMs ?? oldestMs);
    }
    if (records === 0) {
      this.#waitingSinceMs = undefined;
      const reap = now - this.#reapedAtMs >= REAP_MS;
      this.#reapedAtMs = reap ? now : this.#reapedAtMs;
      return reap;
    }
    // A timestamp from the future, which a caller may give, must not hold up its record and all that follow it.
    this.#waitingSinceMs ??= now;
    const waitedMs = now - Math.min(oldestMs, this.#waitingSinceMs);
    return records >= flushRecords || bytes >= flushBytes || waitedMs >= intervalMs;
  }

  async #cycle(sources: readonly Source[]): Promise<void> {
    const { abort, clock } = this.#options;
    const share = Math.floor(READ_BYTES_TOTAL / sources.length);
    const bytesMax = Math.max(READ_BYTES_MIN, Math.min(READ_BYTES_MAX, share));
    const merge = new Merge<Source>();
    const aside: StoredRecord[] = [];
    let bytesRead = 0;
    let nowMs = clock.now();
    this.#waitingSinceMs = undefined;
    for (const source of sources) {
      merge.add(source);
    }
    while (!abort.aborted) {
      if (merge.hungry.size > 0) {
        for (const source of [...merge.hungry]) {
          await this.#feed(merge, source, bytesMax);
          bytesRead += bytesMax;
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
  }

  async #feed(merge: Merge<Source>, source: Source, bytesMax: number): Promise<void> {
    try {
      const { records, drained } = await source.read(bytesMax);
      for (let i = 0; i < records.length; i++) {
        // A source holds few writers, one after the other for the most part.
        const { writer } = records[i]!;
        if (i === 0 || writer !== records[i - 1]!.writer) {
          this.#sourceOf.set(writer, source);
        }
      }
      merge.offer(source, records);
      if (drained) {
        merge.end(source);
      }
    } catch (error) {
      this.readFailed(error);
      merge.end(source);
    }
  }

  #take(record: StoredRecord, nowMs: number, aside: StoredRecord[]): Promise<void> | undefined {
    const { window } = this.#options.sink;
    if (window !== undefined && judgeTime(record.timestamp, nowMs, window, WINDOW_MARGIN_MS) !== "ok") {
      aside.push(record);
      return aside.length >= ASIDE_MAX ? this.#bury(aside) : undefined;
    }
    const full = this.#batcher.add(record);
    return full.length === 0 ? undefined : this.#send(full);
  }

  async #send(batches: readonly Batch[]): Promise<void> {
    for (const batch of batches) {
      await this.#inFlight.add(batch);
    }
  }

  async #sendOpen(): Promise<void> {
    await this.#send(this.#batcher.flush());
  }

  /** Records that the destination would skip are dead letters before they are sent. */
  async #bury(aside: StoredRecord[]): Promise<void> {
    const { sink, clock, abort, destinationOf } = this.#options;
    const letters = aside.splice(0).map((record): DeadLetter => {
      const reason = judgeTime(record.timestamp, clock.now(), sink.window!, WINDOW_MARGIN_MS);
      return {
        record,
        destination: destinationOf(record, this.#sourceOf.get(record.writer)!.host),
        reason,
        detail: `${sink.name} takes no records with this timestamp now.`,
        cause: undefined,
        attempts: 0,
        firstTriedAtMs: undefined,
        lastTriedAtMs: undefined,
      };
    });
    if (await this.#delivery.bury(letters, abort)) {
      this.#acknowledgeRecords(letters.map(({ record }) => record));
    } else {
      this.#asideLeftBehind = true;
    }
  }

  #acknowledge(items: readonly Item[]): void {
    // A record in parts is delivered with its last part: the parts are sent one after the other.
    this.#acknowledgeRecords(items.filter(({ part, parts }) => part === parts).map(({ record }) => record));
  }

  #acknowledgeRecords(records: readonly StoredRecord[]): void {
    const ranges = new Map<Source, { from: number; to: number }[]>();
    for (const { writer, ordinal } of records) {
      const source = this.#sourceOf.get(writer);
      if (source === undefined) {
        continue;
      }
      let list = ranges.get(source);
      if (list === undefined) {
        list = [];
        ranges.set(source, list);
      }
      const last = list.at(-1);
      if (last !== undefined && last.to + 1 === ordinal) {
        last.to = ordinal;
      } else {
        list.push({ from: ordinal, to: ordinal });
      }
    }
    for (const [source, list] of ranges) {
      this.#guarded(() => source.acknowledge(list satisfies OrdinalRange[]));
    }
  }

  /** Trouble with one source must not stop the others; it is counted, and the source is tried again. */
  #guarded<T>(call: () => T): T | undefined {
    try {
      return call();
    } catch (error) {
      this.readFailed(error);
      return undefined;
    }
  }
}
