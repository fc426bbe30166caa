/**
 * One partition of the store, as far as a forwarder uses it: it appends, and knows whether what it appended is still there.
 *
 * A store can lose what it took: it is flushed, restarted without its data, or restored from an old snapshot. That is noticed
 *
 *   - by the epoch, a random text that the first forwarder leaves in the partition: it is gone, or another one, after a flush;
 *   - by the last id of the stream, when it is lower than what was appended: an old snapshot, or a stream that is missing; it is
 *     asked for after a new connection and at a probe only, for with it the server sends two whole blocks;
 *   - by a server that was not there before (`forwarder.ts` compares run ids): then all that is not delivered is in doubt.
 *
 * Each loss begins a new `life`; whoever appended in an earlier one has to send again what is not delivered.
 */
import { type Delivered, deliveredField, readDelivered } from "../buffer/redis/delivered.js";
import { compareIds, FIRST } from "../buffer/redis/entry-id.js";
import type { Keys } from "../buffer/redis/keys.js";
import { leaseTokenIn } from "../buffer/redis/partition-lease.js";
import type { Store } from "../buffer/redis/store.js";
import type { Clock } from "../system/clock.js";
import { randomId } from "../system/random.js";

const EPOCH_CHARS = 12;
/**
 * How often all is read of what is delivered, of all writers of the partition: a late shipper may have told of some under its
 * own token. Where no lease in order names a token, all is read this often.
 */
const READ_ALL_MS = 30_000;
const READ_ALL_LEASELESS_MS = 5000;

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
  readonly #clock: Pick<Clock, "elapsed">;
  readonly #onLoss: () => void;
  /** As they were when the last id was asked for. */
  #connections = -1;
  /** Under which what is delivered was written when all of it was read. */
  #token: number | undefined;
  #readAllAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    store: Store,
    keys: Keys,
    readonly number: number,
    clock: Pick<Clock, "elapsed">,
    onLoss: () => void,
  ) {
    this.#store = store;
    this.#keys = keys;
    this.#clock = clock;
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

  /** What costs little, and the rest where the server may be another one. */
  async glance(): Promise<void> {
    if (this.#connections === this.#store.connections) {
      await this.lookAtEpoch();
    } else {
      await this.look();
    }
  }

  /** All that can be seen of a loss here. */
  async look(): Promise<void> {
    const { life, lastId } = this;
    const { connections } = this.#store;
    await this.lookAtEpoch();
    const there = await this.#store.lastId(this.#keys.blocks(this.number));
    this.#connections = connections;
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

  /**
   * What of these writers is delivered, in all or more of it than before: there may be thousands of others, so what the
   * shipper says that holds the partition now is asked for, and all only when that is another one, now and then, and when
   * `all` is asked for.
   */
  async deliveredOf(writers: readonly string[], all: boolean): Promise<Map<string, Delivered>> {
    const nowMs = this.#clock.elapsed();
    const token = leaseTokenIn(await this.#store.get(this.#keys.lease(this.number)));
    const readAllMs = token === undefined ? READ_ALL_LEASELESS_MS : READ_ALL_MS;
    if (!all && token === this.#token && nowMs - this.#readAllAtMs < readAllMs) {
      const fields = token === undefined ? [] : writers.map((writer) => deliveredField(writer, token));
      return readDelivered(await this.#store.pickFields(this.#keys.delivered(this.number), fields));
    }
    const delivered = await this.delivered();
    this.#token = token;
    this.#readAllAtMs = nowMs;
    return delivered;
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
