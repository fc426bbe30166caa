/** What was delivered lately, which a buffer does not hold any more: whoever ships keeps some of it for those who look. */
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

/** Several of them in one piece, to go to another thread without being copied there once more. */
export interface PackedRecent {
  readonly heads: readonly (Omit<RecentRecord, "line"> & { readonly bytes: number })[];
  readonly lines: Uint8Array<ArrayBuffer>;
}

export function packRecent(records: readonly RecentRecord[]): PackedRecent {
  const lines = new Uint8Array(records.reduce((sum, { line }) => sum + line.length, 0));
  let at = 0;
  const heads = records.map(({ writer, seq, timestamp, service, type, line }) => {
    lines.set(line, at);
    at += line.length;
    return { writer, seq, timestamp, service, type, bytes: line.length };
  });
  return { heads, lines };
}

export function unpackRecent({ heads, lines }: PackedRecent): RecentRecord[] {
  const all = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength);
  let at = 0;
  return heads.map(({ bytes, ...head }) => {
    const line = all.subarray(at, at + bytes);
    at += bytes;
    return { ...head, line };
  });
}
