/**
 * A shipper's view of the lists that other programs push to: those that it holds, each a source.
 *
 *     look:  renew what is held ─► take what is free, up to an even share ─► give back what is more
 *
 * A list is emptied by one shipper at a time, and several lists are shared as the partitions are (redis-buffer.ts).
 */
import type { Clock } from "../../../system/clock.js";
import { DragonlogError } from "../../../system/errors.js";
import { countedDoing } from "../../../system/figures.js";
import type { BufferDamage, Source, Waiting } from "../../buffer.js";
import { failureOf } from "../failures.js";
import type { Keys } from "../keys.js";
import type { LivingShippers } from "../living-shippers.js";
import { leaseHolderIn, PartitionLease } from "../partition-lease.js";
import type { Store } from "../store.js";
import { explaining } from "./explaining.js";
import { HeldList } from "./held-list.js";
import { listKeys } from "./list-keys.js";
import { waitingInList } from "./waiting-in-list.js";

/** How often a claim looks, and the timer within the time of a lease. */
const LOOK_MS = 1000;
const LOOKS_PER_LEASE = 6;
const TELL_AGAIN_MS = 60_000;

export interface ListsOptions {
  /** Is not closed with the lists. */
  readonly store: Store;
  readonly keys: Keys;
  /** The keys of the lists, see `checkListKey`. */
  readonly lists: readonly string[];
  /** Those that share them. */
  readonly shippers: LivingShippers;
  /** The name of this one among them. */
  readonly holder: string;
  readonly leaseExpiryMs: number;
  readonly clock: Clock;
  readonly onDamage: (damage: BufferDamage) => void;
  /** Told of trouble that is tried again, once a minute for each list and kind. */
  readonly onTrouble: (error: unknown) => void;
  /** Told how many elements of a list are delivered, or dead letters. */
  readonly onDone: (list: string, elements: number) => void;
}

export class Lists {
  readonly #options: ListsOptions;
  readonly #lists: readonly string[];
  readonly #held = new Map<string, HeldList>();
  /** When trouble of each kind was told, by the clock that cannot be set. */
  readonly #toldAtMs = new Map<string, number>();
  #looking: Promise<void> | undefined;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #cancel: () => void = () => {};
  #closed = false;

  constructor(options: ListsOptions) {
    this.#options = options;
    this.#lists = [...new Set(options.lists)];
    if (this.#lists.length > 0) {
      this.#cancel = this.#lookLater();
    }
  }

  /** Trouble with one list is told, and the others go on. */
  async claim(): Promise<Source[]> {
    if (this.#closed || this.#lists.length === 0) {
      return [];
    }
    const { clock, leaseExpiryMs } = this.#options;
    if (clock.elapsed() - this.#lookedAtMs >= Math.min(LOOK_MS, leaseExpiryMs / LOOKS_PER_LEASE)) {
      await this.#look();
    }
    await this.#each((held) => held.look());
    const sources = [...this.#held.values()].flatMap((held) => held.sources);
    this.#forgetLost();
    return sources;
  }

  /** Rejects with DRAGONLOG_LIST_NOT_EMPTY when there is something in a list, whoever holds it; `--once` asks that at its end. */
  async assertEmpty(): Promise<void> {
    const { store, keys } = this.#options;
    for (const list of this.#lists) {
      const elements = await explaining(store, list, () => store.listLength(list));
      if (elements > 0) {
        const holder = leaseHolderIn(await store.get(listKeys(list, keys.prefix).lease));
        throw new DragonlogError(
          "DRAGONLOG_LIST_NOT_EMPTY",
          `${countedDoing(elements, "element", "wait")} in the list ${list}` +
            (holder === undefined || this.#held.has(list)
              ? ""
              : `, which pid ${holder.pid} on ${holder.host} empties, or did until it died`),
          "They came meanwhile, or are another shipper's to deliver; run it again later.",
        );
      }
    }
  }

  /** What waits in each of them, whoever holds it; one that cannot be read is left out, and told of by `claim`. */
  async waiting(): Promise<{ readonly list: string; readonly waiting: Waiting }[]> {
    const { store } = this.#options;
    const found = await Promise.all(
      this.#lists.map(async (list) => ({
        list,
        waiting: await waitingInList(store, list).catch(() => undefined),
      })),
    );
    return found.flatMap(({ list, waiting }) => (waiting === undefined ? [] : [{ list, waiting }]));
  }

  async close(): Promise<void> {
    if (this.#closed) {
      return;
    }
    this.#closed = true;
    this.#cancel();
    await this.#looking?.catch(() => {});
    await this.#each((held) => held.release());
    this.#held.clear();
  }

  #lookLater(): () => void {
    return this.#options.clock.after(this.#options.leaseExpiryMs / LOOKS_PER_LEASE, () => {
      void this.#look()
        .catch((error) => this.#trouble("", error))
        .then(() => {
          if (!this.#closed) {
            this.#cancel = this.#lookLater();
          }
        });
    });
  }

  #look(): Promise<void> {
    this.#looking ??= this.#lookNow().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookNow(): Promise<void> {
    await this.#each((held) => held.renew());
    this.#forgetLost();
    const share = Math.ceil(this.#lists.length / (await this.#options.shippers.count()));
    await this.#giveBack(share);
    for (const list of this.#lists) {
      if (!this.#held.has(list) && this.#held.size < share && !this.#closed) {
        await this.#take(list).catch((error) => this.#trouble(list, error));
      }
    }
    this.#lookedAtMs = this.#options.clock.elapsed();
  }

  async #giveBack(share: number): Promise<void> {
    for (const [index, [list, held]] of [...this.#held].entries()) {
      held.leaving = index >= share;
      if (index >= share && held.settled) {
        this.#held.delete(list);
        await held.release();
      }
    }
  }

  async #take(list: string): Promise<void> {
    const { store, keys, clock, holder, leaseExpiryMs: expiryMs, onDamage, onDone } = this.#options;
    const own = listKeys(list, keys.prefix);
    const lease = await PartitionLease.acquire({ store, clock, holder, expiryMs }, own);
    if (lease === undefined) {
      return;
    }
    const onTrouble = (error: unknown): void => this.#trouble(list, error);
    try {
      const options = { store, list, keys: own, clock, lease, onDamage, onTrouble, onDone };
      this.#held.set(list, await HeldList.open(options));
    } catch (error) {
      await lease.release().catch(onTrouble);
      throw error;
    }
  }

  #forgetLost(): void {
    for (const [list, held] of this.#held) {
      if (held.isLost && held.sources.length === 0) {
        this.#held.delete(list);
      }
    }
  }

  async #each(act: (held: HeldList) => Promise<void>): Promise<void> {
    await Promise.all(
      [...this.#held].map(([list, held]) => act(held).catch((error) => this.#trouble(list, error))),
    );
  }

  #trouble(list: string, error: unknown): void {
    const { clock, onTrouble } = this.#options;
    const kind = `${list} ${failureOf(error)}`;
    const now = clock.elapsed();
    if (now - (this.#toldAtMs.get(kind) ?? Number.NEGATIVE_INFINITY) >= TELL_AGAIN_MS) {
      this.#toldAtMs.set(kind, now);
      onTrouble(error);
    }
  }
}
