/**
 * The loop that moves records from the journals of this machine into a store, and lets the journals forget what a shipper has
 * delivered from there.
 *
 *     poll what is delivered ──► probe ──► claim ──► forward every lane
 *       ▲                                                 │
 *       ├──────────────────── the linger ─────────────────┤
 *       └─ backoff ◄─ refused, away, full, evicting ──────┘        (`trouble.ts`)
 *
 * Probe: the store is asked who it is, whether it evicts, and whether it still holds what it took (`partition.ts`). That is
 * done at the start, after every failure before anything is appended again, and once a minute. Nothing is appended to a store
 * that evicts. While records go, it is asked how much memory it has left, and a block that this would not hold waits
 * (`budget.ts`).
 *
 * Each journal is a lane (`lane.ts`) in the partition of its writer. Lanes run beside each other, with at most `IN_FLIGHT_MAX`
 * blocks in a partition; a turn gives each of them a bounded share, so that a busy one does not hold up the poll.
 *
 * Memory: two ready blocks and what one read brought, for each journal of this process.
 */
import type { LogBuffer } from "../buffer/buffer.js";
import type { StoreFailure } from "../buffer/redis/failures.js";
import { askForFlush } from "../buffer/redis/flush-wish.js";
import type { Keys } from "../buffer/redis/keys.js";
import type { ServerMemory, Store } from "../buffer/redis/store.js";
import type { Backoff } from "../system/backoff.js";
import type { Clock } from "../system/clock.js";
import { DragonlogError } from "../system/errors.js";
import { formatBytes } from "../system/figures.js";
import { inTurn } from "../system/in-turn.js";
import { pause } from "../system/pause.js";
import { Budget } from "./budget.js";
import { newForwardCounts } from "./counts.js";
import { type Encode, Lane, type OnLoss } from "./lane.js";
import type { Partition } from "./partition.js";
import { StoreView } from "./store-view.js";
import { type ForwardTrouble, Troubles } from "./trouble.js";
import { type Wish, Wishes } from "./wishes.js";

const CLAIM_MS = 500;
/** How often a quiet journal is read all the same: only then is it seen that its writer is gone. */
const REAP_MS = 2000;
const POLL_MS = 1000;
/** The same while someone waits for it. */
const POLL_FLUSHING_MS = 50;
const PROBE_MS = 60_000;
/** In one partition, each of another journal. */
const IN_FLIGHT_MAX = 8;
/** Of one journal in one turn. */
const BLOCKS_A_TURN = 16;

export interface ForwarderOptions {
  /** The journals that are meant for the store. */
  readonly buffer: LogBuffer;
  readonly store: Store;
  readonly keys: Keys;
  /** How many partitions the store has; asked again whenever it may be another store. */
  readonly partitions: () => Promise<number>;
  readonly partitionOf: (writer: string, partitions: number) => number;
  readonly encode: Encode;
  /** Given the blocks that the store has taken. */
  readonly release?: (block: Buffer) => void;
  readonly failureOf: (error: unknown) => StoreFailure;
  readonly blockBytes: number;
  /** Bytes of a server's memory above which nothing is put there; 0 for what its own limit leaves (`store-budget.ts`). */
  readonly storeBytesMax: number;
  readonly lingerMs: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly backoff?: Backoff;
  /** Given where there is no journal (`lane.ts`): what the store has lost is lost then. */
  readonly onLoss?: OnLoss;
  /** Told of every failure, and of every loss of the store. */
  readonly onTrouble: (error: DragonlogError) => void;
}

export class Forwarder {
  readonly counts = newForwardCounts();
  readonly #options: ForwarderOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #view: StoreView;
  #probeDueMs = 0;
  #claimDueMs = 0;
  #reapDueMs = 0;
  #pollDueMs = 0;
  #seenMs = 0;
  readonly #troubles: Troubles;
  readonly #budget: Budget;
  /** The budget let a block of the last turn not in. */
  #held = false;
  readonly #wishes = new Wishes(this.#lanes);
  #wake = new AbortController();
  /** Where records are that the store has not taken, for people. */
  readonly #waitIn: string;

  constructor(options: ForwarderOptions) {
    this.#options = options;
    this.#waitIn = options.onLoss === undefined ? "the journal" : "memory";
    this.#troubles = new Troubles({ ...options, waitIn: this.#waitIn, counts: this.counts });
    this.#budget = new Budget(options.storeBytesMax);
    this.#view = new StoreView({ ...options, onLoss: () => this.#lost() });
  }

  /** Why nothing goes into the store. */
  get trouble(): ForwardTrouble | undefined {
    return this.#troubles.now;
  }

