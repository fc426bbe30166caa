/** Looks at every request of one shipper as it is sent, and at every answer as it arrives. */
import { type Batch, recordOf } from "../../../src/batch/batch.js";
import type { Circuits } from "../../../src/ship/circuits.js";
import type { ShipCounts } from "../../../src/ship/counts.js";
import type { RetryPolicy } from "../../../src/ship/delivery.js";
import type { Shipper } from "../../../src/ship/shipper.js";
import type { Answer } from "../../../src/sink/sink.js";
import { idOf, type Logged } from "./logged.js";
import type { Request, SimCloud } from "./sim-cloud.js";
import type { Violations } from "./verdict.js";

interface Tried {
  tries: number;
  /** By the first and the number of the events that were sent. */
  readonly pieces: Map<string, number>;
  forData: boolean;
}

export interface WatchOptions {
  readonly cloud: SimCloud;
  readonly logged: Logged;
  readonly violations: Violations;
  readonly policy: RetryPolicy;
  /** Every double is one too many: what may be stored is looked up before it is sent again. */
  readonly exactlyOnce: boolean;
}

export class Watch {
  /** Records that this shipper took out of the buffer; its own counts must agree. */
  acknowledged = 0;
  readonly #options: WatchOptions;
  readonly #tried = new Map<number, Tried>();
  /** The requests under way that were sent while the circuit was not closed. */
  #probes: Request[] = [];
  /** Answers to others than probes, since the first of these probes was sent. */
  #stragglers = 0;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  sent(batch: Batch, request: Request, { circuits }: Shipper): void {
    this.#judgeDoubles(batch, request);
    this.#judgeTries(batch, request);
    // A batch that looks up first may find that the circuit has opened meanwhile, and is sent all the same.
    if (!this.#options.exactlyOnce) this.#judgeCircuit(request, circuits);
  }

  answered({ number }: Batch, { isProbe }: Request, answer: Answer | undefined): void {
    if (answer !== undefined && answer.verdict !== "delivered" && answer.cause === "data")
      this.#tried.get(number)!.forData = true;
    if (!isProbe) this.#stragglers++;
  }

  /** G5: each record was delivered or is a dead letter, and was counted so once. */
  judgeCounts({ deliveredRecords, deadLetters }: ShipCounts): void {
    const letters = Object.values(deadLetters).reduce((sum, count) => sum + count, 0);
    if (deliveredRecords + letters !== this.acknowledged) {
      const text = `${deliveredRecords} records and ${letters} dead letters are counted`;
      this.#options.violations.add("G5", `${text}; ${this.acknowledged} records were acknowledged`);
    }
  }

  /** While the circuit is open nothing is sent; while it is half-open, one batch. */
  #judgeCircuit(request: Request, circuits: Circuits): void {
    const { violations } = this.#options;
    if (circuits.isOpen) violations.add("circuit", "a batch is sent while the circuit is open");
    if (circuits.isClosed) return;
    request.isProbe = true;
    this.#probes = this.#probes.filter(({ state }) => state === "under way");
    if (this.#probes.length === 0) this.#stragglers = 0;
    // The circuit takes the failure of what was on its way before it opened for that of its probe.
    if (this.#probes.length > this.#stragglers) {
      violations.add("circuit", "two batches are sent to see whether it is over");
    }
    this.#probes.push(request);
  }

  /** G6: what is sent again needs a reason. */
  #judgeDoubles({ items }: Batch, request: Request): void {
    const { cloud, logged, violations, exactlyOnce } = this.#options;
    for (const [index, id] of request.ids.entries()) {
      if (logged.acknowledged.has(idOf(recordOf(items[index]!)))) {
        violations.add("G6", `${id} is sent again after it was acknowledged`);
      }
      for (const earlier of cloud.requestsOf.get(id)!) {
        if (earlier === request) continue;
        const sameLife = earlier.life === request.life;
        const isStored = earlier.stored.has(id);
        if (sameLife && earlier.state === "under way") violations.add("G6", `${id} is sent twice at a time`);
        if (sameLife && earlier.state === "answered" && isStored) {
          violations.add("G6", `${id} is sent again after its answer`);
        }
        if (exactlyOnce && isStored) violations.add("G6", `${id} is sent again and stands there already`);
      }
    }
  }

  /** The tries of the whole, of each part, and only for what is refused for its data, of what is isolated after that. */
  #judgeTries({ number }: Batch, { ids }: Request): void {
    const { violations, policy, cloud, logged, exactlyOnce } = this.#options;
    const { tries, splitWays } = policy;
    const tried = this.#tried.get(number) ?? { tries: 0, pieces: new Map(), forData: false };
    this.#tried.set(number, tried);
    tried.tries++;
    const isolating = tried.forData ? tries * cloud.limits.eventsMax : 0;
    if (tried.tries > tries + splitWays * tries + isolating) {
      violations.add("ladder", `batch ${number} is sent for the ${tried.tries}th time`);
    }
    // What is stored of a batch is left out of it, so then its whole may look like a part.
    if (exactlyOnce || logged.hasParts) return;
    const piece = `${ids[0]} and ${ids.length - 1} more`;
    const pieceTries = (tried.pieces.get(piece) ?? 0) + 1;
    tried.pieces.set(piece, pieceTries);
    if (pieceTries > tries)
      violations.add("ladder", `${piece} are sent for the ${pieceTries}th time in one batch`);
  }
}
