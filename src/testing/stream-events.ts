/**
 * The events of one log stream.
 *
 * Format: one Buffer holds the messages of one put, end to end; typed arrays hold, by arrival, each event's timestamp,
 * put, offset and length. That is 20 bytes an event beside its message and nothing for the garbage collector to walk,
 * so that a million events fit beside the program they measure.
 *
 * Order: a stream reads by timestamp and, inside one millisecond, by arrival. While puts arrive in that order nothing
 * is sorted: rank and arrival are the same number. The first put that comes late switches to a list of arrivals by
 * rank, brought up to date when the stream is read; Array#sort finds the runs in it, so that stays near linear.
 */

/** What the events of one put have in common. */
export interface Put {
  /** The put's number among all puts of the server; orders events of one millisecond over streams. */
  readonly seq: number;
  readonly ingestionTime: number;
  /** The messages, end to end. */
  readonly bytes: Buffer;
}

/** A place between two events: before the event which has the same numbers, behind all smaller ones. */
export interface Position {
  readonly timestamp: number;
  readonly putSeq: number;
  readonly arrival: number;
}

export interface EventView extends Position {
  readonly message: string;
  readonly messageBytes: number;
  readonly ingestionTime: number;
}

const capacityAtFirst = 64;

export class StreamEvents {
  #count = 0;
  #timestamps = new Float64Array(capacityAtFirst);
  #puts = new Uint32Array(capacityAtFirst);
  #offsets = new Uint32Array(capacityAtFirst);
  #lengths = new Uint32Array(capacityAtFirst);
  readonly #putList: Put[] = [];
  #newest = Number.NEGATIVE_INFINITY;
  #oldest = Number.POSITIVE_INFINITY;
  /** Arrivals by rank; undefined as long as every event arrived in order. */
  #ranks: number[] | undefined;

  get count(): number {
    return this.#count;
  }

  get firstTimestamp(): number | undefined {
    return this.#count === 0 ? undefined : this.#oldest;
  }

  get lastTimestamp(): number | undefined {
    return this.#count === 0 ? undefined : this.#newest;
  }

  get lastIngestionTime(): number | undefined {
    return this.#putList.at(-1)?.ingestionTime;
  }

  /** Adds one put; `lengths[i]` bytes of `put.bytes` are the message of the event at `timestamps[i]`. */
  append(put: Put, timestamps: readonly number[], lengths: readonly number[]): void {
    this.#reserve(timestamps.length);
    const putIndex = this.#putList.push(put) - 1;
    let offset = 0;
    for (let i = 0; i < timestamps.length; i++) {
      const timestamp = timestamps[i]!;
      const arrival = this.#count++;
      this.#timestamps[arrival] = timestamp;
      this.#puts[arrival] = putIndex;
      this.#offsets[arrival] = offset;
      this.#lengths[arrival] = lengths[i]!;
      offset += lengths[i]!;
      if (timestamp < this.#newest) this.#ranks ??= Array.from({ length: arrival }, (_, rank) => rank);
      else this.#newest = timestamp;
      if (timestamp < this.#oldest) this.#oldest = timestamp;
    }
  }

  /** The event at this place of the reading order, from 0. */
  at(rank: number): EventView {
    const arrival = this.#arrivalAt(rank);
    const put = this.#putList[this.#puts[arrival]!]!;
    const start = this.#offsets[arrival]!;
    const messageBytes = this.#lengths[arrival]!;
    return {
      timestamp: this.#timestamps[arrival]!,
      putSeq: put.seq,
      arrival,
      message: put.bytes.toString("utf8", start, start + messageBytes),
      messageBytes,
      ingestionTime: put.ingestionTime,
    };
  }

  /** The rank of the first event at or behind a position; `count` when there is none. */
  rankOf(position: Position): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#isBefore(this.#arrivalAt(middle), position)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #isBefore(arrival: number, position: Position): boolean {
    const byTimestamp = this.#timestamps[arrival]! - position.timestamp;
    if (byTimestamp !== 0) return byTimestamp < 0;
    const byPut = this.#putList[this.#puts[arrival]!]!.seq - position.putSeq;
    return byPut !== 0 ? byPut < 0 : arrival < position.arrival;
  }

  #arrivalAt(rank: number): number {
    const ranks = this.#ranks;
    if (ranks === undefined) return rank;
    if (ranks.length < this.#count) {
      for (let arrival = ranks.length; arrival < this.#count; arrival++) ranks.push(arrival);
      const timestamps = this.#timestamps;
      ranks.sort((a, b) => timestamps[a]! - timestamps[b]! || a - b);
    }
    return ranks[rank]!;
  }

  #reserve(more: number): void {
    const wanted = this.#count + more;
    let capacity = this.#timestamps.length;
    if (wanted <= capacity) return;
    while (capacity < wanted) capacity *= 2;
    this.#timestamps = grown(this.#timestamps, new Float64Array(capacity));
    this.#puts = grown(this.#puts, new Uint32Array(capacity));
    this.#offsets = grown(this.#offsets, new Uint32Array(capacity));
    this.#lengths = grown(this.#lengths, new Uint32Array(capacity));
  }
}

function grown<A extends Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>(from: A, to: A): A {
  to.set(from);
  return to;
}
