/** The newest of many records, in bounded memory. */
import { detached, type StoredRecord } from "../record/stored-record.js";

/** What is known of one of them, whether or not there was room for its line. */
export interface Kept {
  readonly timestamp: number;
  readonly type: string;
  readonly record: StoredRecord | undefined;
}

/** Memory that several share. */
export class Room {
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get isFull(): boolean {
    return this.#bytes > this.#bytesMax;
  }

  take(bytes: number): void {
    this.#bytes += bytes;
  }

  giveBack(bytes: number): void {
    this.#bytes -= bytes;
  }
}

export class Newest {
  readonly #recordsMax: number;
  readonly #room: Room;
  /** A ring: the place of the next one is `#count` modulo its length. */
  readonly #ring: Kept[] = [];
  #count = 0;
  /** The number, counted from the first added, of the oldest one whose line is kept. */
  #oldestLine = 0;

  constructor(recordsMax: number, room: Room) {
    this.#recordsMax = recordsMax;
    this.#room = room;
  }

  add(record: StoredRecord): void {
    if (this.#recordsMax === 0) return;
    if (this.#count - this.#oldestLine === this.#recordsMax) this.#dropOldestLine();
    const { timestamp, type } = record;
    this.#ring[this.#count % this.#recordsMax] = { timestamp, type, record: detached(record) };
    this.#count++;
    this.#room.take(record.end - record.start);
    while (this.#room.isFull && this.#count - this.#oldestLine > 1) this.#dropOldestLine();
  }

  /** The oldest first. */
  all(): Kept[] {
    const at = this.#count % Math.max(1, this.#recordsMax);
    return this.#count <= this.#recordsMax
      ? this.#ring
      : [...this.#ring.slice(at), ...this.#ring.slice(0, at)];
  }

  /** The same, and gives the room of each back. */
  *takeAll(): IterableIterator<Kept> {
    for (const kept of this.all()) {
      if (kept.record !== undefined) this.#dropOldestLine();
      yield kept;
    }
  }

  /** Gives all room back. */
  clear(): void {
    while (this.#oldestLine < this.#count) this.#dropOldestLine();
  }

  #dropOldestLine(): void {
    const place = this.#oldestLine % this.#recordsMax;
    const { timestamp, type, record } = this.#ring[place]!;
    this.#room.giveBack(record!.end - record!.start);
    this.#ring[place] = { timestamp, type, record: undefined };
    this.#oldestLine++;
  }
}
