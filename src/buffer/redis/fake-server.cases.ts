/** A store in memory, for tests that need many of them, or one that fails on demand: the server, and its clients. */
import type { Clock } from "../../system/clock.js";
import { compareIds, FIRST, idBehind } from "./entry-id.js";
import { StoreError, type StoreFailure } from "./failures.js";
import type { Condition, Entry, ServerInfo, ServerMemory, Store } from "./store.js";

interface Stream {
  entries: Entry[];
  lastId: string;
}

interface Key {
  readonly value: string;
  readonly expiresAtMs: number;
}

/** What a call does; none that makes the store larger works while it is full, nor a transaction that takes from it. */
export type Kind = "read" | "delete" | "write" | "take";

export class FakeServer {
  readonly #clock: Clock;
  readonly streams = new Map<string, Stream>();
  readonly hashes = new Map<string, Map<string, string>>();
  readonly lists = new Map<string, Buffer[]>();
  readonly #keys = new Map<string, Key>();
  /** Another one after a start, or where another server has taken over. */
  runId = "first";
  /** What every call is rejected with; `full`: every call that writes. */
  failure: StoreFailure | undefined;
  /** Calls of this kind are carried out, and get no answer. */
  unanswered: Kind | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** FLUSHALL, or a restart without a file. */
  flush(): void {
    this.streams.clear();
    this.hashes.clear();
    this.lists.clear();
    this.#keys.clear();
  }

  /** A copy of all it has, as a snapshot on disk is one; `restore` takes it back. */
  snapshot(): () => void {
    const streams = structuredClone(this.streams);
    const hashes = structuredClone(this.hashes);
    const lists = new Map([...this.lists].map(([name, elements]) => [name, [...elements]]));
    const keys = structuredClone(this.#keys);
    return () => {
      this.flush();
      for (const [name, { entries, lastId }] of streams) {
        this.streams.set(name, {
          entries: entries.map(({ id, bytes }) => ({ id, bytes: Buffer.from(bytes) })),
          lastId,
        });
      }
      for (const [name, hash] of hashes) this.hashes.set(name, new Map(hash));
      for (const [name, elements] of lists) this.lists.set(name, [...elements]);
      for (const [name, key] of keys) this.#keys.set(name, key);
    };
  }

  connect(): FakeStore {
    return new FakeStore(this);
  }

  stream(name: string): Stream {
    let stream = this.streams.get(name);
    if (stream === undefined) {
      stream = { entries: [], lastId: FIRST };
      this.streams.set(name, stream);
    }
    return stream;
  }

  hash(name: string): Map<string, string> {
    let hash = this.hashes.get(name);
    if (hash === undefined) {
      hash = new Map();
      this.hashes.set(name, hash);
    }
    return hash;
  }

  list(name: string): Buffer[] {
    let list = this.lists.get(name);
    if (list === undefined) {
      list = [];
      this.lists.set(name, list);
    }
    return list;
  }

  get(key: string): string | undefined {
    const found = this.#keys.get(key);
    return found !== undefined && found.expiresAtMs > this.#clock.elapsed() ? found.value : undefined;
  }

  /** Infinite for a key that does not expire. */
  expiresInMs(key: string): number | undefined {
    return this.get(key) === undefined ? undefined : this.#keys.get(key)!.expiresAtMs - this.#clock.elapsed();
  }

  set(key: string, value: string | undefined, expiryMs = Number.POSITIVE_INFINITY): void {
    if (value === undefined) {
      this.#keys.delete(key);
    } else {
      this.#keys.set(key, { value, expiresAtMs: this.#clock.elapsed() + expiryMs });
    }
  }

  nextId(lastId: string): string {
    const now = `${this.#clock.now()}-0`;
    return compareIds(now, lastId) > 0 ? now : idBehind(lastId);
  }

  refuse(kind: Kind): void {
    if (this.failure !== undefined && (this.failure !== "full" || kind === "write" || kind === "take")) {
      throw new StoreError("fake", new Error(this.failure), this.failure);
    }
  }
}

export class FakeStore implements Store {
  readonly name = "fake";
  connections = 1;
  readonly #server: FakeServer;
  /** Its process is dead: whatever it still tries comes to nothing. */
  dead = false;
  /** Calls without an answer. */
  pending = 0;

  constructor(server: FakeServer) {
    this.#server = server;
  }