  /** Records in the store that are not delivered, as far as this forwarder knows. */
  get recordsInStore(): number {
    return [...this.#lanes.values()].reduce((sum, lane) => sum + lane.inStore, 0);
  }

  get journals(): number {
    return this.#lanes.size;
  }

  /** Forwards until `stop`. */
  async run(stop: AbortSignal): Promise<void> {
    const { clock, lingerMs } = this.#options;
    const end = (): void => this.#wake.abort();
    stop.addEventListener("abort", end);
    while (!stop.aborted) {
      this.#wake = new AbortController();
      const more = await this.#turn();
      if (!more && !stop.aborted) {
        await pause(clock, this.#pauseMs(lingerMs), this.#wake.signal);
      }
    }
    stop.removeEventListener("abort", end);
  }

  /**
   * Forwards until everything that is logged is in the store, or the signal is aborted. True when it is. For a forwarder that
   * does not run.
   */
  async drain(abort: AbortSignal): Promise<boolean> {
    const { clock, lingerMs } = this.#options;
    let stored = false;
    void this.handOn().then(() => {
      stored = true;
    });
    while (!stored && !abort.aborted) {
      if (!(await this.#turn()) && !stored) {
        await pause(clock, this.#pauseMs(lingerMs), abort);
      }
    }
    await this.#guarded(() => this.#poll(true));
    await this.#guarded(() => this.#claim());
    return stored;
  }

  /** Resolves when everything that is logged now is delivered by a shipper; for a forwarder that runs. */
  flush(): Promise<void> {
    return this.#wish("delivered");
  }

  /** Resolves when everything that is logged now is in the store. */
  handOn(): Promise<void> {
    return this.#wish("stored");
  }

  #wish(until: Wish["until"]): Promise<void> {
    this.#troubles.retryAtMs = 0;
    this.#wake.abort();
    return this.#wishes.add(until);
  }

  #pauseMs(lingerMs: number): number {
    const { clock } = this.#options;
    const retryMs = this.#troubles.retryAtMs - clock.now();
    return Math.max(lingerMs, this.#held ? this.#budget.waitMs(clock.elapsed()) : retryMs);
  }

  /** True when there is more to do at once. */
  async #turn(): Promise<boolean> {
    const now = this.#options.clock.now();
    if (now < this.#seenMs) {
      // The clock was set back; nothing waits for it to come to where it was.
      this.#troubles.retryAtMs = this.#claimDueMs = this.#pollDueMs = this.#reapDueMs = this.#probeDueMs = 0;
    }
    this.#seenMs = now;
    if (now < this.#troubles.retryAtMs) {
      return false;
    }
    return (await this.#guarded(() => this.#forwardAll(now))) ?? false;
  }

  async #forwardAll(now: number): Promise<boolean> {
    // Those who come during the turn may have logged what it does not see.
    const wishes = this.#wishes.all;
    const anew = wishes.some(({ targets }) => targets === undefined);
    // First: a store that is full, or may not be used, still says what is delivered.
    if (anew || now >= this.#pollDueMs) {
      this.#pollDueMs = now + (wishes.length > 0 ? POLL_FLUSHING_MS : POLL_MS);
      await this.#poll();
    }
    if (now >= this.#probeDueMs) {
      await this.#probe();
    }
    if (anew || now >= this.#claimDueMs) {
      this.#claimDueMs = now + CLAIM_MS;
      await this.#claim();
    }
    const all = anew || now >= this.#reapDueMs;
    const due = [...this.#lanes.values()].filter((lane) => all || lane.waits);
    if (this.#budget.isDue(this.#options.clock.elapsed()) && due.some((lane) => lane.waits)) {
      this.#see(await this.#options.store.memory());
    }
    const hurry = wishes.length > 0;
    this.#held = false;
    await Promise.all(
      this.#view.partitions.map((partition) =>
        inTurn(
          due.filter((lane) => lane.partition === partition),
          IN_FLIGHT_MAX,
          (lane) => lane.forward(BLOCKS_A_TURN, hurry),
        ),
      ),
    );
    if (this.#probeDueMs === 0) {
      // The store turned out to have lost something meanwhile.
      return true;
    }
    const more = due.some((lane) => lane.full);
    this.#judge(more);
    if (all) {
      this.#reapDueMs = now + REAP_MS;
      this.#wishes.aim(wishes);
    }
    if (this.#wishes.grant()) {
      const { store, keys, clock } = this.#options;
      await askForFlush(store, keys, clock.now());
    }
    return more;
  }

  /** Nothing failed in this turn. Where there is little room, blocks that go now and then are no end of the trouble. */
  #judge(more: boolean): void {
    const { name } = this.#options.store;
    const { usedBytes, budgetBytes } = this.#budget.space;
    if (this.#budget.full) {
      this.#troubles.held(name, `${formatBytes(usedBytes)} of ${formatBytes(budgetBytes)} are used`);
    } else if (this.trouble?.cause !== "budget" || this.#budget.eased || !more) {
      this.#troubles.over();
    }
  }

  /** Throws where nothing may be appended. */
  #see(servers: readonly ServerMemory[]): void {
    if (servers.some(({ evicts }) => evicts)) {
      throw new DragonlogError(
        "DRAGONLOG_STORE_EVICTS",
        `${this.#options.store.name} deletes what it was given when it is full, so nothing is put there`,
        `Set its maxmemory-policy noeviction, or start Dragonfly without cache_mode. Until then the records wait in ${this.#waitIn}.`,
      );
    }
    this.#budget.see(servers, this.#options.clock.elapsed());
  }

