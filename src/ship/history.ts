/**
 * What passed in each step of a shipper's last hour: the differences between what it had counted, and what waited, at one
 * look and at the next.
 */
import { latencyQuantile, latencySince } from "./latency.js";
import type { JournalLook } from "./lookout.js";
import type { Latency, Logged, Rates, Step } from "./vitals.js";

/** An hour of looks every ten seconds. */
export const STEPS_MAX = 360;
/** Rates are those of the last steps, so that one batch now and then does not make them jump. */
const RATE_STEPS = 3;
/** A look at the end comes when it comes; of a moment nothing can be said. */
const STEP_MS_MIN = 1000;

/** What a shipper has counted since its start. */
export interface Counted {
  readonly records: number;
  readonly bytes: number;
  readonly failures: number;
  readonly deadLetters: number;
  readonly putLatency: Latency;
}

interface Moment extends Counted {
  readonly elapsedMs: number;
  readonly waitingRecords: number;
  readonly waitingBytes: number;
  /** What each writer has dropped, of those that have. */
  readonly dropped: ReadonlyMap<string, number>;
}

export class History {
  readonly #steps: Step[] = [];
  #before: Moment | undefined;
  #logged: Logged = { records: 0, bytes: 0 };

  get logged(): Logged {
    return this.#logged;
  }

  /** The last hour at most, oldest first. */
  get steps(): Step[] {
    return [...this.#steps];
  }

  /** To be called every ten seconds or so; the first call only says where it begins. */
  look(atMs: number, elapsedMs: number, journals: readonly JournalLook[], counted: Counted): void {
    const before = this.#before;
    if (before !== undefined && elapsedMs - before.elapsedMs < STEP_MS_MIN) {
      return;
    }
    let waitingRecords = 0;
    let waitingBytes = 0;
    for (const { waiting } of journals) {
      waitingRecords += waiting.records;
      waitingBytes += waiting.bytes;
    }
    const now: Moment = { ...counted, elapsedMs, waitingRecords, waitingBytes, dropped: droppedBy(journals) };
    this.#before = now;
    if (before === undefined) {
      return;
    }
    const outRecords = now.records - before.records;
    const deadLetters = now.deadLetters - before.deadLetters;
    const outBytes = now.bytes - before.bytes;
    const inRecords = Math.max(0, outRecords + deadLetters + waitingRecords - before.waitingRecords);
    this.#logged = {
      records: this.#logged.records + inRecords,
      bytes: this.#logged.bytes + Math.max(0, outBytes + waitingBytes - before.waitingBytes),
    };
    const puts = latencySince(now.putLatency, before.putLatency);
    this.#steps.push({
      atMs,
      stepMs: Math.round(elapsedMs - before.elapsedMs),
      inRecords,
      outRecords,
      outBytes,
      waitingRecords,
      waitingBytes,
      failures: now.failures - before.failures,
      deadLetters,
      dropped: newlyDropped(now.dropped, before.dropped),
      putMsP50: latencyQuantile(puts, 0.5),
      putMsP99: latencyQuantile(puts, 0.99),
    });
    if (this.#steps.length > STEPS_MAX) {
      this.#steps.shift();
    }
  }

  /** Of the last steps; undefined before the first one. */
  get rates(): Rates | undefined {
    const last = this.#steps.slice(-RATE_STEPS);
    if (last.length === 0) {
      return undefined;
    }
    const sum = (figure: (step: Step) => number): number => last.reduce((all, step) => all + figure(step), 0);
    const ms = sum(({ stepMs }) => stepMs);
    const perSecond = (figure: (step: Step) => number): number =>
      Math.round((sum(figure) * 10_000) / ms) / 10;
    return {
      // Whole seconds, so that those of a quiet shipper stay the same.
      overMs: Math.round(ms / 1000) * 1000,
      inRecords: perSecond(({ inRecords }) => inRecords),
      outRecords: perSecond(({ outRecords }) => outRecords),
      outBytes: perSecond(({ outBytes }) => outBytes),
    };
  }
}

function droppedBy(journals: readonly JournalLook[]): Map<string, number> {
  return new Map(
    journals.flatMap(({ writer, dropped }) => {
      const records = Object.values(dropped).reduce((all, each) => all + each, 0);
      return records === 0 ? [] : [[writer, records] as const];
    }),
  );
}

/** A writer that is gone takes its count along; what it dropped last, nobody has seen. */
function newlyDropped(now: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>): number {
  let records = 0;
  for (const [writer, dropped] of now) {
    records += Math.max(0, dropped - (before.get(writer) ?? 0));
  }
  return records;
}
