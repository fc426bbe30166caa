/**
 * What is delivered of all writers of one partition: in memory, in the store (delivered.ts) and on the shipper's disk
 * (delivered-file.ts). What each of them knows is true, so that together they are right, whichever was lost.
 *
 * Writers are many, one for every life of a process, so those of which nothing was delivered for long are forgotten, and where
 * there are very many, those for which it is longest. What comes of a forgotten one again is delivered again, after it was held
 * back for a while (holds.ts). Within the hour nobody is forgotten: its forwarder has to hear what is delivered.
 */
import type { Clock } from "../../system/clock.js";
import { type Delivered, deliveredField, readDelivered } from "./delivered.js";
import type { DeliveredFile } from "./delivered-file.js";
import { Series } from "./series.js";
import type { Store } from "./store.js";

const KEPT_MS_MAX = 7 * 24 * 3_600_000;
const KEPT_MS_MIN = 3_600_000;
/** Of one partition; each takes some 100 bytes of the store. */
const KEPT_MAX = 10_000;
const FORGET_INTERVAL_MS = 600_000;

export interface DeliveredRecordsOptions {
  readonly store: Store;
  readonly key: string;
  readonly clock: Clock;
  readonly file: DeliveredFile;
  /** Of the lease, which may be taken anew. */
  readonly token: () => number;
}

export class DeliveredRecords {
  readonly #options: DeliveredRecordsOptions;
  readonly #series = new Map<string, Series>();
  /** Writers of whom the store does not know all that is delivered. */
  readonly #unwritten = new Set<string>();
  /** By `elapsed`. */
  #forgotAtMs: number;

  constructor(options: DeliveredRecordsOptions) {
    this.#options = options;
    this.#forgotAtMs = options.clock.elapsed();
    for (const [writer, delivered] of options.file.read()) {
      this.of(writer).learn(delivered);
    }
  }

  of(writer: string): Series {
    let series = this.#series.get(writer);
    if (series === undefined) {
      series = new Series();
      this.#series.set(writer, series);
    }
    return series;
  }

  known(writer: string): Series | undefined {
    return this.#series.get(writer);
  }

  /** Nothing that was given is still to be delivered. */
  get settled(): boolean {
    return [...this.#series.values()].every((series) => series.settled);
  }

  get written(): boolean {
    return this.#unwritten.size === 0;
  }

  /** Learns what stands in the store; what it does not know is written to it the next time. */
  async load(): Promise<void> {
    const { store, key, clock } = this.#options;
    const stored = readDelivered(await store.getFields(key));
    for (const [writer, delivered] of stored) {
      delivered.atMs ||= clock.now();
      this.of(writer).learn(delivered);
    }
    for (const [writer, { delivered }] of this.#series) {
      if (delivered.contiguous + delivered.beyond.length > 0 && `${delivered}` !== `${stored.get(writer)}`) {
        this.#unwritten.add(writer);
      }
    }
    await this.forgetOld(true);
  }

  deliver(writer: string, from: number, to: number): void {
    this.of(writer).deliver(from, to, this.#options.clock.now());
    this.#unwritten.add(writer);
    this.#options.file.writeSoon(() => this.#all());
  }

  /** What was given and is not delivered will be given again. */
  forgetGiven(): void {
    for (const series of this.#series.values()) {
      series.forget();
    }
  }

  /** Rejects with what the store refuses; then it is written the next time. */
  async write(): Promise<void> {
    const { store, key, token } = this.#options;
    const writers = [...this.#unwritten];
    if (writers.length === 0) {
      return;
    }
    this.#unwritten.clear();
    const fields = new Map<string, string>();
    const earlier: string[] = [];
    for (const writer of writers) {
      const { delivered } = this.of(writer);
      const field = deliveredField(writer, token());
      fields.set(field, `${delivered}`);
      earlier.push(...[...delivered.fields].filter((name) => name !== field));
      delivered.fields.clear();
      delivered.fields.add(field);
    }
    try {
      await store.setFields(key, fields);
    } catch (error) {
      for (const writer of writers) {
        this.#unwritten.add(writer);
      }
      throw error;
    }
    if (earlier.length > 0) {
      await store.removeFields(key, earlier);
    }
  }

  /** False when the disk does not take it. */
  writeToDisk(): boolean {
    return this.#options.file.writeNow();
  }

  /** At most now and then, unless `now`. */
  async forgetOld(now = false): Promise<void> {
    const { store, key, clock } = this.#options;
    const elapsedMs = clock.elapsed();
    if (!now && elapsedMs - this.#forgotAtMs < FORGET_INTERVAL_MS) {
      return;
    }
    this.#forgotAtMs = elapsedMs;
    const fields: string[] = [];
    for (const [writer, { delivered }] of this.#old()) {
      this.#series.delete(writer);
      this.#unwritten.delete(writer);
      fields.push(...delivered.fields);
    }
    if (fields.length > 0) {
      await store.removeFields(key, fields);
    }
  }

  #old(): (readonly [writer: string, Series])[] {
    const nowMs = this.#options.clock.now();
    // What was written by a clock that stood far ahead is no younger than what was written long ago.
    const age = ([, { delivered }]: readonly [string, Series]): number => Math.abs(nowMs - delivered.atMs);
    return [...this.#series]
      .filter(([, series]) => series.delivered.atMs > 0 && series.settled)
      .sort((a, b) => age(a) - age(b))
      .filter((each, index) => age(each) > (index < KEPT_MAX ? KEPT_MS_MAX : KEPT_MS_MIN));
  }

  *#all(): Generator<readonly [writer: string, Delivered]> {
    for (const [writer, { delivered }] of this.#series) {
      yield [writer, delivered];
    }
  }
}
