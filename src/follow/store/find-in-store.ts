/** One record in a store. */
import { readHead } from "../../buffer/redis/block-head.js";
import { decodeBlock } from "../../buffer/redis/encode-block.js";
import { FIRST } from "../../buffer/redis/entry-id.js";
import type { Keys } from "../../buffer/redis/keys.js";
import { Elements } from "../../buffer/redis/list/element.js";
import { listKeys } from "../../buffer/redis/list/list-keys.js";
import { readState } from "../../buffer/redis/list/list-state.js";
import { partitionOf } from "../../buffer/redis/partition-of.js";
import { agreedPartitions } from "../../buffer/redis/partitions.js";
import type { Store } from "../../buffer/redis/store.js";
import { parseId } from "../../record/line-id.js";
import { detached, type StoredRecord } from "../../record/stored-record.js";

/** What is fetched at a time, and in all: a partition may hold more than anyone waits for. */
const PAGE_ENTRIES = 16;
const SEARCHED_BYTES_MAX = 1 << 28;

/**
 * By its id, which may be any text. With bytes of its own. Undefined when it is not there, or not in the first 256 MiB of its
 * partition. Rejects with StoreError.
 */
export async function findInStore(
  store: Store,
  keys: Keys,
  lists: readonly string[],
  id: string,
  nowMs: number,
): Promise<StoredRecord | undefined> {
  const found = parseId(id);
  if (found === undefined) {
    return undefined;
  }
  const { writer, seq } = found;
  const partitions = await agreedPartitions(store, keys);
  const inBlocks =
    partitions && (await inStream(store, keys.blocks(partitionOf(writer, partitions)), writer, seq));
  if (inBlocks) {
    return inBlocks;
  }
  for (const list of lists) {
    const state = readState(await store.getFields(listKeys(list, keys.prefix).state));
    if (state?.writer === writer && seq >= state.head) {
      const at = seq - state.head;
      const [element] = await store.listRange(list, at, at);
      return element && detached(new Elements(writer, list).recordOf(element, { seq, readAtMs: nowMs }));
    }
  }
  return undefined;
}

async function inStream(
  store: Store,
  stream: string,
  writer: string,
  seq: number,
): Promise<StoredRecord | undefined> {
  let bytes = 0;
  for (let after = FIRST; bytes < SEARCHED_BYTES_MAX; ) {
    const entries = await store.read(stream, after, PAGE_ENTRIES);
    for (const entry of entries) {
      bytes += entry.bytes.length;
      const record = await inBlock(entry.bytes, writer, seq);
      if (record !== undefined) return record;
    }
    if (entries.length < PAGE_ENTRIES) {
      return undefined;
    }
    after = entries.at(-1)!.id;
  }
  return undefined;
}

async function inBlock(block: Buffer, writer: string, seq: number): Promise<StoredRecord | undefined> {
  try {
    const { head } = readHead(block);
    if (head.writer !== writer || head.firstSeq > seq) {
      return undefined;
    }
    const item = (await decodeBlock(block)).items.find((each) => each.seq === seq);
    return item && detached({ ...item, ordinal: seq });
  } catch {
    // Damaged, or of another version.
    return undefined;
  }
}
