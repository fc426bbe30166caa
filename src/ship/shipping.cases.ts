/** What the shipper's tests stand on: records, sources and a buffer in memory, and a sink that answers as it is told. */
import assert from "node:assert/strict";
import type { Batch, Destination } from "../batch/batch.js";
import { type AcceptanceWindow, type BatchLimits, CLOUDWATCH_LIMITS } from "../batch/limits.js";
import type { Chunk, LogBuffer, OrdinalRange, Source, StoredRecord, Waiting } from "../buffer/buffer.js";
import { MemoryMemo } from "../buffer/memory-memo.js";
import type { DeadLetter, DeadLetters } from "../dead-letters/dead-letters.js";
import type { Answer, FailureCause, ReadBack, RefusedRecord, Sink } from "../sink/sink.js";
import { ManualClock } from "../system/manual-clock.cases.js";
import type { RetryPolicy } from "./delivery.js";
import { Shipper } from "./shipper.js";
import type { ShipperOptions } from "./shipper-options.js";

export const POLICY: RetryPolicy = { tries: 3, splitWays: 4, backoff: { baseMs: 400, maxMs: 60_000 } };

/** Far more turns of the event loop than anything here takes. */
const TURNS_MAX = 100_000;

type RecordParts = Partial<Omit<StoredRecord, "bytes" | "start" | "end">> & { readonly text?: string };

/** A record whose line is `text`, by default its id. */
export function recordOf(parts: RecordParts = {}): StoredRecord {
  const { text, ...given } = parts;
  const record = { timestamp: 0, writer: "w", seq: 0, ordinal: 0, service: "web", type: "INFO", ...given };
  const bytes = Buffer.from(text ?? `${record.writer}-${record.seq}`);
  return { ...record, bytes, start: 0, end: bytes.length };
}

/** Records `from` to `from + count - 1` of one writer, a millisecond apart from `timestamp` on. */
export function seriesOf(count: number, { timestamp = 0, ...parts }: RecordParts = {}): StoredRecord[] {
  return Array.from({ length: count }, (_, seq) =>
    recordOf({ ...parts, seq, ordinal: seq, timestamp: timestamp + seq }),
  );
}

export function textOf({ bytes, start, end }: { bytes: Buffer; start: number; end: number }): string {
  return bytes.toString("utf8", start, end);
}

export function textsOf(batch: Batch): string[] {
  return batch.items.map(textOf);
}

export function batchWith(records: readonly StoredRecord[], parts: Partial<Batch> = {}): Batch {
  return {
    number: 1,
    destination: { group: "g", stream: "web" },
    items: records.map((record) => ({ ...record, record, part: 1, parts: 1 })),
    bytes: records.reduce((sum, { start, end }) => sum + end - start + 26, 0),
    after: [],
    ...parts,
  };
}

export function delivered(...refused: RefusedRecord[]): Answer {
  return { verdict: "delivered", refused };
}

export function retry(cause: FailureCause = "unavailable"): Answer {
  return { verdict: "retry", cause, error: new Error(`it is ${cause}`) };
}

export function split(): Answer {
  return { verdict: "split", cause: "data", error: new Error("it does not like this"), requestId: "r-1" };
}

/** Answers each batch as `script` says, and remembers what it was sent. */
export class ScriptedSink implements Sink {
  readonly name = "scripted";
  readonly limits: BatchLimits;
  readonly window: AcceptanceWindow | undefined;
  readonly sortsByTimestamp: boolean;
  readBack?: ReadBack;
  /** The lines of each batch, in the order in which they were sent. */
  readonly sent: string[][] = [];
  inFlight = 0;
  inFlightPeak = 0;

  constructor(
    readonly script: (batch: Batch, signal: AbortSignal) => Answer | Promise<Answer> = () => delivered(),
    {
      window,
      sortsByTimestamp = true,
      ...limits
    }: Partial<BatchLimits> & { window?: AcceptanceWindow; sortsByTimestamp?: boolean } = {},
  ) {
    this.limits = { ...CLOUDWATCH_LIMITS, ...limits };
    this.window = window;
    this.sortsByTimestamp = sortsByTimestamp;
  }

  async send(batch: Batch, signal: AbortSignal): Promise<Answer> {
    this.sent.push(textsOf(batch));
    this.inFlight++;
    this.inFlightPeak = Math.max(this.inFlightPeak, this.inFlight);
    try {
      return await this.script(batch, signal);
    } finally {
      this.inFlight--;
    }
  }

  async close(): Promise<void> {}
}

/** Keeps the letters; refuses while `error` is set. */
export class LetterBox implements Pick<DeadLetters, "add"> {
  readonly letters: DeadLetter[] = [];
  error: Error | undefined;
  attempts = 0;