  append = (stream: string, bytes: Buffer) =>
    this.#call("write", (server) => {
      const found = server.stream(stream);
      found.lastId = server.nextId(found.lastId);
      found.entries.push({ id: found.lastId, bytes });
      return found.lastId;
    });

  read = (stream: string, after: string, count: number) =>
    this.#call("read", (server) =>
      server
        .stream(stream)
        .entries.filter(({ id }) => compareIds(id, after) > 0)
        .slice(0, count),
    );

  trim = (stream: string, beforeId: string) =>
    this.#call("delete", (server) => {
      const found = server.stream(stream);
      found.entries = found.entries.filter(({ id }) => compareIds(id, beforeId) >= 0);
    });

  length = (stream: string) => this.#call("read", (server) => server.stream(stream).entries.length);

  lastId = (stream: string) => this.#call("read", (server) => server.stream(stream).lastId);

  getFields = (hash: string) => this.#call("read", (server) => new Map(server.hash(hash)));

  pickFields = (hash: string, fields: readonly string[]) =>
    this.#call(
      "read",
      (server) => new Map([...server.hash(hash)].filter(([field]) => fields.includes(field))),
    );

  setFields = (hash: string, fields: ReadonlyMap<string, string>) =>
    this.#call("write", (server) => {
      for (const [field, value] of fields) server.hash(hash).set(field, value);
    });

  removeFields = (hash: string, fields: readonly string[]) =>
    this.#call("delete", (server) => {
      for (const field of fields) server.hash(hash).delete(field);
    });

  get = (key: string) => this.#call("read", (server) => server.get(key));

  setIfMissing = (key: string, value: string, expiryMs?: number) =>
    this.#call("write", (server) => {
      const missing = server.get(key) === undefined;
      if (missing) server.set(key, value, expiryMs);
      return missing;
    });

  extend = (key: string, expiryMs: number) =>
    this.#call("read", (server) => {
      const value = server.get(key);
      server.set(key, value, expiryMs);
      return value !== undefined;
    });

  set = (key: string, value: string) => this.#call("write", (server) => server.set(key, value));

  startExpiry = (key: string, expiryMs: number) =>
    this.#call("read", (server) => {
      const starts = server.expiresInMs(key) === Number.POSITIVE_INFINITY;
      if (starts) server.set(key, server.get(key), expiryMs);
      return starts;
    });

  stopExpiry = (key: string) => this.#call("read", (server) => server.set(key, server.get(key)));

  expiresInMs = (key: string) =>
    this.#call("read", (server) => {
      const ms = server.expiresInMs(key);
      return ms === Number.POSITIVE_INFINITY ? undefined : ms;
    });

  remove = (key: string) => this.#call("delete", (server) => server.set(key, undefined));

  increment = (key: string) =>
    this.#call("write", (server) => {
      const next = Number(server.get(key) ?? 0) + 1;
      server.set(key, String(next));
      return next;
    });

  /** `to` is not counted from the end here: nothing asks for that. */
  listRange = (key: string, from: number, to: number) =>
    this.#call("read", (server) => server.list(key).slice(from, to + 1));

  listLength = (key: string) => this.#call("read", (server) => server.list(key).length);

  listRemove = (key: string, elements: readonly Buffer[]) =>
    this.#call("delete", (server) => {
      const list = server.list(key);
      return elements.filter((element) => {
        const place = list.findIndex((each) => each.equals(element));
        return place >= 0 && list.splice(place, 1).length > 0;
      }).length;
    });

  listPrepend = (key: string, elements: readonly Buffer[]) =>
    this.#call("write", (server) => void server.list(key).unshift(...elements));

  setFieldsIf = ({ key, value }: Condition, hash: string, fields: ReadonlyMap<string, string>) =>
    this.#call("write", (server) => {
      if (server.get(key) !== value) return false;
      for (const [field, text] of fields) server.hash(hash).set(field, text);
      return true;
    });

  listTakeIf = (
    { key, value }: Condition,
    list: string,
    count: number,
    hash: string,
    fields: readonly string[],
  ) =>
    this.#call("take", (server) => {
      if (server.get(key) !== value) return undefined;
      for (const field of fields) server.hash(hash).delete(field);
      return server.list(list).splice(0, count);
    });

  servers = () =>
    this.#call("read", ({ runId }): ServerInfo[] => [
      { kind: "redis", version: "", runId, usedBytes: 0, bytesMax: 0, evicts: false },
    ]);
  memory = (): Promise<ServerMemory[]> => this.servers();
  close = async () => undefined;

  /** Carried out at once, in the order of the calls; answered later. */
  async #call<T>(kind: Kind, run: (server: FakeServer) => T): Promise<T> {
    if (this.dead) {
      throw new StoreError("fake", new Error("its process is dead"), "away");
    }
    this.#server.refuse(kind);
    const result = run(this.#server);
    this.pending++;
    await new Promise((resolve) => setImmediate(resolve));
    this.pending--;
    if (this.#server.unanswered === kind) {
      throw new StoreError("fake", new Error("the answer is lost"), "away");
    }
    return result;
  }
}
