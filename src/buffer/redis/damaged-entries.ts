/** Entries that cannot be read: told of once, and their bytes moved to a stream of their own before they may be deleted. */
import type { BufferDamage } from "../buffer.js";
import type { BlockDamagedError } from "./encode-block.js";
import { compareIds } from "./entry-id.js";
import type { Entry, Store } from "./store.js";

export interface DamagedEntriesOptions {
  readonly store: Store;
  /** Where their bytes go. */
  readonly stream: string;
  readonly source: string;
  readonly onDamage: (damage: BufferDamage) => void;
}

export class DamagedEntries {
  readonly #options: DamagedEntriesOptions;
  /** Those that are still in the stream; undefined when the bytes are safe. */
  readonly #bytes = new Map<string, Buffer | undefined>();
  #keeping: Promise<void> | undefined;

  constructor(options: DamagedEntriesOptions) {
    this.#options = options;
  }

  add({ id, bytes }: Entry, { head, message }: BlockDamagedError): void {
    if (!this.#bytes.has(id)) {
      this.#bytes.set(id, bytes);
      const { source, onDamage } = this.#options;
      const detail = `${message} (entry ${id})`;
      onDamage({ source, records: head?.records ?? 0, bytes: bytes.length, cause: "damaged", detail });
    }
  }

  /** It may be deleted. */
  isKept(id: string): boolean {
    return this.#bytes.get(id) === undefined;
  }

  /** Rejects when the store does not take them; then it is to be called again. */
  keep(): Promise<void> {
    this.#keeping ??= this.#keep().finally(() => {
      this.#keeping = undefined;
    });
    return this.#keeping;
  }

  /** The entries up to this one are deleted. */
  forgetUpTo(last: string): void {
    for (const id of this.#bytes.keys()) {
      if (compareIds(id, last) <= 0) {
        this.#bytes.delete(id);
      }
    }
  }

  async #keep(): Promise<void> {
    const { store, stream } = this.#options;
    for (const [id, bytes] of this.#bytes) {
      if (bytes !== undefined) {
        await store.append(stream, bytes);
        this.#bytes.set(id, undefined);
      }
    }
  }
}
