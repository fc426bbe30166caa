/**
 * Records that a destination refused for good, kept on disk before the buffer forgets them.
 *
 * Files of NDJSON by day, `<dir>/<YYYY-MM-DD>.ndjson`, 0600, each line
 * `{"at","reason","detail","destination":{"group","stream"},"request_id"?,"line"}`; `line` is the record's line as text.
 */
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import type { Destination } from "../batch/batch.js";
import type { StoredRecord } from "../buffer/buffer.js";
import type { FailureCause } from "../sink/sink.js";
import type { Clock } from "../system/clock.js";
import { createFolders } from "../system/folders.js";

export interface DeadLetter {
  readonly record: StoredRecord;
  readonly destination: Destination | undefined;
  readonly reason: string;
  /** A sentence of the sink, for people. */
  readonly detail: string;
  /** Why its last try failed; undefined when it was never sent, or accepted and then skipped. */
  readonly cause: FailureCause | undefined;
  /** Tries that the record was part of. */
  readonly attempts: number;
  /** The first and the last try, in ms since 1970-01-01 UTC; undefined when it was never sent. */
  readonly firstTriedAtMs: number | undefined;
  readonly lastTriedAtMs: number | undefined;
  /** The destination's own name for the last try. */
  readonly requestId?: string | undefined;
}

export class DeadLetters {
  constructor(
    readonly dir: string,
    readonly clock: Clock,
  ) {}

  /** Resolves when the letters are on the disk; rejects when they cannot be written. */
  async add(letters: readonly DeadLetter[]): Promise<void> {
    const at = new Date(this.clock.now()).toISOString();
    const text = letters.map((letter) => `${lineOf(letter, at)}\n`).join("");
    createFolders(this.dir, 0o700);
    const file = await open(join(this.dir, `${at.slice(0, 10)}.ndjson`), "a", 0o600);
    try {
      await appendWhole(file, text);
    } finally {
      await file.close();
    }
  }
}

/** All of it or nothing: a torn line would hide the one after it. */
async function appendWhole(file: FileHandle, text: string): Promise<void> {
  const { size } = await file.stat();
  try {
    await file.appendFile(text);
    await file.datasync();
  } catch (error) {
    await file.truncate(size);
    throw error;
  }
}

function lineOf({ record, destination, reason, detail, requestId }: DeadLetter, at: string): string {
  const line = record.bytes.toString("utf8", record.start, record.end);
  return JSON.stringify({ at, reason, detail, destination, request_id: requestId, line });
}
