/** What a shipper is made of, and what it is told to do. */
import type { Destination } from "../batch/batch.js";
import type { LogBuffer, StoredRecord } from "../buffer/buffer.js";
import type { DeadLetter, DeadLetters } from "../dead-letters/dead-letters.js";
import type { Sink } from "../sink/sink.js";
import type { Clock } from "../system/clock.js";
import type { MemoryPool } from "../system/memory-pool.js";
import type { CircuitsOptions } from "./circuits.js";
import type { DeliveryOptions, RetryPolicy } from "./delivery.js";
import type { Measuring } from "./vitals-recorder.js";

export interface ShipperOptions {
  readonly buffer: LogBuffer;
  /** What the sources of the buffer read into, where they give it back (JournalBufferOptions). */
  readonly memory?: MemoryPool;
  readonly sink: Sink;
  readonly destinationOf: (record: StoredRecord, host: string) => Destination;
  readonly deadLetters: DeadLetters;
  readonly clock: Clock;
  readonly random: () => number;
  readonly intervalMs: number;
  readonly flushRecords: number;
  readonly flushBytes: number;
  readonly inFlightMax: number;
  readonly policy: RetryPolicy;
  readonly measuring?: Measuring;
  /**
   * Look up what may have been stored although its answer was lost, so long after it, in ms; default: send it again. Only
   * for a sink that can be read back.
   */
  readonly verifySettleMs?: number;
  /** Told when sending stops and goes on. */
  readonly onTrouble?: CircuitsOptions["onTrouble"];
  readonly onRecovery?: CircuitsOptions["onRecovery"];
  readonly onFirstSuccess?: CircuitsOptions["onFirstSuccess"];
  /** Told of dead letters that are written. */
  readonly onBuried?: (letters: readonly DeadLetter[]) => void;
  /** Takes records whose dead letters cannot be written out of the buffer; default: they stay there. */
  readonly giveUp?: DeliveryOptions["giveUp"];
  /** Gives up what is being sent; it stays in the buffer. */
  readonly abort: AbortSignal;
  /** Told of every failed attempt to read or send; `attempt` is from 1. */
  readonly onFailure?: (cause: string, message: string, attempt: number) => void;
}
