/**
 * What arrived, by the ids in the lines, for so little work that the one who counts does not become the limit: each byte is
 * looked at once by a native search and only ids and timestamps are read. It knows nothing of the limits of a put; the strict
 * stand-in does.
 *
 * A line ends in its id, `"id":"<writer>-<seq>"}`, and between two events stands `"},{"timestamp":`, which no message can
 * hold, because each quote in a message is escaped. What does not look like that is not counted, and so counts as lost.
 *
 * As CloudWatch does, a stream is read by timestamp, and inside one millisecond in the order of arrival.
 */
export interface ArrivalTally {
  readonly distinct: number;
  readonly lost: number;
  readonly duplicates: number;
  /** Records that are read before another of the same writer with a lower number. */
  readonly outOfOrder: number;
}

const EVENTS = Buffer.from('"logEvents":[{"timestamp":');
const BETWEEN = Buffer.from('"},{"timestamp":');
const END = Buffer.from('"}]');
/** `,"message":"`, between a timestamp's digits and its message. */
const MESSAGE_MEMBER_BYTES = 12;
/** What stands before an id and behind it in a message: `\"id\":\"` and `\"}`. */
const ID_MEMBER = Buffer.from('\\"id\\":\\"');
const ID_END = Buffer.from('\\"}');
/** More than the events of any put. */
const PLACES_PER_PUT = 16_384;
const ZERO = 0x30;
const DASH = 0x2d;
const QUOTE = 0x22;

export class Arrivals {
  /** Records that arrived, each counted once. */
  distinct = 0;
  #duplicates = 0;
  #puts = 0;
  #writer = new Writer(Buffer.alloc(0));
  readonly #writers = new Map<string, Writer>();
  readonly #skipBytes: number;

  /** `lineBytesMin`: no line is shorter, so that the end of an event need not be looked for before. */
  constructor(lineBytesMin = 0) {
    this.#skipBytes = lineBytesMin;
  }

  /** Takes the body of one put, in the order of arrival. Returns how many events are in it. */
  add(body: Buffer): number {
    this.#puts++;
    let events = 0;
    const first = body.indexOf(EVENTS);
    const last = body.lastIndexOf(END);
    let from = first === -1 ? last : first + EVENTS.length;
    while (from < last) {
      let timestamp = 0;
      let at = from;
      for (let digit = body[at]! - ZERO; digit >= 0 && digit <= 9; digit = body[++at]! - ZERO) {
        timestamp = timestamp * 10 + digit;
      }
      const found = body.indexOf(BETWEEN, at + MESSAGE_MEMBER_BYTES + this.#skipBytes);
      const end = found === -1 ? last : found;
      this.#record(body, end, timestamp, this.#puts * PLACES_PER_PUT + events);
      events++;
      from = end + BETWEEN.length;
    }
    return events;
  }

  tally(expected: Readonly<Record<string, number>>): ArrivalTally {
    let lost = 0;
    for (const [id, count] of Object.entries(expected)) {
      lost += count - (this.#writers.get(id)?.countBelow(count) ?? 0);
    }
    const outOfOrder = [...this.#writers.values()].reduce((sum, writer) => sum + writer.outOfOrder(), 0);
    return { distinct: this.distinct, lost, duplicates: this.#duplicates, outOfOrder };
  }

  /** The record whose message ends before `end`. */
  #record(body: Buffer, end: number, timestamp: number, place: number): void {
    let at = end - ID_END.length;
    if (!standsAt(ID_END, body, at)) return;
    let seq = 0;
    let unit = 1;
    for (at--; body[at] !== DASH; at--, unit *= 10) {
      const digit = body[at]! - ZERO;
      if (!(digit >= 0 && digit <= 9)) return;
      seq += digit * unit;
    }
    const idStart = at - this.#writer.id.length;
    if (!standsAt(this.#writer.id, body, idStart) || !standsAt(ID_MEMBER, body, idStart - ID_MEMBER.length)) {
      const quote = body.lastIndexOf(QUOTE, at);
      if (!standsAt(ID_MEMBER, body, quote + 1 - ID_MEMBER.length)) return;
      this.#writer = this.#writerOf(body.toString("latin1", quote + 1, at));
    }
    if (this.#writer.add(seq, timestamp, place)) {
      this.distinct++;
    } else {
      this.#duplicates++;
    }
  }

  #writerOf(id: string): Writer {
    let writer = this.#writers.get(id);
    if (writer === undefined) {
      writer = new Writer(Buffer.from(id, "latin1"));
      this.#writers.set(id, writer);
    }
    return writer;
  }
}

/** By seq, where a record is read: its timestamp, and its place in the order of arrival; 0 before it arrived. */
class Writer {
  readonly id: Buffer;
  #timestamps = new Float64Array(1024);
  #places = new Float64Array(1024);

  constructor(id: Buffer) {
    this.id = id;
  }

  /** False when it is there already. */
  add(seq: number, timestamp: number, place: number): boolean {
    if (seq >= this.#places.length) this.#grow(seq);
    if (this.#places[seq] !== 0) return false;
    this.#places[seq] = place;
    this.#timestamps[seq] = timestamp;
    return true;
  }

  countBelow(end: number): number {
    let count = 0;
    for (const place of this.#places.subarray(0, end)) {
      if (place !== 0) count++;
    }
    return count;
  }

  outOfOrder(): number {
    let count = 0;
    let lastTimestamp = 0;
    let lastPlace = 0;
    for (let seq = 0; seq < this.#places.length; seq++) {
      const place = this.#places[seq]!;
      const timestamp = this.#timestamps[seq]!;
      if (place === 0) continue;
      if (timestamp < lastTimestamp || (timestamp === lastTimestamp && place < lastPlace)) {
        count++;
      } else {
        lastTimestamp = timestamp;
        lastPlace = place;
      }
    }
    return count;
  }

  #grow(seq: number): void {
    const length = 2 ** Math.ceil(Math.log2(seq + 1));
    this.#places = copied(this.#places, length);
    this.#timestamps = copied(this.#timestamps, length);
  }
}

function copied(values: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  const copy = new Float64Array(length);
  copy.set(values);
  return copy;
}

function standsAt(text: Buffer, body: Buffer, at: number): boolean {
  for (let i = 0; i < text.length; i++) {
    if (body[at + i] !== text[i]) return false;
  }
  return text.length > 0;
}
