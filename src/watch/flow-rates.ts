/** Rates between two looks at a machine, where no shipper has measured them, or they are to be newer. */
import type { JournalState } from "../buffer/waiting.js";
import type { Rates } from "../ship/vitals.js";

/** Two looks that are closer say little. */
const OVER_MS_MIN = 900;
/** So much is looked back on, so that one batch does not make the rates jump. */
const OVER_MS = 5000;
/** Looks that come faster are not kept, so that few are enough. */
const KEPT_EVERY_MS = 300;

export interface Delivered {
  /** Names the shipper; one that is new has begun from nothing. */
  readonly shipper: string;
  readonly records: number;
  readonly bytes: number;
}

interface Look {
  readonly atMs: number;
  /** By folder; undefined where that could not be read. */
  readonly loggedTo: ReadonlyMap<string, number | undefined>;
  readonly delivered: ReadonlyMap<string, Delivered>;
}

export class FlowRates {
  /** Oldest first. */
  readonly #looks: Look[] = [];

  /** Undefined after the first look. `elapsedMs` as Clock.elapsed. */
  look(
    elapsedMs: number,
    journals: readonly Pick<JournalState, "folder" | "loggedTo" | "error">[],
    shippers: readonly Delivered[],
  ): Rates | undefined {
    const now: Look = {
      atMs: elapsedMs,
      loggedTo: new Map(
        journals.map(({ folder, loggedTo, error }) => [folder, error === undefined ? loggedTo : undefined]),
      ),
      delivered: new Map(shippers.map((each) => [each.shipper, each])),
    };
    const before = this.#before(elapsedMs);
    if (elapsedMs - (this.#looks.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY) >= KEPT_EVERY_MS) {
      this.#looks.push(now);
    }
    return before && ratesBetween(before, now);
  }

  /** The newest that is old enough to look back on; while there is none yet, the oldest. */
  #before(elapsedMs: number): Look | undefined {
    while (elapsedMs - (this.#looks[1]?.atMs ?? elapsedMs) >= OVER_MS) {
      this.#looks.shift();
    }
    const [oldest] = this.#looks;
    return oldest !== undefined && elapsedMs - oldest.atMs >= OVER_MS_MIN ? oldest : undefined;
  }
}

function ratesBetween(before: Look, now: Look): Rates {
  const overMs = now.atMs - before.atMs;
  let inRecords = 0;
  for (const [folder, loggedTo] of now.loggedTo) {
    // A journal that was not there has begun since.
    const from = before.loggedTo.has(folder) ? before.loggedTo.get(folder) : 0;
    if (loggedTo !== undefined && from !== undefined) {
      inRecords += Math.max(0, loggedTo - from);
    }
  }
  let outRecords = 0;
  let outBytes = 0;
  for (const [shipper, { records, bytes }] of now.delivered) {
    const { records: recordsBefore = 0, bytes: bytesBefore = 0 } = before.delivered.get(shipper) ?? {};
    outRecords += records - recordsBefore;
    outBytes += bytes - bytesBefore;
  }
  const perSecond = (amount: number): number => Math.round((amount * 10_000) / overMs) / 10;
  return {
    overMs: Math.round(overMs),
    inRecords: perSecond(inRecords),
    outRecords: perSecond(outRecords),
    outBytes: perSecond(outBytes),
  };
}
