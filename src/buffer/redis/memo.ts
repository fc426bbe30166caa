/**
 * A partition's memo, as a hash: `<token of the lease>-<number>` -> line. Lines count in the order of their tokens, then of
 * their numbers: a holder that comes too late writes before those of the next one, and what it notes is true.
 */
import type { Memo } from "../buffer.js";
import type { Store } from "./store.js";

export class StoredMemo implements Memo {
  readonly #store: Store;
  readonly #key: string;
  readonly #token: () => number;
  readonly #acknowledged: () => Promise<void>;
  #next = 0;
  /** Fields that were read or written. */
  #known: string[] = [];

  /**
   * `token` may change while the partition is held. `acknowledged` resolves when the store knows what is acknowledged by now: a line
   * that clears a doubt must not stand there before that, or a shipper that dies in between leaves neither.
   */
  constructor(
    store: Store,
    key: string,
    token: () => number,
    acknowledged: () => Promise<void> = async () => {},
  ) {
    this.#store = store;
    this.#key = key;
    this.#token = token;
    this.#acknowledged = acknowledged;
  }

  async read(): Promise<readonly string[]> {
    const fields = [...(await this.#store.getFields(this.#key))].sort(([a], [b]) => compareFields(a, b));
    this.#known = fields.map(([field]) => field);
    return fields.map(([, line]) => line);
  }

  async append(line: string): Promise<void> {
    await this.#write([line]);
  }

  async replace(lines: readonly string[]): Promise<void> {
    const before = this.#known;
    this.#known = [];
    await this.#write(lines);
    if (before.length > 0) {
      await this.#store.removeFields(this.#key, before);
    }
  }

  async #write(lines: readonly string[]): Promise<void> {
    await this.#acknowledged();
    const fields = lines.map((line) => [`${this.#token()}-${this.#next++}`, line] as const);
    this.#known.push(...fields.map(([field]) => field));
    if (fields.length > 0) {
      await this.#store.setFields(this.#key, new Map(fields));
    }
  }
}

function compareFields(a: string, b: string): number {
  const [aToken = 0, aNumber = 0] = a.split("-").map(Number);
  const [bToken = 0, bNumber = 0] = b.split("-").map(Number);
  return aToken - bToken || aNumber - bNumber;
}
