/**
 * The loop that moves records from the journals of this machine into a store, and lets the journals forget what a shipper has
 * delivered from there.
 *
 *     poll what is delivered ──► probe ──► claim ──► forward every lane
 *       ▲                                                 │
 *       ├──────────────────── the linger ─────────────────┤
 *       └─ backoff ◄─ refused, away, full, evicting ──────┘
 *
 * Probe: the store is asked who it is, whether it evicts, and whether it still holds what it took (`partition.ts`). That is
 * done at the start, after every failure before anything is appended again, and once a minute. Nothing is appended to a store
 * that evicts.
 *
 * Each journal is a lane (`lane.ts`) in the partition of its writer. Lanes run beside each other, with at most `IN_FLIGHT_MAX`
 * blocks in a partition; a turn gives each of them a bounded share, so that a busy one does not hold up the poll.
 *
 * Memory: a pending block and what one read brought, for each journal of this process.
 */
import type { LogBuffer } from "../buffer/buffer.js";
import type { StoreFailure } from "../buffer/redis/failures.js";
import type { Keys } from "../buffer/redis/keys.js";
import type { Store } from "../buffer/redis/store.js";
import { countIn } from "../ship/counts.js";
import { type Backoff, backoffMs } from "../system/backoff.js";
import type { Clock } from "../system/clock.js";
import { DragonlogError, messageOf } from "../system/errors.js";
import { inTurn } from "../system/in-turn.js";
import { pause } from "../system/pause.js";
import { newForwardCounts } from "./counts.js";
import { type Encode, Lane } from "./lane.js";
import { Partition } from "./partition.js";
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
/** How long a wish that everything be sent at once stands in the store. */
const FLUSH_EXPIRY_MS = 3_600_000;
const BACKOFF: Backoff = { baseMs: 200, maxMs: 15_000 };

export interface ForwarderOptions {
  /** The journals that are meant for the store. */
  readonly buffer: LogBuffer;
  readonly store: Store;
  readonly keys: Keys;
  /** How many partitions the store has; asked again whenever it may be another store. */
  readonly partitions: () => Promise<number>;
  readonly partitionOf: (writer: string, partitions: number) => number;
  readonly encode: Encode;
  readonly failureOf: (error: unknown) => StoreFailure;
  readonly blockBytes: number;
  readonly lingerMs: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly backoff?: Backoff;
  /** Told of every failure, and of every loss of the store. */
  readonly onTrouble: (error: DragonlogError) => void;
}

/** Why nothing goes into the store. */
export interface ForwardTrouble {
  readonly cause: StoreFailure | "evicts";
  readonly detail: string;
  readonly sinceMs: number;
}

export class Forwarder {
  readonly counts = newForwardCounts();
  trouble: ForwardTrouble | undefined;
  readonly #options: ForwarderOptions;
  readonly #lanes = new Map<string, Lane>();
  #partitions = new Map<number, Partition>();
  #partitionCount = 0;
  /** Of the servers that were seen since the last loss. */
  #runIds: readonly string[] = [];
  #probeDueMs = 0;
  #claimDueMs = 0;
  #reapDueMs = 0;
  #pollDueMs = 0;
  #retryAtMs = 0;
  #seenMs = 0;
  #failures = 0;
  readonly #wishes = new Wishes(this.#lanes);
  #wake = new AbortController();

  constructor(options: ForwarderOptions) {
    this.#options = options;
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
    await this.#guarded(() => this.#poll());
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
    this.#retryAtMs = 0;
    this.#wake.abort();
    return this.#wishes.add(until);
  }

  #pauseMs(lingerMs: number): number {
    return Math.max(lingerMs, this.#retryAtMs - this.#options.clock.now());
  }