  async add(letters: readonly DeadLetter[]): Promise<void> {
    this.attempts++;
    if (this.error !== undefined) throw this.error;
    this.letters.push(...letters);
  }

  get texts(): string[] {
    return this.letters.map(({ record }) => textOf(record));
  }
}

/** A source that holds records, and checks every acknowledgement against them. */
export class MemorySource implements Source {
  readonly host = "here";
  memo = new MemoryMemo();
  readonly acknowledged = new Set<number>();
  readError: Error | undefined;
  reads = 0;
  writerGone = false;
  /** Told of each record as it is acknowledged. */
  onAcknowledged: (record: StoredRecord) => void = () => {};
  #next = 0;

  constructor(
    readonly name: string,
    readonly records: StoredRecord[] = [],
  ) {}

  unread(): Waiting {
    this.#mayThrow();
    const records = this.records.slice(this.#next);
    const bytes = records.reduce((sum, { start, end }) => sum + end - start, 0);
    return { records: records.length, bytes, oldestMs: records[0]?.timestamp };
  }

  read(bytesMax: number): Chunk {
    this.#mayThrow();
    this.reads++;
    const from = this.#next;
    for (let bytes = 0; this.#next < this.records.length; this.#next++) {
      const { start, end } = this.records[this.#next]!;
      bytes += end - start;
      if (this.#next > from && bytes > bytesMax) break;
    }
    const records = this.records
      .slice(from, this.#next)
      .filter(({ ordinal }) => !this.acknowledged.has(ordinal));
    return { records, drained: this.#next === from };
  }

  rewind(): void {
    const first = this.records.findIndex(({ ordinal }) => !this.acknowledged.has(ordinal));
    this.#next = first < 0 ? this.records.length : first;
  }

  acknowledge(ranges: readonly OrdinalRange[]): void {
    for (const { from, to } of ranges) {
      assert.ok(from <= to, `${from} to ${to} is no range`);
      for (let ordinal = from; ordinal <= to; ordinal++) {
        const record = this.records.find((one) => one.ordinal === ordinal);
        assert.ok(record, `${this.name} holds no record ${ordinal}`);
        assert.ok(!this.acknowledged.has(ordinal), `${ordinal} of ${this.name} is acknowledged twice`);
        this.acknowledged.add(ordinal);
        this.onAcknowledged(record);
      }
    }
  }

  finished(): boolean {
    return this.writerGone && this.acknowledged.size === this.records.length;
  }

  #mayThrow(): void {
    if (this.readError !== undefined) throw this.readError;
  }
}

class MemoryBuffer implements LogBuffer {
  flushAskedAtMs = 0;

  constructor(readonly sources: Source[]) {}

  claim(): Source[] {
    return [...this.sources];
  }

  flushRequestedAtMs(): number {
    return this.flushAskedAtMs;
  }

  async close(): Promise<void> {}
}

/** A shipper on these, with the thresholds of the options' defaults. */
export function openShipperOn(sources: Source[], sink: Sink, options: Partial<ShipperOptions> = {}) {
  const clock = new ManualClock();
  const buffer = new MemoryBuffer(sources);
  const letterBox = new LetterBox();
  const abort = new AbortController();
  const stop = new AbortController();
  const shipper = new Shipper({
    buffer,
    sink,
    clock,
    destinationOf: byService,
    deadLetters: letterBox as unknown as DeadLetters,
    random: () => 1,
    intervalMs: 120_000,
    flushRecords: 1000,
    flushBytes: 1 << 20,
    inFlightMax: 4,
    policy: POLICY,
    abort: abort.signal,
    ...options,
  });
  return { shipper, clock, buffer, letterBox, abort, stop };
}

function byService({ service }: StoredRecord): Destination {
  return { group: "g", stream: service };
}

/** Lets everything go on that waits for no timer. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
}

/** Moves the clock on, `stepMs` a turn, until the condition holds. */
async function advanceUntil(clock: ManualClock, condition: () => boolean, stepMs: number): Promise<void> {
  for (let turn = 0; turn < TURNS_MAX; turn++) {
    await new Promise(setImmediate);
    if (condition()) return;
    clock.advance(stepMs);
  }
  assert.fail("what was waited for did not come");
}

/** The result of what waits for the clock. */
export async function advanceThrough<Result>(
  clock: ManualClock,
  work: Promise<Result>,
  stepMs = 100,
): Promise<Result> {
  let done = false;
  const finish = () => {
    done = true;
  };
  void work.then(finish, finish);
  await advanceUntil(clock, () => done, stepMs);
  return work;
}
