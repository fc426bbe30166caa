/** Where reading of one journal begins, and what waits behind that. */
import { basename } from "node:path";
import { type Cursor, readCursor } from "../journal/cursor.js";
import { readWriterInfo, type WriterInfo } from "../journal/folder.js";
import { type Gap, JournalReader } from "../journal/reader.js";
import type { MemoryPool } from "../system/memory-pool.js";
import { ownIdentity } from "../system/process.js";
import type { Waiting } from "./buffer.js";

export function writerOf(folder: string, info: WriterInfo | undefined): string {
  return info?.writer ?? basename(folder);
}

/** A reader from the cursor on, and what the cursor says is acknowledged beyond. */
export function openReader(
  folder: string,
  info: WriterInfo | undefined,
  cursor: Cursor,
  onGap: (gap: Gap) => void,
  memory?: MemoryPool,
): JournalReader {
  return new JournalReader({
    folder,
    writer: writerOf(folder, info),
    fromSeq: cursor.next,
    restarted: info !== undefined && info.process.boot !== ownIdentity().boot,
    onGap,
    memory,
  });
}

/** What waits in a journal, whoever holds its lease. */
export function waitingIn(folder: string): Waiting {
  const cursor = readCursor(folder);
  const reader = openReader(folder, readWriterInfo(folder), cursor, () => {});
  try {
    const { records, bytes, oldestMs } = reader.unread();
    const beyond = cursor.beyond.reduce((sum, [from, to]) => sum + to - from + 1, 0);
    const left = Math.max(0, records - beyond);
    return { records: left, bytes: left === 0 ? 0 : bytes, oldestMs: left === 0 ? undefined : oldestMs };
  } finally {
    reader.close();
  }
}
