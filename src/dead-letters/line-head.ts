import { FRAME_BYTES_MIN, FRAME_HEADER_BYTES, SERVICE_AT } from "../journal/format.js";

const STAMP_START = '{"timestamp":"';
const STAMP_END = '","service":';
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** What stands at fixed places of every line that a logger wrote; see `encode/line.ts`. */
export interface LineHead {
  /** ms since 1970-01-01 UTC. */
  readonly timestamp: number;
  readonly service: string;
  /** Bytes of the service's JSON text. */
  readonly serviceBytes: number;
}

/** Undefined for a line that no logger of ours wrote, which therefore cannot stand in a journal. */
export function headOf(line: Buffer): LineHead | undefined {
  const stamp = line.toString("latin1", STAMP_START.length, SERVICE_AT - STAMP_END.length);
  const timestamp = Date.parse(stamp);
  const ours =
    line.length >= FRAME_BYTES_MIN - FRAME_HEADER_BYTES &&
    line.toString("latin1", 0, STAMP_START.length) === STAMP_START &&
    line.toString("latin1", SERVICE_AT - STAMP_END.length, SERVICE_AT) === STAMP_END &&
    !Number.isNaN(timestamp) &&
    new Date(timestamp).toISOString() === stamp;
  const end = ours ? endOfString(line, SERVICE_AT) : -1;
  if (end < 0) return undefined;
  try {
    const service: unknown = JSON.parse(line.toString("utf8", SERVICE_AT, end));
    return { timestamp, service: String(service), serviceBytes: end - SERVICE_AT };
  } catch {
    return undefined;
  }
}

/** Where the JSON string that begins at `start` ends; -1 when none does. */
function endOfString(line: Buffer, start: number): number {
  if (line[start] !== QUOTE) return -1;
  let at = start + 1;
  while (at < line.length && line[at] !== QUOTE) at += line[at] === BACKSLASH ? 2 : 1;
  return at < line.length ? at + 1 : -1;
}
