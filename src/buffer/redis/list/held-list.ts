/**
 * A list that this shipper has leased, over all lives of its numbering: one ends when the list is not what was read of it any more,
 * and the next one begins with another writer.
 */
import type { Source } from "../../buffer.js";
import { fingerprintOf } from "./fingerprint.js";
import { ListSource, type ListSourceOptions } from "./list-source.js";
import { freshState, type ListState, readState } from "./list-state.js";

export class HeldList {
  readonly #options: ListSourceOptions;
  #source: ListSource;
  /** Of lives before: something that they gave is not delivered, and not in the list any more. */
  #past: ListSource[] = [];

  private constructor(options: ListSourceOptions, state: ListState) {
    this.#options = options;
    this.#source = new ListSource(options, state);
  }

  /** From where the holder before came to. */
  static async open(options: ListSourceOptions): Promise<HeldList> {
    const state = readState(await options.store.getFields(options.keys.state));
    const goesOn = state !== undefined && (await isOfList(state, options));
    return new HeldList(options, goesOn ? state : freshState());
  }

  /** The lease is another's, or gone. */
  get isLost(): boolean {
    return this.#source.isWithoutLease;
  }

  get settled(): boolean {
    return this.#source.settled;
  }

  set leaving(leaving: boolean) {
    this.#source.leaving = leaving;
  }

  get sources(): readonly Source[] {
    return [...this.#past, this.#source].filter((source) => !source.finished());
  }

  renew(): Promise<void> {
    return this.#source.renew();
  }

  /** Rejects when the store cannot be read. */
  async look(): Promise<void> {
    await this.#source.look();
    if (this.#source.isPast) {
      this.#past = [...this.#past, this.#source].filter((source) => !source.finished());
      this.#source = new ListSource(this.#options, freshState());
      await this.#source.look();
    }
  }

  /** Gives the lease back; what is not delivered stays. */
  async release(): Promise<void> {
    if (!this.isLost) {
      await this.#source.end();
      await this.#options.lease.release();
    }
  }
}

/** The numbers in the state are those of the elements in the list, as far as was written down. */
async function isOfList(
  { head, edges, end }: ListState,
  { store, list }: ListSourceOptions,
): Promise<boolean> {
  const same = await Promise.all(
    edges.map(async ({ seq, fingerprint }) => {
      const [element] = seq < head ? [] : await store.listRange(list, seq - head, seq - head);
      return seq < head || (element !== undefined && fingerprintOf(element) === fingerprint);
    }),
  );
  return head < end && same.every(Boolean);
}
