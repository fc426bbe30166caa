/** A store as it is seen from outside, whoever fills and empties it: for `status`, `flush` and `doctor`. */
import type { Waiting } from "../buffer/buffer.js";
import { openStore, type StoreOptions } from "../buffer/redis/client.js";
import { readDelivered } from "../buffer/redis/delivered.js";
import { StoreError } from "../buffer/redis/failures.js";
import { Keys } from "../buffer/redis/keys.js";
import { livingShippers } from "../buffer/redis/living-shippers.js";
import { partitionOf } from "../buffer/redis/partition-of.js";
import type { ServerInfo, Store } from "../buffer/redis/store.js";
import { parseStoreUrl } from "../buffer/redis/store-url.js";
import { type PartitionState, waitingInStore } from "../buffer/redis/waiting-in-store.js";
import { within } from "../buffer/redis/within.js";
import { totalWaiting } from "../buffer/waiting.js";
import { DragonlogError, messageOf } from "../system/errors.js";

/** People wait for it. */
export const LOOK_OPTIONS = { connectTimeoutMs: 3000, commandTimeoutMs: 5000 } satisfies StoreOptions;
const LOOK_MS = 10_000;

interface StoreShipper {
  /** Its name among shippers. */
  readonly id: string;
  readonly host: string | undefined;
  readonly pid: number | undefined;
  /** Those that it empties, by number, rising. */
  readonly partitions: readonly number[];
}

export interface ListState {
  readonly key: string;
  /** Entries that wait in it; undefined where it cannot be read. */
  readonly entries: number | undefined;
  /** Why not. */
  readonly error: string | undefined;
}

export interface StoreState {
  readonly servers: readonly ServerInfo[];
  /** None where nobody has used the store yet. */
  readonly partitions: readonly PartitionState[];
  /** In all partitions, and none of the lists. */
  readonly waiting: Waiting;
  readonly lists: readonly ListState[];
  /** Those that live, and those whose partitions are not free yet. */
  readonly shippers: readonly StoreShipper[];
  /** Of each writer that was asked for, the seq below which every record is delivered. */
  readonly deliveredTo: Readonly<Record<string, number>>;
}

/** What to look at besides what every store has. */
export interface Looks {
  readonly lists?: readonly string[];
  readonly writers?: readonly string[];
}

export interface StoreView {
  /** The URL without user and password. */
  readonly name: string;
  readonly state: StoreState | undefined;
  /** Why there is none. */
  readonly error: { readonly code: string; readonly message: string; readonly hint: string } | undefined;
}

/** Rejects for a URL that is none of a store and without @redis/client; a store that cannot be read is an error in the view. */
export async function viewStore(url: string, looks: Looks = {}): Promise<StoreView> {
  const eyes = new StoreEyes(url);
  try {
    return await eyes.look(looks);
  } finally {
    await eyes.close();
  }
}

/** Looks at one store again and again, through one connection. */
export class StoreEyes {
  readonly #name: string;
  readonly #store: Promise<Store>;
  readonly #lookMs: number;

  /** Throws for a URL that is none of a store. */
  constructor(url: string, lookMs = LOOK_MS) {
    this.#name = parseStoreUrl(url, "buffer").name;
    this.#lookMs = lookMs;
    this.#store = openStore(url, LOOK_OPTIONS);
    this.#store.catch(() => {
      // Each look says so.
    });
  }

  /** Rejects without @redis/client. */
  async look(looks: Looks): Promise<StoreView> {
    const name = this.#name;
    try {
      const read = this.#store.then((store) => readStore(store, looks));
      return { name, state: await within(this.#lookMs, read), error: undefined };
    } catch (thrown) {
      if (thrown instanceof DragonlogError && thrown.code === "DRAGONLOG_DEPENDENCY_MISSING") {
        throw thrown;
      }
      const { code, message, hint } =
        thrown instanceof DragonlogError ? thrown : new StoreError(name, thrown);
      return { name, state: undefined, error: { code, message, hint } };
    }
  }

  async close(): Promise<void> {
    const store = await this.#store.catch(() => undefined);
    await store?.close();
  }
}

/** Rejects when it cannot be read. */
export async function readStore(store: Store, { lists = [], writers = [] }: Looks = {}): Promise<StoreState> {
  const keys = new Keys();
  const [servers, partitions, living, listStates] = await Promise.all([
    store.servers(),
    waitingInStore(store, keys),
    livingShippers(store, keys),
    Promise.all(lists.map((key) => readList(store, key))),
  ]);
  const shippers = new Map<string, StoreShipper>(
    living.map((shipper) => [shipper.id, { ...shipper, partitions: [] }]),
  );
  for (const { partition, shipper } of partitions) {
    if (shipper !== undefined) {
      const { holder, host, pid } = shipper;
      const { partitions: held } = shippers.get(holder) ?? { partitions: [] };
      shippers.set(holder, { id: holder, host, pid, partitions: [...held, partition] });
    }
  }
  const waiting = totalWaiting(partitions);
  const deliveredTo = await deliveredIn(store, keys, partitions.length, writers);
  return { servers, partitions, waiting, lists: listStates, shippers: [...shippers.values()], deliveredTo };
}

async function deliveredIn(
  store: Store,
  keys: Keys,
  partitions: number,
  writers: readonly string[],
): Promise<Record<string, number>> {
  const known = partitions === 0 ? [] : writers;
  const places = new Set(known.map((writer) => partitionOf(writer, partitions)));
  const all = await Promise.all(
    [...places].map(async (place) => readDelivered(await store.getFields(keys.delivered(place)))),
  );
  return Object.fromEntries(
    known.map((writer) => [writer, Math.max(0, ...all.map((each) => each.get(writer)?.contiguous ?? 0))]),
  );
}

/** What waits in all lists that could be read. */
export function entriesIn(lists: readonly ListState[]): number {
  return lists.reduce((sum, { entries = 0 }) => sum + entries, 0);
}

/** One that is no list, or may not be read, must not hide the rest. */
async function readList(store: Store, key: string): Promise<ListState> {
  try {
    return { key, entries: await store.listLength(key), error: undefined };
  } catch (error) {
    if (error instanceof StoreError && (error.failure === "refused" || error.failure === "other")) {
      return { key, entries: undefined, error: messageOf(error.cause) };
    }
    throw error;
  }
}
