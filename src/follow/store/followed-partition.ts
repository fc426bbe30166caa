/**
 * Follows the blocks of one partition, in the order in which they stand there.
 *
 * Of each writer it is known which seq comes next, so a record that stands there twice, because a forwarder sent it again, is
 * given once, and what lies between two blocks and was not seen is counted: deleted before it was read, lost by the store, or
 * damaged. What a store has lost is sent again behind what came since; out of order, so it is not shown.
 *
 * A stream that ends before the place where reading goes on is another one: the store has lost what it had. It is read from its
 * beginning. Asked for after each new connection, and while nothing comes now and then.
 */

import type { Block } from "../../buffer/redis/block.js";
import { decodeBlock } from "../../buffer/redis/encode-block.js";
import { compareIds, FIRST } from "../../buffer/redis/entry-id.js";
import type { Entry, Store } from "../../buffer/redis/store.js";
import type { StoredRecord } from "../../record/stored-record.js";
import type { Clock } from "../../system/clock.js";
import { DragonlogError } from "../../system/errors.js";
import type { Hole, Start } from "../follower.js";
import { mergedByTime } from "../merge.js";
import { startId } from "./start-id.js";

/** What is fetched at a time, about: as many entries as make so much, by the size of those before. */
const PAGE_BYTES = 1 << 18;
const ENTRIES_FIRST = 4;
const ENTRIES_MAX = 256;
/** More than ever log into one partition at a time; of those that were silent longest it is forgotten how far they were. */
const WRITERS_MAX = 50_000;
const SAME_LOOK_MS = 30_000;

export interface FollowedPartitionOptions {
  readonly store: Store;
  readonly stream: string;
  readonly clock: Clock;
  readonly start: Start;
}

export class FollowedPartition {
  readonly #options: FollowedPartitionOptions;
  /** The id of the last entry that was fetched; undefined before it is known where to begin. */
  #after: string | undefined;
  #entries: Entry[] = [];
  #entryBytes = PAGE_BYTES / ENTRIES_FIRST;
  /** The seq that comes next of each writer, those that were silent longest first. */
  readonly #next = new Map<string, number>();
  #holes: Hole[] = [];
  #connections: number;
  #sameLookMs: number;

  constructor(options: FollowedPartitionOptions) {
    this.#options = options;
    this.#connections = options.store.connections;
    this.#sameLookMs = options.clock.elapsed() + SAME_LOOK_MS;
  }

  /** Finds out where to begin, if that is not known. Rejects when the store cannot be asked. */
  async place(): Promise<string> {
    const { store, stream, start } = this.#options;
    this.#after ??= await startId(store, stream, start);
    return this.#after;
  }

  /**
   * The next records, those of about `bytesMax` bytes of lines but of at least one block; none when there is nothing further.
   * Rejects when the store cannot be asked.
   */
  async read(bytesMax: number): Promise<readonly StoredRecord[]> {
    const byWriter = new Map<string, StoredRecord[]>();
    let bytes = 0;
    while (bytes < bytesMax && (bytes === 0 || this.#entries.length > 0)) {
      if (this.#entries.length === 0 && !(await this.#fetch())) {
        break;
      }
      const block = await decoded(this.#entries.shift()!.bytes);
      const records = block === undefined ? [] : this.#unseen(block);
      if (records.length > 0) {
        const before = byWriter.get(block!.writer);
        byWriter.set(block!.writer, before?.concat(records) ?? records);
        bytes += block!.lineBytes;
      }
    }
    return mergedByTime([...byWriter.values()]);
  }

  /** Records that were missed since the last call. */
  takeHoles(): readonly Hole[] {
    const holes = this.#holes;
    this.#holes = [];
    return holes;
  }

  /** False when there is nothing further. */
  async #fetch(): Promise<boolean> {
    const { store, stream } = this.#options;
    const after = await this.place();
    const count = Math.max(1, Math.min(ENTRIES_MAX, Math.floor(PAGE_BYTES / this.#entryBytes)));
    const [entries, same] = await Promise.all([store.read(stream, after, count), this.#isSame(after)]);
    if (!same) {
      this.#after = FIRST;
      return this.#fetch();
    }
    if (entries.length === 0) {
      return false;
    }
    const total = entries.reduce((sum, { bytes }) => sum + bytes.length, 0);
    this.#entryBytes = Math.max(1, total / entries.length);
    this.#after = entries.at(-1)!.id;
    this.#entries = entries;
    this.#sameLookMs = this.#options.clock.elapsed() + SAME_LOOK_MS;
    return true;
  }

  async #isSame(after: string): Promise<boolean> {
    const { store, stream, clock } = this.#options;
    const { connections } = store;
    if (connections === this.#connections && clock.elapsed() < this.#sameLookMs) {
      return true;
    }
    const last = await store.lastId(stream);
    this.#connections = connections;
    this.#sameLookMs = clock.elapsed() + SAME_LOOK_MS;
    return compareIds(last, after) >= 0;
  }

  #unseen({ writer, firstSeq, items }: Block): StoredRecord[] {
    const next = this.#next.get(writer);
    // The block's first seq may lie before its records: what is between was dropped by its writer, which says so itself.
    if (next !== undefined && firstSeq > next) this.#holes.push({ writer, from: next, to: firstSeq - 1 });
    const records = items
      .filter(({ seq }) => seq >= (next ?? 0))
      .map((item) => ({ ...item, ordinal: item.seq }));
    this.#next.delete(writer);
    this.#next.set(writer, Math.max(next ?? 0, items.at(-1)!.seq + 1));
    if (this.#next.size > WRITERS_MAX) {
      const [first] = this.#next.keys();
      this.#next.delete(first!);
    }
    return records;
  }
}

/** Undefined for what cannot be read here; what it held is missing from the series of its writer. */
async function decoded(bytes: Buffer): Promise<Block | undefined> {
  try {
    const block = await decodeBlock(bytes);
    return block.items.length > 0 ? block : undefined;
  } catch (error) {
    if (error instanceof DragonlogError) {
      return undefined;
    }
    throw error;
  }
}
