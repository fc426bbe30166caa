/**
 * Where in a partition's stream a follower begins. Ids of entries are times of the server: that at which a block came into the
 * store, and so not before any of its records was logged.
 */

import type { BlockHead } from "../../buffer/redis/block.js";
import { readHead } from "../../buffer/redis/block-head.js";
import { FIRST } from "../../buffer/redis/entry-id.js";
import type { Entry, Store } from "../../buffer/redis/store.js";
import type { Start } from "../follower.js";

/** How far the clocks of machines may differ. */
const CLOCKS_DIFFER_MS_MAX = 60_000;
/** How far is looked back for the last records, at first; the next times so much further. */
const BACK_MS_FIRST = 250;
const BACK_FACTOR = 8;
/** In one partition no more is fetched for it, about; then those that were found must do. */
const BACK_BYTES_MAX = 1 << 23;
const PAGE_ENTRIES = 16;

/** The id behind which to begin. Rejects when the store cannot be asked. */
export async function startId(store: Store, stream: string, start: Start): Promise<string> {
  switch (start.at) {
    case "beginning":
      return FIRST;
    case "since":
      return idAt(start.sinceMs - CLOCKS_DIFFER_MS_MAX);
    case "end":
      return store.lastId(stream);
    case "last":
      return idOfLast(store, stream, start.records);
  }
}

/** All entries from that time on have higher ones. */
function idAt(ms: number): string {
  return ms <= 0 ? FIRST : `${Math.floor(ms) - 1}-${Number.MAX_SAFE_INTEGER}`;
}

async function idOfLast(store: Store, stream: string, records: number): Promise<string> {
  const lastId = await store.lastId(stream);
  const lastMs = Number(lastId.split("-")[0]);
  if (records === 0 || lastId === FIRST) {
    return lastId;
  }
  for (let backMs = BACK_MS_FIRST; ; backMs *= BACK_FACTOR) {
    const after = idAt(lastMs - backMs);
    const found = await headsBehind(store, stream, after);
    if (after === FIRST || found === "much" || reaches(found, records)) {
      return after;
    }
  }
}

/** `much`: more than is to be fetched. */
async function headsBehind(store: Store, stream: string, after: string): Promise<BlockHead[] | "much"> {
  const heads: BlockHead[] = [];
  let bytes = 0;
  for (let page = after; ; ) {
    const entries: Entry[] = await store.read(stream, page, PAGE_ENTRIES);
    heads.push(...entries.flatMap((entry) => headOf(entry) ?? []));
    bytes += entries.reduce((sum, entry) => sum + entry.bytes.length, 0);
    if (entries.length < PAGE_ENTRIES) {
      return heads;
    }
    if (bytes > BACK_BYTES_MAX) {
      return "much";
    }
    page = entries.at(-1)!.id;
  }
}

/** Whether so many records of each of the writers are among them. */
function reaches(heads: readonly BlockHead[], records: number): boolean {
  const found = new Map<string, number>();
  for (const head of heads) {
    found.set(head.writer, (found.get(head.writer) ?? 0) + head.records);
  }
  return found.size > 0 && [...found.values()].every((each) => each >= records);
}

function headOf({ bytes }: Entry): BlockHead | undefined {
  try {
    return readHead(bytes).head;
  } catch {
    return undefined;
  }
}
