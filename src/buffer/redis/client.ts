/** A store by its URL: the commands behind `Store`, for one server, Sentinel and Cluster. */
import { systemClock } from "../../system/clock.js";
import type { Command, Reply } from "./connection.js";
import { dialler } from "./dial.js";
import { StoreError } from "./failures.js";
import { Link } from "./link.js";
import { infoFields, serverInfo, serverMemory } from "./server-info.js";
import type { Condition, Entry, ServerInfo, ServerMemory, Store } from "./store.js";
import { parseStoreUrl } from "./store-url.js";
import { Turns } from "./turns.js";

export interface StoreOptions {
  /** The most time for a connection to be there; default 5 s. */
  readonly connectTimeoutMs?: number;
  /** The most time for an answer; after it the connection is given up. Default 10 s. */
  readonly commandTimeoutMs?: number;
}

/** A key changes this often between two looks only when something else than its owner writes to it. */
const CONDITIONAL_ATTEMPTS = 10;

/** The one field of an entry of a stream. */
const FIELD = "b";

/**
 * Resolves after the first attempt to connect, whatever came of it: a store that is away is tried again in the background,
 * from 0.1 s to 5 s apart, and calls are rejected meanwhile. For the URL see store-url.ts.
 * Rejects with DRAGONLOG_OPTION_INVALID for another URL, DRAGONLOG_DEPENDENCY_MISSING without @redis/client.
 */
export async function openStore(url: string, options: StoreOptions = {}): Promise<Store> {
  const { connectTimeoutMs = 5000, commandTimeoutMs = 10_000 } = options;
  const parsed = parseStoreUrl(url, "buffer");
  const { name } = parsed;
  const link = await Link.open(await dialler(parsed), {
    name,
    connectTimeoutMs,
    commandTimeoutMs,
    clock: systemClock,
  });
  return new RedisStore(name, link);
}

class RedisStore implements Store {
  readonly name: string;
  readonly #link: Link;
  readonly #appends = new Turns();
  /** Settles when the conditional writes before are done. */
  #conditionals: Promise<unknown> = Promise.resolve();

  constructor(name: string, link: Link) {
    this.name = name;
    this.#link = link;
  }

  get connections(): number {
    return this.#link.connections;
  }

  append(stream: string, bytes: Buffer): Promise<string> {
    return this.#appends.take(stream, async () =>
      String(await this.#send(["XADD", stream, "*", FIELD, bytes])),
    );
  }

  async read(stream: string, after: string, count: number): Promise<Entry[]> {
    const entries = await this.#send(["XRANGE", stream, `(${after}`, "+", "COUNT", String(count)]);
    return list(entries).map((entry) => {
      const [id, fields] = list(entry);
      // Whatever is not ours shows in the bytes, which are then no block.
      return { id: String(id), bytes: bytesOf(list(fields)[1]) };
    });
  }

  async trim(stream: string, beforeId: string): Promise<void> {
    await this.#send(["XTRIM", stream, "MINID", beforeId]);
  }

