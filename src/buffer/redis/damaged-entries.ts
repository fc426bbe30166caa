/**
 * Entries that cannot be read: told of once, and their bytes written to the shipper's disk before they may be deleted, each to
 * `<dir>/<partition>-<entry>.block`. The store would keep them in the memory that the others need, and takes nothing when it is
 * full. What does not fit into `KEPT_BYTES_MAX` any more, because nobody has looked at the others, is told of and not kept.
 */
import { closeSync, fsyncSync, openSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createFolder, FILE_MODE } from "../../journal/folder.js";
import type { BufferDamage } from "../buffer.js";
import type { BlockDamagedError } from "./encode-block.js";
import { compareIds } from "./entry-id.js";
import type { Entry } from "./store.js";

const KEPT_BYTES_MAX = 256 << 20;
/** What may wait in memory for a disk that takes nothing. */
const WAITING_BYTES_MAX = 16 << 20;
const EXTENSION = ".block";

export interface DamagedEntriesOptions {
  /** Where their bytes go; made with the first. */
  readonly dir: string;
  readonly partition: number;
  readonly source: string;
  readonly onDamage: (damage: BufferDamage) => void;
}

export class DamagedEntries {
  readonly #options: DamagedEntriesOptions;
  /** Those that are still in the stream; undefined when the bytes are safe, or no more are kept. */
  readonly #bytes = new Map<string, Buffer | undefined>();

  constructor(options: DamagedEntriesOptions) {
    this.#options = options;
  }

  /** So much waits for the disk that no more may be read. */
  get full(): boolean {
    return (
      [...this.#bytes.values()].reduce((sum, bytes) => sum + (bytes?.length ?? 0), 0) > WAITING_BYTES_MAX
    );
  }

  add({ id, bytes }: Entry, { head, message }: BlockDamagedError): void {
    if (this.#bytes.has(id)) {
      return;
    }
    const { source, dir, onDamage } = this.#options;
    const fits = keptBytes(dir) + bytes.length <= KEPT_BYTES_MAX;
    this.#bytes.set(id, fits ? bytes : undefined);
    const where = fits ? `kept in ${this.#path(id)}` : `not kept: ${dir} is full of others`;
    const detail = `${message} (entry ${id}; its bytes are ${where})`;
    onDamage({ source, records: head?.records ?? 0, bytes: bytes.length, cause: "damaged", detail });
  }

  /** It may be deleted. */
  isKept(id: string): boolean {
    return this.#bytes.get(id) === undefined;
  }

  /** Throws when the disk does not take them; then it is to be called again. */
  keep(): void {
    for (const [id, bytes] of this.#bytes) {
      if (bytes !== undefined) {
        createFolder(this.#options.dir);
        writeDurably(this.#path(id), bytes);
        this.#bytes.set(id, undefined);
      }
    }
  }

  /** The entries up to this one are deleted. */
  forgetUpTo(last: string): void {
    for (const id of this.#bytes.keys()) {
      if (compareIds(id, last) <= 0) {
        this.#bytes.delete(id);
      }
    }
  }

  #path(id: string): string {
    return join(this.#options.dir, `${this.#options.partition}-${id}${EXTENSION}`);
  }
}

function keptBytes(dir: string): number {
  try {
    return readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0);
  } catch {
    return 0;
  }
}

function writeDurably(path: string, bytes: Buffer): void {
  const fd = openSync(path, "w", FILE_MODE);
  try {
    writeFileSync(fd, bytes);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
