/**
 * What dragonlog asks of a Redis-protocol store (Dragonfly, Redis, Valkey), and nothing more: plain commands that do not
 * block, without Lua. `client.ts` implements it by a client library, for one server, Sentinel and Cluster.
 *
 * Every call rejects with StoreError (`failures.ts`), whose `failure` says what it means, and always within the command's
 * time-out. `away` leaves open whether a write was carried out: a call is never made again from here, its caller decides.
 * Calls are pipelined; on one server they are carried out in the order in which they were made.
 */

/** One entry of a stream. */
export interface Entry {
  /** `<ms>-<n>`, rising. */
  readonly id: string;
  readonly bytes: Buffer;
}

/** That a key has a value, from before a write until after it. */
export interface Condition {
  readonly key: string;
  readonly value: string;
}

export interface Store {
  /** For people: the URL without its password. */
  readonly name: string;
  /** Rises with every new connection: only then may another server answer than before. A cluster has others at any time. */
  readonly connections: number;
  /**
   * Appends to a stream; resolves with the entry's id. Appends to one stream are made one after another, and when one is
   * rejected, so are those that wait behind it: nothing in a stream ever overtakes what failed.
   */
  append(stream: string, bytes: Buffer): Promise<string>;
  /** At most `count` entries behind the id `after` (`0-0` for the first), in order. */
  read(stream: string, after: string, count: number): Promise<Entry[]>;
  /** Deletes the entries before the id. */
  trim(stream: string, beforeId: string): Promise<void>;
  /** Entries in the stream. */
  length(stream: string): Promise<number>;
  /** The id of the entry that was added last, deleted or not; `0-0` when there never was one. */
  lastId(stream: string): Promise<string>;
  getFields(hash: string): Promise<Map<string, string>>;
  /** Of these fields, those that are there. */
  pickFields(hash: string, fields: readonly string[]): Promise<Map<string, string>>;
  setFields(hash: string, fields: ReadonlyMap<string, string>): Promise<void>;
  removeFields(hash: string, fields: readonly string[]): Promise<void>;
  get(key: string): Promise<string | undefined>;
  /** Sets the key if it is missing, to expire after `expiryMs`; true when it was missing. */
  setIfMissing(key: string, value: string, expiryMs?: number): Promise<boolean>;
  /** Sets the key, not to expire. */
  set(key: string, value: string): Promise<void>;
  /** Lets the key expire later; false when it is gone. */
  extend(key: string, expiryMs: number): Promise<boolean>;
  /** Lets a key expire that did not; of several callers one gets true. A server that is full does it too. */
  startExpiry(key: string, expiryMs: number): Promise<boolean>;
  /** Lets the key expire no more. */
  stopExpiry(key: string): Promise<void>;
  /** Undefined when it is gone, or does not expire. */
  expiresInMs(key: string): Promise<number | undefined>;
  remove(key: string): Promise<void>;
  increment(key: string): Promise<number>;
  /** Elements `from` to `to` of a list, both included, from 0; negative ones count from its end. */
  listRange(key: string, from: number, to: number): Promise<Buffer[]>;
  listLength(key: string): Promise<number>;
  /** Deletes the first element that is like each of these, if there is one; says how many there were. */
  listRemove(key: string, elements: readonly Buffer[]): Promise<number>;
  /** Puts elements before the first one of a list, in their order. */
  listPrepend(key: string, elements: readonly Buffer[]): Promise<void>;
  /** Sets fields while the condition holds; false when it does not, and nothing was set. All keys lie in one slot of a cluster. */
  setFieldsIf(condition: Condition, hash: string, fields: ReadonlyMap<string, string>): Promise<boolean>;
  /**
   * Deletes the first `count` elements of a list and some fields of a hash, in one step and while the condition holds;
   * resolves with the elements. Undefined when it does not hold, and nothing was deleted. A full store refuses it. When it
   * rejects as `away` it may have been carried out, but is not from the next write to the hash on.
   */
  listTakeIf(
    condition: Condition,
    list: string,
    count: number,
    hash: string,
    fields: readonly string[],
  ): Promise<Buffer[] | undefined>;
  /** What the server says of itself, by name, of every server there is. */
  servers(): Promise<ServerInfo[]>;
  /** The part of it that changes all the time, for less. */
  memory(): Promise<ServerMemory[]>;
  close(): Promise<void>;
}

export interface ServerInfo extends ServerMemory {
  readonly kind: "dragonfly" | "redis" | "valkey";
  readonly version: string;
  /** Changes with every start of the server. */
  readonly runId: string;
  /** Whether it writes down what it was given (`appendonly`); undefined where it does not say, as Dragonfly. */
  readonly appendOnly?: boolean;
}

export interface ServerMemory {
  readonly usedBytes: number;
  /** 0 where it has no limit. */
  readonly bytesMax: number;
  /** Whether it deletes what it was given when it is full: `cache_mode`, or any maxmemory-policy but noeviction. */
  readonly evicts: boolean;
}
