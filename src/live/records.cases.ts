/** Records and a follower for the tests of looking. */
import type { Followed, Follower, Hole } from "../follow/follower.js";
import type { StoredRecord } from "../record/stored-record.js";
import type { RecentRecord } from "./recent.js";

export interface Members {
  readonly writer?: string;
  readonly seq?: number;
  readonly timestamp?: number;
  readonly service?: string;
  readonly type?: string;
  readonly data?: unknown;
  readonly request_id?: unknown;
  readonly metadata?: unknown;
}

export function recordOf(members: Members = {}): StoredRecord {
  const { writer = "w", seq = 0, timestamp = 0, service = "api", type = "INFO", ...rest } = members;
  const { data = null, request_id, metadata } = rest;
  const at = new Date(timestamp).toISOString();
  const id = `${writer}-${seq}`;
  const text = JSON.stringify({ timestamp: at, service, data, type, request_id, metadata, id });
  return recordAs(text, { writer, seq, timestamp, service, type });
}

/** With these bytes, among others. */
export function recordAs(text: string, head: Members = {}): StoredRecord {
  const { writer = "w", seq = 0, timestamp = 0, service = "api", type = "INFO" } = head;
  const bytes = Buffer.from(`before${text}after`);
  const common = { writer, seq, ordinal: seq, timestamp, service, type, bytes };
  return { ...common, start: 6, end: bytes.length - 5 };
}

export function recentOf({
  writer,
  seq,
  timestamp,
  service,
  type,
  bytes,
  start,
  end,
}: StoredRecord): RecentRecord {
  return { writer, seq, timestamp, service, type, line: bytes.subarray(start, end) };
}

/** Brings what it is given, one read after the other, and then what is added. An Error is what a read fails with. */
export class ScriptedFollower implements Follower {
  readonly reads: (readonly StoredRecord[] | Error)[] = [];
  /** What each of the reads with records has found missing. */
  readonly holes: (readonly Hole[])[] = [];
  readonly pollMs = 5;
  missed = 0;
  closed = 0;
  asked = 0;

  constructor(...reads: (readonly StoredRecord[] | Error)[]) {
    this.reads.push(...reads);
  }

  async read(): Promise<Followed> {
    this.asked++;
    const records = this.reads.shift() ?? [];
    if (records instanceof Error) throw records;
    const holes = records.length === 0 ? [] : (this.holes.shift() ?? []);
    const missed = holes.reduce((sum, { from, to }) => sum + to - from + 1, this.missed);
    this.missed = 0;
    return { records, missed, holes, drained: this.reads.length === 0 };
  }

  async close(): Promise<void> {
    this.closed++;
  }
}
