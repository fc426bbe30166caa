/** What was delivered lately, which a buffer does not hold any more: whoever ships keeps some of it for those who look. */
import type { StoredRecord } from "../record/stored-record.js";

export interface RecentRecord {
  readonly writer: string;
  readonly seq: number;
  /** In ms since 1970-01-01 UTC. */
  readonly timestamp: number;
  readonly service: string;
  readonly type: string;
  /** The line, in bytes that nobody writes to again. */
  readonly line: Buffer;
}

export interface RecentRecords {
  /** In any order. */
  all(): Iterable<RecentRecord>;
  /** Undefined when it is not there, or not any more. */
  find(writer: string, seq: number): RecentRecord | undefined;
}

/** Several of them in a few pieces, to go to another thread: objects would take longer on their way than what is in them. */
export interface PackedRecent {
  readonly lines: Uint8Array<ArrayBuffer>;
  /** Of each record, in the order in which they were added. */
  readonly lineBytes: Uint32Array<ArrayBuffer>;
  readonly seqs: Float64Array<ArrayBuffer>;
  readonly timestamps: Float64Array<ArrayBuffer>;
  /** Which of the heads it has. */
  readonly headIndices: Uint32Array<ArrayBuffer>;
  readonly heads: readonly Head[];
}

type Head = Pick<RecentRecord, "writer" | "service" | "type">;

export class RecentPacker {
  readonly #lines: Buffer[] = [];
  readonly #seqs: number[] = [];
  readonly #timestamps: number[] = [];
  readonly #headIndices: number[] = [];
  readonly #heads: Head[] = [];
  readonly #indexOf = new Map<string, number>();
  /** Of the record before: mostly many follow each other that have the same. */
  #head: Head | undefined;
  #index = 0;

  add({ writer, seq, timestamp, service, type, line }: RecentRecord): void {
    const head = this.#head;
    if (head?.type !== type || head.writer !== writer || head.service !== service) {
      this.#head = { writer, service, type };
      this.#index = this.#place(this.#head);
    }
    this.#lines.push(line);
    this.#seqs.push(seq);
    this.#timestamps.push(timestamp);
    this.#headIndices.push(this.#index);
  }

  packed(): PackedRecent {
    const lines = new Uint8Array(this.#lines.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const line of this.#lines) {
      lines.set(line, at);
      at += line.length;
    }
    return {
      lines,
      lineBytes: Uint32Array.from(this.#lines, ({ length }) => length),
      seqs: Float64Array.from(this.#seqs),
      timestamps: Float64Array.from(this.#timestamps),
      headIndices: Uint32Array.from(this.#headIndices),
      heads: this.#heads,
    };
  }

  #place(head: Head): number {
    const key = JSON.stringify([head.writer, head.service, head.type]);
    const known = this.#indexOf.get(key);
    if (known !== undefined) return known;
    this.#indexOf.set(key, this.#heads.length);
    return this.#heads.push(head) - 1;
  }
}

export function unpackRecent({
  lines,
  lineBytes,
  seqs,
  timestamps,
  headIndices,
  heads,
}: PackedRecent): RecentRecord[] {
  const all = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength);
  let at = 0;
  return Array.from(lineBytes, (bytes, index) => {
    const line = all.subarray(at, at + bytes);
    at += bytes;
    const { writer, service, type } = heads[headIndices[index]!]!;
    return { writer, seq: seqs[index]!, timestamp: timestamps[index]!, service, type, line };
  });
}

export function storedRecent({ line, ...head }: RecentRecord): StoredRecord {
  return { ...head, ordinal: head.seq, bytes: line, start: 0, end: line.length };
}
