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

/** Records of one writer, one after the other. */
export interface RecentRange {
  readonly writer: string;
  /** Seqs, both included. */
  readonly from: number;
  to: number;
  /** The newest timestamp among them, in ms since 1970-01-01 UTC. */
  newestMs: number;
}

export interface RecentRecords {
  /** How many were kept since the start, whether they are here still or not. */
  readonly added: number;
  /** In any order; without most that were kept before `after` records were, default none, and what is not wanted. */
  all(after?: number, isWanted?: (writer: string, seq: number) => boolean): Iterable<RecentRecord>;
  /** Which those are that were kept after so many. */
  ranges(after: number): readonly RecentRange[];
  /** Undefined when it is not there, or not any more. */
  find(writer: string, seq: number): RecentRecord | undefined;
}

/** What was kept after a number of records, and how many there are now. */
export interface Added {
  readonly added: number;
  readonly ranges: readonly RecentRange[];
}

/** Records that were kept after a number of others. */
export interface Asked {
  readonly after: number;
  readonly ranges: readonly RecentRange[];
}

/** The same as another thread has it: by asking. */
export interface AskedRecent {
  all(): Promise<readonly RecentRecord[]>;
  /** Where the buffer says which records passed between two reads. */
  readonly between?: {
    since(added: number): Promise<Added>;
    records(of: Asked): Promise<readonly RecentRecord[]>;
  };
}

export function isIn(ranges: readonly RecentRange[]): (writer: string, seq: number) => boolean {
  const byWriter = new Map<string, RecentRange[]>();
  for (const range of ranges) {
    const before = byWriter.get(range.writer);
    if (before === undefined) byWriter.set(range.writer, [range]);
    else before.push(range);
  }
  return (writer, seq) => byWriter.get(writer)?.some(({ from, to }) => seq >= from && seq <= to) ?? false;
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