  #lets(bytes: number): boolean {
    const lets = this.#budget.lets(bytes);
    this.#held ||= !lets;
    return lets;
  }

  /** Rejects where nothing may be appended. */
  async #probe(): Promise<void> {
    const { store, clock } = this.#options;
    const servers = await store.servers();
    this.#see(servers);
    if (await this.#view.meet(servers)) {
      this.#lanes.clear();
      this.#claimDueMs = 0;
    }
    for (const partition of this.#view.partitions) {
      await partition.look();
      await this.#remind(partition);
    }
    this.#probeDueMs = clock.now() + PROBE_MS;
  }

  /** What the journals know to be delivered must not be sent once more out of an old snapshot. */
  async #remind(partition: Partition): Promise<void> {
    if (!partition.forgetful) {
      return;
    }
    const delivered = await partition.delivered();
    const forgotten = this.#lanesIn(partition).filter(
      ({ writer, acknowledged }) => acknowledged > (delivered.get(writer)?.contiguous ?? 0),
    );
    await partition.remind(new Map(forgotten.map(({ writer, acknowledged }) => [writer, acknowledged])));
  }

  /** Journals whose writers are gone and of which everything is delivered remove themselves here. */
  async #claim(): Promise<void> {
    const sources = await this.#options.buffer.claim();
    const names = new Set<string>();
    for (const source of sources) {
      if (source.finished()) {
        continue;
      }
      names.add(source.name);
      if (this.#lanes.get(source.name)?.source !== source) {
        await this.#open(source);
      }
    }
    for (const name of this.#lanes.keys()) {
      if (!names.has(name)) {
        this.#lanes.delete(name);
      }
    }
  }

  async #open(source: Lane["source"]): Promise<void> {
    const { encode, release, blockBytes, partitionOf, onLoss } = this.#options;
    const partition = await this.#view.partition(partitionOf(source.name, this.#view.count));
    const lane = new Lane({
      source,
      partition,
      encode,
      release,
      blockBytes,
      runIds: () => this.#view.runIds,
      lets: (bytes) => this.#lets(bytes),
      counts: this.counts,
      onLoss,
    });
    await lane.resume();
    this.#lanes.set(source.name, lane);
  }

  #lost(): void {
    const { store, onTrouble, onLoss } = this.#options;
    this.counts.losses++;
    // Nothing goes on before all of it was looked at again.
    this.#probeDueMs = 0;
    onTrouble(
      new DragonlogError(
        "DRAGONLOG_FORWARDER_FAILED",
        `${store.name} has lost what it was given: it was emptied, restarted, or is another one`,
        onLoss === undefined
          ? "What is not delivered is sent again from the journals; nothing is lost by it."
          : `Without a journal, what no shipper had delivered is lost: ${this.recordsInStore} records at most. They are counted.`,
      ),
    );
  }

  /** `all`: whoever has told of it; there is no later poll. */
  async #poll(all = false): Promise<void> {
    for (const partition of this.#view.partitions) {
      const lanes = this.#lanesIn(partition);
      if (lanes.length === 0) {
        continue;
      }
      const writers = lanes.map(({ writer }) => writer);
      const [delivered] = await Promise.all([partition.deliveredOf(writers, all), partition.glance()]);
      for (const lane of lanes) {
        const known = delivered.get(lane.writer);
        if (known !== undefined) {
          lane.acknowledge(known);
        }
      }
    }
  }

  #lanesIn(partition: Partition): Lane[] {
    return [...this.#lanes.values()].filter((lane) => lane.partition === partition);
  }

  /** Undefined when it was in vain: then the store is left alone for a while, and probed before anything else. */
  async #guarded<T>(act: () => Promise<T>): Promise<T | undefined> {
    try {
      return await act();
    } catch (error) {
      this.#probeDueMs = 0;
      this.#troubles.failed(error);
      return undefined;
    }
  }
}
