/**
 * The entries of a stream that were fetched and not opened yet, so that what waits is known by their heads. Bounded in bytes:
 * as many are fetched as make about `AHEAD_BYTES`, by the size of those before. The next one is unpacked while the one before
 * it is read.
 */
import type { MemoryPool } from "../../system/memory-pool.js";
import type { Waiting } from "../buffer.js";
import type { Block } from "./block.js";
import { readHead } from "./block-head.js";
import { decodeBlock } from "./encode-block.js";
import type { Entry, Store } from "./store.js";

const AHEAD_BYTES = 1 << 20;
const ENTRIES_FIRST = 4;
const ENTRIES_MAX = 256;
const NOTHING: Waiting = { records: 0, bytes: 0, oldestMs: undefined };

interface Ahead {
  readonly entry: Entry;
  readonly waiting: Waiting;
  /** Begun at the first call. */
  readonly decoded: () => Promise<Block>;
}

export class ReadAhead {
  readonly #store: Store;
  readonly #stream: string;
  readonly #memory: MemoryPool | undefined;
  #entries: Ahead[] = [];
  #fetching: Promise<void> | undefined;
  /** The next one. */
  #unpacking: Promise<Block> | undefined;
  #entryBytes = AHEAD_BYTES / ENTRIES_FIRST;
  /** Rises when what was fetched is no longer what comes next. */
  #life = 0;

  constructor(store: Store, stream: string, memory?: MemoryPool) {
    this.#memory = memory;
    this.#store = store;
    this.#stream = stream;
  }

  get length(): number {
    return this.#entries.length;
  }

  get lastId(): string | undefined {
    return this.#entries.at(-1)?.entry.id;
  }

  /** Fetches what comes behind `after` if there is nothing left. */
  async fill(after: string): Promise<void> {
    if (this.#entries.length === 0) {
      const fetching = this.#fetching ?? this.#fetch(after);
      this.#fetching = fetching;
      try {
        await fetching;
      } finally {
        this.#fetching = this.#fetching === fetching ? undefined : this.#fetching;
      }
    }
  }

  shift(): Pick<Ahead, "entry" | "decoded"> | undefined {
    const ahead = this.#entries.shift();
    if (ahead !== undefined) {
      void ahead.decoded();
      this.#unpacking = this.#entries[0]?.decoded();
    }
    return ahead;
  }

  clear(): void {
    this.#life++;
    this.#unpacking?.then(
      ({ items: [first] }) => first && this.#memory?.abandon(first.bytes.buffer),
      () => {},
    );
    this.#unpacking = undefined;
    this.#entries = [];
    this.#fetching = undefined;
  }

  /** By their heads: what of them is delivered already counts as well. */
  waiting(): Waiting {
    let records = 0;
    let bytes = 0;
    for (const { waiting } of this.#entries) {
      records += waiting.records;
      bytes += waiting.bytes;
    }
    return { records, bytes, oldestMs: this.#entries[0]?.waiting.oldestMs };
  }

  async #fetch(after: string): Promise<void> {
    const life = this.#life;
    const count = Math.max(1, Math.min(ENTRIES_MAX, Math.floor(AHEAD_BYTES / this.#entryBytes)));
    const entries = await this.#store.read(this.#stream, after, count);
    if (life !== this.#life || entries.length === 0) {
      return;
    }
    this.#entryBytes = Math.max(
      1,
      entries.reduce((sum, { bytes }) => sum + bytes.length, 0) / entries.length,
    );
    this.#entries = entries.map((entry) => ({
      entry,
      waiting: waitingInBlock(entry.bytes),
      decoded: decodedOnce(entry.bytes, this.#memory),
    }));
  }
}

/** What a block says of itself; nothing where it cannot be read. */
export function waitingInBlock(block: Buffer): Waiting {
  try {
    const { records, lineBytes, oldestMs } = readHead(block).head;
    return { records, bytes: lineBytes, oldestMs };
  } catch {
    return NOTHING;
  }
}

function decodedOnce(bytes: Buffer, memory: MemoryPool | undefined): () => Promise<Block> {
  let decoded: Promise<Block> | undefined;
  return () => {
    if (decoded === undefined) {
      decoded = decodeBlock(bytes, memory);
      // What cannot be read matters once it comes first.
      decoded.catch(() => {});
    }
    return decoded;
  };
}
