/**
 * One partition of the store, as far as a forwarder uses it: it appends, and knows whether what it appended is still there.
 *
 * A store can lose what it took: it is flushed, restarted without its data, or restored from an old snapshot. That is noticed
 *
 *   - by the epoch, a random text that the first forwarder leaves in the partition: it is gone, or another one, after a flush;
 *   - by the last id of the stream, when it is lower than what was appended: an old snapshot, or a stream that is missing;
 *   - by a server that was not there before (`forwarder.ts` compares run ids): then all that is not delivered is in doubt.
 *
 * Each loss begins a new `life`; whoever appended in an earlier one has to send again what is not delivered.
 */
import { type Delivered, readDelivered } from "../buffer/redis/delivered.js";
import { compareIds, FIRST } from "../buffer/redis/entry-id.js";
import type { Keys } from "../buffer/redis/keys.js";
import type { Store } from "../buffer/redis/store.js";
import { randomId } from "../system/random.js";

const EPOCH_CHARS = 12;

export class Partition {
  /** Rises with every loss. */
  life = 0;
  /** As it was seen last; undefined before the first look. */
  epoch: string | undefined;
  /** The highest id that this forwarder, or the one whose note it found, was given here. */
  lastId = FIRST;
  /** The store may have forgotten what was delivered before its present life. */
  forgetful = false;
  readonly #store: Store;
  readonly #keys: Keys;
  readonly #onLoss: () => void;

  constructor(
    store: Store,
    keys: Keys,
    readonly number: number,
    onLoss: () => void,
  ) {
    this.#store = store;
    this.#keys = keys;
    this.#onLoss = onLoss;
  }

  /** Resolves with the id of the new entry. */
  async append(block: Buffer): Promise<string> {
    const { life } = this;
    const id = await this.#store.append(this.#keys.blocks(this.number), block);
    if (life === this.life) {
      this.expect(id);
    }
    return id;
  }

  /** The stream has come at least so far. */
  expect(id: string): void {
    if (compareIds(id, this.lastId) > 0) {
      this.lastId = id;
    }
  }

  /** Whether the store was emptied: one read of a small key, for every block. */
  async lookAtEpoch(): Promise<void> {
    const key = this.#keys.epoch(this.number);
    let epoch = await this.#store.get(key);
    if (epoch === undefined) {
      await this.#store.setIfMissing(key, randomId(EPOCH_CHARS));
      epoch = await this.#store.get(key);
    }
    if (this.epoch !== undefined && this.epoch !== epoch) {
      this.lose();
    }
    this.epoch = epoch;
  }

  /** All that can be seen of a loss here. */
  async look(): Promise<void> {
    const { life, lastId } = this;
    await this.lookAtEpoch();
    const there = await this.#store.lastId(this.#keys.blocks(this.number));
    if (this.life === life && compareIds(there, lastId) < 0) {
      this.lose();
    }
  }

  lose(): void {
    this.life++;
    this.forgetful = true;
    this.lastId = FIRST;
    this.#onLoss();
  }

  /** By writer. */
  async delivered(): Promise<Map<string, Delivered>> {
    return readDelivered(await this.#store.getFields(this.#keys.delivered(this.number)));
  }

  /** Tells shippers of what is known here to be delivered: below which seq, by writer. */
  async remind(delivered: ReadonlyMap<string, number>): Promise<void> {
    const fields = new Map([...delivered].map(([writer, next]) => [writer, String(next)]));
    await this.#store.setFields(this.#keys.delivered(this.number), fields);
    this.forgetful = false;
  }
}