  /** True when there is more to do at once. */
  async #turn(): Promise<boolean> {
    const now = this.#options.clock.now();
    if (now < this.#seenMs) {
      // The clock was set back; nothing waits for it to come to where it was.
      this.#retryAtMs = this.#claimDueMs = this.#pollDueMs = this.#reapDueMs = this.#probeDueMs = 0;
    }
    this.#seenMs = now;
    if (now < this.#retryAtMs) {
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
    const hurry = wishes.length > 0;
    await Promise.all(
      [...this.#partitions.values()].map((partition) =>
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
    this.#recovered();
    if (all) {
      this.#reapDueMs = now + REAP_MS;
      this.#wishes.aim(wishes);
    }
    if (this.#wishes.grant()) {
      await this.#askForFlush();
    }
    return due.some((lane) => lane.full);
  }

  /** Rejects where nothing may be appended. */
  async #probe(): Promise<void> {
    const { store, partitions, clock } = this.#options;
    const servers = await store.servers();
    const evicting = servers.find(({ evicts }) => evicts);
    if (evicting !== undefined) {
      const setting = evicting.kind === "dragonfly" ? "cache_mode off" : "maxmemory-policy noeviction";
      throw new DragonlogError(
        "DRAGONLOG_STORE_EVICTS",
        `${store.name} deletes what it was given when it is full, so nothing is put there`,
        `Start it with ${setting}. Until then the records wait in the journal.`,
      );
    }
    const runIds = servers.map(({ runId }) => runId);
    const known = this.#runIds;
    if (known.length > 0 && !runIds.every((runId) => known.includes(runId))) {
      this.#loseAll();
    }
    this.#runIds = runIds;
    const count = await partitions();
    if (count !== this.#partitionCount) {
      // Another store than before, or the first one: everything has its place anew.
      this.#partitionCount = count;
      this.#partitions = new Map();
      this.#lanes.clear();
      this.#claimDueMs = 0;
    }
    for (const partition of this.#partitions.values()) {
      await partition.look();
      await this.#remind(partition);
    }
    this.#probeDueMs = clock.now() + PROBE_MS;
  }

  #loseAll(): void {
    for (const partition of this.#partitions.values()) {
      partition.lose();
    }
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
    const { encode, blockBytes, partitionOf } = this.#options;
    const partition = await this.#partition(partitionOf(source.name, this.#partitionCount));
    const lane = new Lane({
      source,
      partition,
      encode,
      blockBytes,
      runIds: () => this.#runIds,
      counts: this.counts,
    });
    await lane.resume();
    this.#lanes.set(source.name, lane);
  }

  async #partition(number: number): Promise<Partition> {
    let partition = this.#partitions.get(number);
    if (partition === undefined) {
      const { store, keys } = this.#options;
      partition = new Partition(store, keys, number, () => this.#lost());
      await partition.lookAtEpoch();
      this.#partitions.set(number, partition);
    }
    return partition;
  }

  #lost(): void {
    const { store, onTrouble } = this.#options;
    this.counts.losses++;
    // Nothing goes on before all of it was looked at again.
    this.#probeDueMs = 0;
    onTrouble(
      new DragonlogError(
        "DRAGONLOG_FORWARDER_FAILED",
        `${store.name} has lost what it was given: it was emptied, restarted, or is another one`,
        "What is not delivered is sent again from the journals; nothing is lost by it.",
      ),
    );
  }

  async #poll(): Promise<void> {
    for (const partition of this.#partitions.values()) {
      const lanes = this.#lanesIn(partition);
      if (lanes.length === 0) {
        continue;
      }
      const [delivered] = await Promise.all([partition.delivered(), partition.look()]);
      for (const lane of lanes) {
        const known = delivered.get(lane.writer);
        if (known !== undefined) {
          lane.acknowledge(known);
        }
      }
    }
  }

  /** Shippers look for it and send what they have. */
  async #askForFlush(): Promise<void> {
    const { store, keys, clock } = this.#options;
    await store.remove(keys.flush());
    await store.setIfMissing(keys.flush(), String(clock.now()), FLUSH_EXPIRY_MS);
  }

  #lanesIn(partition: Partition): Lane[] {
    return [...this.#lanes.values()].filter((lane) => lane.partition === partition);
  }

  /** Undefined when it was in vain: then the store is left alone for a while, and probed before anything else. */
  async #guarded<T>(act: () => Promise<T>): Promise<T | undefined> {
    try {
      return await act();
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  #failed(error: unknown): void {
    const { clock, random, backoff = BACKOFF, failureOf, onTrouble } = this.#options;
    const now = clock.now();
    const evicts = error instanceof DragonlogError && error.code === "DRAGONLOG_STORE_EVICTS";
    const cause = evicts ? "evicts" : failureOf(error);
    const detail = messageOf(error);
    this.#failures++;
    this.#retryAtMs = now + backoffMs(this.#failures, random, backoff);
    this.#probeDueMs = 0;
    countIn(this.counts.failures, cause);
    this.counts.lastError = detail;
    this.trouble = { cause, detail, sinceMs: this.trouble?.sinceMs ?? now };
    onTrouble(
      evicts
        ? error
        : new DragonlogError(
            "DRAGONLOG_FORWARDER_FAILED",
            `Records cannot be put into the store: ${detail}`,
            "They wait in the journal; it is tried again.",
            error,
          ),
    );
  }

  #recovered(): void {
    this.#failures = 0;
    this.trouble = undefined;
  }
}
