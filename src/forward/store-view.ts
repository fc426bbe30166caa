/** Who the servers of a store are, as one forwarder saw them last, and the partitions that it uses there. */
import type { Keys } from "../buffer/redis/keys.js";
import type { ServerInfo, Store } from "../buffer/redis/store.js";
import type { Clock } from "../system/clock.js";
import { Partition } from "./partition.js";

interface StoreViewOptions {
  readonly store: Store;
  readonly keys: Keys;
  readonly clock: Pick<Clock, "elapsed">;
  /** How many partitions the store has. */
  readonly partitions: () => Promise<number>;
  /** Told once for each partition that has lost what it took. */
  readonly onLoss: () => void;
}

export class StoreView {
  readonly #options: StoreViewOptions;
  readonly #partitions = new Map<number, Partition>();
  #count = 0;
  #runIds: readonly string[] = [];

  constructor(options: StoreViewOptions) {
    this.#options = options;
  }

  /** Those that are used. */
  get partitions(): Partition[] {
    return [...this.#partitions.values()];
  }

  /** Of all that there are. */
  get count(): number {
    return this.#count;
  }

  get runIds(): readonly string[] {
    return this.#runIds;
  }

  /**
   * Takes these for its servers; after one that was not there before, all that is not delivered is in doubt. True when it is
   * another store than before, or the first one: then everything has its place anew.
   */
  async meet(servers: readonly ServerInfo[]): Promise<boolean> {
    const runIds = servers.map(({ runId }) => runId);
    const known = this.#runIds;
    if (known.length > 0 && !runIds.every((runId) => known.includes(runId))) {
      for (const partition of this.partitions) {
        partition.lose();
      }
    }
    this.#runIds = runIds;
    const count = await this.#options.partitions();
    if (count === this.#count) {
      return false;
    }
    this.#count = count;
    this.#partitions.clear();
    return true;
  }

  async partition(number: number): Promise<Partition> {
    let partition = this.#partitions.get(number);
    if (partition === undefined) {
      const { store, keys, clock, onLoss } = this.#options;
      partition = new Partition(store, keys, number, clock, onLoss);
      await partition.lookAtEpoch();
      this.#partitions.set(number, partition);
    }
    return partition;
  }
}