  async length(stream: string): Promise<number> {
    return Number(await this.#send(["XLEN", stream]));
  }

  async lastId(stream: string): Promise<string> {
    try {
      const fields = list(await this.#send(["XINFO", "STREAM", stream], stream));
      // Only the one that is wanted becomes text: two of the others are whole blocks.
      const at = fields.findIndex((name, n) => n % 2 === 0 && String(name) === "last-generated-id");
      return at < 0 ? "0-0" : String(fields[at + 1]);
    } catch (error) {
      if (error instanceof StoreError && /no such key/i.test(error.message)) {
        return "0-0";
      }
      throw error;
    }
  }

  async getFields(hash: string): Promise<Map<string, string>> {
    return flatFields(await this.#send(["HGETALL", hash]));
  }

  async pickFields(hash: string, fields: readonly string[]): Promise<Map<string, string>> {
    if (fields.length === 0) {
      return new Map();
    }
    const values = (await this.#send(["HMGET", hash, ...fields])) as (Buffer | null)[];
    return new Map(
      fields.flatMap((field, index) => {
        const value = values[index];
        return value == null ? [] : [[field, String(value)] as const];
      }),
    );
  }

  async setFields(hash: string, fields: ReadonlyMap<string, string>): Promise<void> {
    if (fields.size > 0) {
      await this.#send(["HSET", hash, ...[...fields].flat()]);
    }
  }

  async removeFields(hash: string, fields: readonly string[]): Promise<void> {
    if (fields.length > 0) {
      await this.#send(["HDEL", hash, ...fields]);
    }
  }

  async get(key: string): Promise<string | undefined> {
    const value = await this.#send(["GET", key]);
    return value === null ? undefined : String(value);
  }

  async setIfMissing(key: string, value: string, expiryMs?: number): Promise<boolean> {
    const expiry = expiryMs === undefined ? [] : ["PX", String(expiryMs)];
    return (await this.#send(["SET", key, value, "NX", ...expiry])) !== null;
  }

  async extend(key: string, expiryMs: number): Promise<boolean> {
    return (await this.#send(["PEXPIRE", key, String(expiryMs)])) === 1;
  }

  async set(key: string, value: string): Promise<void> {
    await this.#send(["SET", key, value]);
  }

  /** `NX` came with Redis 7. */
  async startExpiry(key: string, expiryMs: number): Promise<boolean> {
    return (await this.#send(["PEXPIRE", key, String(expiryMs), "NX"])) === 1;
  }

  async stopExpiry(key: string): Promise<void> {
    await this.#send(["PERSIST", key]);
  }

  async expiresInMs(key: string): Promise<number | undefined> {
    const ms = Number(await this.#send(["PTTL", key]));
    return ms < 0 ? undefined : ms;
  }

  async remove(key: string): Promise<void> {
    await this.#send(["DEL", key]);
  }

  async increment(key: string): Promise<number> {
    return Number(await this.#send(["INCR", key]));
  }

  async listRange(key: string, from: number, to: number): Promise<Buffer[]> {
    return list(await this.#send(["LRANGE", key, String(from), String(to)])).map(bytesOf);
  }

  async listLength(key: string): Promise<number> {
    return Number(await this.#send(["LLEN", key]));
  }

  async listRemove(key: string, elements: readonly Buffer[]): Promise<number> {
    const removed = await Promise.all(elements.map((element) => this.#send(["LREM", key, "1", element])));
    return removed.reduce((sum: number, count) => sum + Number(count), 0);
  }

  async listPrepend(key: string, elements: readonly Buffer[]): Promise<void> {
    await this.#send(["LPUSH", key, ...elements.toReversed()]);
  }

  async setFieldsIf(
    condition: Condition,
    hash: string,
    fields: ReadonlyMap<string, string>,
  ): Promise<boolean> {
    return (await this.#writeIf(condition, [["HSET", hash, ...[...fields].flat()]])) !== undefined;
  }

  async listTakeIf(
    condition: Condition,
    key: string,
    count: number,
    hash: string,
    fields: readonly string[],
  ): Promise<Buffer[] | undefined> {
    const commands = [
      ["LRANGE", key, "0", String(count - 1)],
      ["LTRIM", key, String(count), "-1"],
      ["HDEL", hash, ...fields],
    ];
    // Whoever writes to the hash after this was sent on a connection that was cut, and before it arrives, stops it.
    const replies = await this.#writeIf(condition, commands, [hash]);
    return replies && list(replies[0]).map(bytesOf);
  }

  async servers(): Promise<ServerInfo[]> {
    return (await this.#link.sendToAll(["INFO"])).map((info) => serverInfo(infoFields(String(info))));
  }

  async memory(): Promise<ServerMemory[]> {
    return (await this.#link.sendToAll(["INFO", "MEMORY"])).map((info) =>
      serverMemory(infoFields(String(info))),
    );
  }

  async close(): Promise<void> {
    this.#link.close();
  }

  /**
   * All commands or none, without a script: WATCH lets EXEC do nothing when the key has changed. Takes turns, for one EXEC
   * ends what every WATCH of its connection has begun. The key also changes when its expiry does: then it is tried again, as
   * when one of the keys that are `watched` as well has changed.
   */
  #writeIf(
    { key, value }: Condition,
    commands: readonly Command[],
    watched: readonly string[] = [],
  ): Promise<readonly Reply[] | undefined> {
    return this.#inTurn(async () => {
      for (let attempt = 1; attempt <= CONDITIONAL_ATTEMPTS; attempt++) {
        const replies = await this.#link.sendRounds(
          key,
          [
            ["WATCH", key, ...watched],
            ["GET", key],
          ],
          ([, found]) => String(found) === value,
          [["MULTI"], ...commands, ["EXEC"]],
        );
        const results = replies?.at(-1);
        if (replies === undefined || results !== null) {
          return replies && this.#withoutErrors(list(results));
        }
      }
      throw new StoreError(this.name, new Error(`${key} changes all the time`));
    });
  }

  #inTurn<T>(call: () => Promise<T>): Promise<T> {
    const turn = this.#conditionals.then(call);
    this.#conditionals = turn.catch(() => {});
    return turn;
  }

  /** What a server refuses while it carries out a transaction stands among the answers. */
  #withoutErrors(replies: readonly Reply[]): readonly Reply[] {
    const error = replies.find((reply) => (reply as unknown) instanceof Error);
    if (error !== undefined) {
      throw new StoreError(this.name, error);
    }
    return replies;
  }

  #send(command: Command, key = String(command[1])): Promise<Reply> {
    return this.#link.send(key, command);
  }
}

/** A server that answers anything else is none that we know; what is read from it is empty. */
function list(reply: Reply | undefined): readonly Reply[] {
  return Array.isArray(reply) ? reply : [];
}

function bytesOf(reply: Reply | undefined): Buffer {
  return Buffer.isBuffer(reply) ? reply : Buffer.alloc(0);
}

/** Names and values that take turns. */
function flatFields(reply: Reply): Map<string, string> {
  const flat = list(reply);
  return new Map(
    Array.from({ length: flat.length >> 1 }, (_, n) => [String(flat[2 * n]), String(flat[2 * n + 1])]),
  );
}
