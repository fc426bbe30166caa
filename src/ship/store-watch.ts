/**
 * Looks from time to time at the memory of the store that is emptied, and has people told when it has reached 70 % and 90 % of
 * its budget, and when it began to evict. The first says how long the room lasts: at 100 % records wait on the machines that log.
 *
 * Each is told once, over the death of a shipper too, and again only after it was `EASE` lower, or evicted no more. Of several
 * shippers of a store only the one that holds the first partition tells; all do while nobody holds it.
 */
import type { Alerts, Backlog } from "../alert/alert.js";
import { roomIn, type StoreSpace } from "../buffer/redis/store-budget.js";
import type { Told } from "./told.js";

/** From these percents of the budget on people are told. */
const LEVELS = [90, 70] as const;
/** So many percent below a level it is over. */
const EASE = 10;

type StoreLevel = (typeof LEVELS)[number];

/** The store at one moment. */
export interface StoreLook {
  readonly store: string;
  readonly space: StoreSpace;
  readonly evicts: boolean;
  /** By `Clock.elapsed`. */
  readonly atMs: number;
  /** Whether it is another shipper that tells people. */
  readonly toldByOther: boolean;
}

export interface StoreWatchOptions {
  readonly alerts: Alerts;
  readonly backlog: () => Backlog;
  /** What people were told: `level`, and `evicts` where it is 1. */
  readonly told: { read(): Told; write(told: Told): void };
  /** Told, for people at the machine, when a store is found that evicts. */
  readonly onEvicts: (what: string, consequence: string) => void;
}

export class StoreWatch {
  readonly #options: StoreWatchOptions;
  #look: StoreLook | undefined;
  #bytesPerMs = 0;

  constructor(options: StoreWatchOptions) {
    this.#options = options;
  }

  /** How long the room lasts at the present rate, in ms; undefined while the store does not grow, or has no budget. */
  get roomMs(): number | undefined {
    const { space } = this.#look ?? {};
    return space === undefined || this.#bytesPerMs === 0 || space.budgetBytes === Number.POSITIVE_INFINITY
      ? undefined
      : Math.round(Math.max(0, roomIn(space)) / this.#bytesPerMs);
  }

  see(look: StoreLook): void {
    const before = this.#look;
    if (before !== undefined && look.atMs > before.atMs) {
      const grown = look.space.usedBytes - before.space.usedBytes;
      this.#bytesPerMs = Math.max(0, grown / (look.atMs - before.atMs));
    }
    this.#look = look;
    if (look.evicts && before?.evicts !== true) {
      this.#options.onEvicts(
        `${look.store} deletes what it was given when it is full`,
        "set its maxmemory-policy noeviction, or start Dragonfly without cache_mode; until then nothing is put there",
      );
    }
    if (!look.toldByOther) {
      this.#tell(look);
    }
  }

  #tell({ store, space: { usedBytes: bytes, budgetBytes: bytesMax }, evicts }: StoreLook): void {
    const { alerts, backlog, told } = this.#options;
    const before = told.read();
    const levelBefore = before.get("level") ?? 0;
    const percent = (100 * bytes) / bytesMax;
    const reached = LEVELS.find((level) => percent >= level) ?? 0;
    const level = reached > levelBefore || percent < levelBefore - EASE ? reached : levelBefore;
    if (reached > levelBefore) {
      alerts.tell({
        kind: "store-space",
        store,
        level: reached as StoreLevel,
        bytes,
        bytesMax,
        backlog: backlog(),
      });
    }
    if (evicts && !before.has("evicts")) {
      alerts.tell({ kind: "store-evicts", store, backlog: backlog() });
    }
    if (level !== levelBefore || evicts !== before.has("evicts")) {
      told.write(new Map([["level", level], ...(evicts ? ([["evicts", 1]] as const) : [])]));
    }
  }
}
