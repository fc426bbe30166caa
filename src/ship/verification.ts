/**
 * Looks up what may have been stored although its answer was lost, so that only what is missing is sent again
 * (`exactlyOnce: "verify"`).
 *
 *     begin (written down) ─► send ─► answered: end
 *                               └──► answer lost, or the shipper died ─► settle ─► find ─► what is there: end
 *                                                                                    └──► what is not: begin again
 *
 * A destination shows what it took some seconds later, hence the settling time. It is counted from the last moment at which
 * the records may have been stored, as far as that is known: the failure, or the sending when the shipper died.
 */
import type { Destination, Item } from "../batch/batch.js";
import { eventIdOf, lineIdOf } from "../record/line-id.js";
import { presentIds } from "../sink/present-ids.js";
import { ReadBackError } from "../sink/read-back-error.js";
import type { Answer, ReadBack } from "../sink/sink.js";
import type { Clock } from "../system/clock.js";
import { messageOf } from "../system/errors.js";
import { countIn, NOTES_FAILURE, type ShipCounts } from "./counts.js";
import type { Doubts } from "./doubts.js";

export interface VerificationOptions {
  readonly doubts: Doubts;
  readonly readBack: ReadBack;
  readonly settleMs: number;
  readonly clock: Clock;
  readonly counts: ShipCounts;
}

type Retry = Answer & { verdict: "retry" };

export class Verification {
  readonly #options: VerificationOptions;

  constructor(options: VerificationOptions) {
    this.#options = options;
  }

  /** How long to wait before these can be looked up, in ms; 0 when there is nothing to look up. */
  async waitMs(items: readonly Item[]): Promise<number> {
    const { settleMs, clock } = this.#options;
    let wait = 0;
    for (const sinceMs of (await this.#inDoubt(items)).values()) {
      // Never longer than it takes at all: the clock may have been set back since.
      wait = Math.max(wait, Math.min(settleMs, sinceMs + settleMs - clock.now()));
    }
    return wait;
  }

  /** Those of the items that stand in the destination already; or why it cannot be said. */
  async find(
    items: readonly Item[],
    { group, stream }: Destination,
    signal: AbortSignal,
  ): Promise<ReadonlySet<Item> | Retry> {
    const { readBack, counts } = this.#options;
    const itemOf = new Map<string, Item>();
    let fromMs = Number.POSITIVE_INFINITY;
    let toMs = Number.NEGATIVE_INFINITY;
    for (const item of (await this.#inDoubt(items)).keys()) {
      const id = idOf(item);
      if (id !== undefined) {
        itemOf.set(id, item);
        fromMs = Math.min(fromMs, item.timestamp);
        toMs = Math.max(toMs, item.timestamp);
      }
    }
    if (itemOf.size === 0) {
      return new Set();
    }
    counts.lookups++;
    try {
      const query = { group, stream, fromMs, toMs };
      const present = await presentIds(readBack, query, new Set(itemOf.keys()), signal);
      counts.foundStored += present.size;
      return new Set([...present].map((id) => itemOf.get(id)!));
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(messageOf(thrown));
      const cause = thrown instanceof ReadBackError ? thrown.failure : "unavailable";
      return { verdict: "retry", cause: cause === "data" ? "unavailable" : cause, error };
    }
  }

  /** To be awaited before the items are sent, and again when their answer was lost. */
  async begin(items: readonly Item[]): Promise<void> {
    const { doubts, clock } = this.#options;
    await this.#written(doubts.begin(items, clock.now()));
  }

  /** What became of the items is known, and acknowledged where they are stored. */
  async end(items: readonly Item[], areStored: boolean): Promise<void> {
    await this.#written(this.#options.doubts.end(items, areStored));
  }

  /** Those in doubt. Where that cannot be read they count as not sent, and are doubled at worst. */
  async #inDoubt(items: readonly Item[]): Promise<Map<Item, number>> {
    try {
      return await this.#options.doubts.of(items);
    } catch (error) {
      this.#failed(`what was in flight cannot be read: ${messageOf(error)}`);
      return new Map();
    }
  }

  /** Sending frees the disk: what cannot be written down must not stop it, and is doubled at worst. */
  async #written(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#failed(`what is in flight cannot be written down: ${messageOf(error)}`);
    }
  }

  #failed(what: string): void {
    const { counts } = this.#options;
    counts.lastError = what;
    countIn(counts.failures, NOTES_FAILURE);
  }
}

/** True when the answer says for certain that nothing, or everything, of the batch was stored. */
export function isCertain(answer: Answer): boolean {
  return answer.verdict !== "retry" || !["timeout", "network", "unavailable"].includes(answer.cause);
}

/** A line without an id, such as one that another program put into the buffer, cannot be looked up. */
function idOf(item: Item): string | undefined {
  const id = lineIdOf(item.bytes.toString("utf8", item.start, item.end));
  return id && eventIdOf(id);
}
