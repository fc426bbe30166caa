/** An application that logs as its plan says, dies where it says so, and is started again under a new writer id. */
import type { Kind, WriterPlan } from "../schedule.js";
import type { Journals, WriterJournal } from "./journals.js";
import { type Fate, idOf, type Logged, logRecord } from "./logged.js";
import type { SimClock } from "./sim-clock.js";

const SMALL_BYTES = 10;
/** Several parts under the limits of the simulated cloud. */
const LARGE_BYTES = 500;
/** How far a timestamp that a caller gives is off. */
const GIVEN_MS = 5;
/** Between the end of one process and the start of the next. */
const RESTART_MS = 100;

export interface SimWriterOptions {
  readonly name: string;
  readonly plan: WriterPlan;
  readonly recordsMax: number;
  readonly journals: Journals;
  readonly logged: Logged;
  readonly clock: SimClock;
}

export class SimWriter {
  readonly #options: SimWriterOptions;
  #journal: WriterJournal;
  #lives = 0;
  done = false;

  constructor(options: SimWriterOptions) {
    this.#options = options;
    this.#journal = this.#start();
    this.#burst(0);
  }

  #start(): WriterJournal {
    const { journals, name, recordsMax } = this.#options;
    this.#writer = `${name}${"abcdefgh"[this.#lives++ % 8]}`;
    return journals.create(this.#writer, recordsMax);
  }
  #writer = "";

  #burst(index: number): void {
    const { plan, clock } = this.#options;
    const burst = plan.bursts[index];
    if (burst === undefined) {
      this.#journal.end();
      this.done = true;
      return;
    }
    clock.after(burst.pauseMs, () => this.#log(index, 0));
  }

  #log(index: number, from: number): void {
    const { plan, clock } = this.#options;
    const { kinds, spreadMs, dies } = plan.bursts[index]!;
    let next = from;
    do {
      this.#append(kinds[next++]!);
    } while (spreadMs === 0 && next < kinds.length);
    if (next < kinds.length) {
      clock.after(spreadMs, () => this.#log(index, next));
    } else if (dies) {
      this.#journal.kill();
      clock.after(RESTART_MS, () => {
        this.#journal = this.#start();
        this.#burst(index + 1);
      });
    } else {
      this.#burst(index + 1);
    }
  }

  #append(kind: Kind): void {
    const { clock, logged, plan } = this.#options;
    const offMs = kind === "earlier" ? -GIVEN_MS : kind === "later" ? GIVEN_MS : 0;
    const record = logRecord(this.#writer, this.#journal.nextSeq, {
      timestamp: clock.now() + offMs,
      service: `service-${plan.service}`,
      fate: fateOf(kind),
      bytes: kind.startsWith("large") ? LARGE_BYTES : SMALL_BYTES,
    });
    logged.calls++;
    logged.hasParts ||= kind.startsWith("large");
    if (this.#journal.append(record)) {
      logged.records.set(idOf(record.record), record);
    } else {
      logged.dropped++;
    }
  }
}

function fateOf(kind: Kind): Fate {
  return kind.endsWith("poison") ? "poison" : kind.endsWith("rejected") ? "rejected" : "healthy";
}
