/** What really was logged: the truth that everything else is held against. */
import type { StoredRecord } from "../../../src/buffer/buffer.js";

/** What the cloud will say to a record: nothing, or that it refuses every batch that holds it, or that it skips it. */
export type Fate = "healthy" | "poison" | "rejected";

export interface LoggedRecord {
  readonly record: Omit<StoredRecord, "ordinal">;
  readonly line: string;
  readonly fate: Fate;
}

export class Logged {
  /** By id. Only records whose append has returned. */
  readonly records = new Map<string, LoggedRecord>();
  /** Records that found no room and were counted by their writer. */
  dropped = 0;
  /** One of them is so large that it becomes parts. */
  hasParts = false;
  /** Calls of `append`. */
  calls = 0;
  /** Ids of which an acknowledgement has reached the journal. */
  readonly acknowledged = new Set<string>();

  get allAcknowledged(): boolean {
    return this.acknowledged.size === this.records.size;
  }
}

export function idOf({ writer, seq }: { readonly writer: string; readonly seq: number }): string {
  return `${writer}-${seq}`;
}

/** A record as a logger writes it; `bytes` are about what its text takes. */
export function logRecord(
  writer: string,
  seq: number,
  { timestamp, service, fate, bytes }: { timestamp: number; service: string; fate: Fate; bytes: number },
): LoggedRecord {
  const time = new Date(timestamp).toISOString();
  const data = `${fate} ${"x".repeat(bytes)}`;
  const line = `{"timestamp":"${time}","service":"${service}","data":"${data}","type":"INFO","id":"${writer}-${seq}"}`;
  const buffer = Buffer.from(line);
  return {
    record: { timestamp, writer, seq, service, type: "INFO", bytes: buffer, start: 0, end: buffer.length },
    line,
    fate,
  };
}
