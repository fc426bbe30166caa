/** Measures a shipper while it works: told of each put and each batch, never of a record. */
import type { Destination, Item } from "../batch/batch.js";
import type { Answer } from "../sink/sink.js";
import type { Clock } from "../system/clock.js";
import type { ShipCounts } from "./counts.js";
import { Destinations } from "./destinations.js";
import { History } from "./history.js";
import { LatencyHistogram } from "./latency.js";
import type { JournalLook } from "./lookout.js";
import { Recent } from "./recent.js";

/** What delivering tells; see delivery.ts. */
export interface Measuring {
  /** A put has ended, after so long. */
  put(answer: Answer, ms: number): void;
  /** A batch, or a piece of one, is stored. `items` are those of its events that are; their bytes are the caller's still. */
  stored(destination: Destination, items: readonly Item[], records: number, bytes: number): void;
  /** A try has failed. */
  failed(destination: Destination, message: string): void;
  /** What was tried last is not tried again: it became dead letters. */
  buried(destination: Destination): void;
}

export interface VitalsOptions {
  readonly clock: Pick<Clock, "now" | "elapsed">;
  /** Keep copies of what was delivered last. */
  readonly keepRecent: boolean;
}

export class VitalsRecorder implements Measuring {
  readonly destinations = new Destinations();
  readonly putLatency = new LatencyHistogram();
  readonly history = new History();
  readonly recent: Recent | undefined;
  readonly #clock: VitalsOptions["clock"];

  constructor({ clock, keepRecent }: VitalsOptions) {
    this.#clock = clock;
    this.recent = keepRecent ? new Recent({ elapsed: () => clock.elapsed() }) : undefined;
  }

  put(answer: Answer, ms: number): void {
    if (isAnswered(answer)) {
      this.putLatency.add(ms);
    }
  }

  stored(destination: Destination, items: readonly Item[], records: number, bytes: number): void {
    this.destinations.stored(destination, records, bytes, this.#clock.now());
    try {
      this.recent?.add(items, records, bytes);
    } catch {
      // There may be no memory for a copy; whoever only looks must not be in the way of what is delivered.
      this.recent!.leftOut += records;
    }
  }

  failed(destination: Destination, message: string): void {
    this.destinations.failed(destination, message);
  }

  buried(destination: Destination): void {
    this.destinations.buried(destination);
  }

  /** To be called every ten seconds. */
  look(journals: readonly JournalLook[], counts: ShipCounts): void {
    const elapsedMs = this.#clock.elapsed();
    this.destinations.look(elapsedMs);
    this.history.look(this.#clock.now(), elapsedMs, journals, {
      records: counts.deliveredRecords,
      bytes: counts.deliveredBytes,
      failures: sumOf(counts.failures),
      deadLetters: sumOf(counts.deadLetters),
      putLatency: this.putLatency.taken,
    });
  }
}

/** What was given up, or came to nobody, says how long we waited and not how long the destination takes. */
function isAnswered(answer: Answer): boolean {
  return answer.verdict !== "retry" || (answer.cause !== "timeout" && answer.cause !== "network");
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, each) => sum + each, 0);
}
