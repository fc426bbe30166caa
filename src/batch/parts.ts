/**
 * A record whose line is too large for one event is split into numbered parts; nothing of it is lost. Each part is an
 * event of its own, one line of JSON:
 *
 *     {"timestamp":"2026-08-01T12:00:00.000Z","service":"api","type":"INFO","id":"<writer>-<seq>",
 *      "part":1,"parts":3,"text":"<a piece of the line, as a JSON string>"}
 *
 * The decoded `text` of all parts, put together in order, is the line, byte for byte. Each part is filled until the
 * next character would not fit. A character is never cut in two. Bytes that are not UTF-8, which no line should hold,
 * are replaced by U+FFFD first, as Buffer.toString does; only then can every part be a JSON text.
 */
import { isUtf8 } from "node:buffer";
import type { StoredRecord } from "../buffer/buffer.js";
import { idAtEnd } from "../record/line-id.js";
import type { RecordPart } from "./batch.js";

/** The smallest event that has room for a part's frame, shortened labels and one escaped character. */
export const PART_BYTES_MIN = 256;

/**
 * The largest share of an event that each of service, type and writer may take in a part's frame. They are text of
 * the application and have no bound of their own; the whole of them stands in `text` anyway.
 */
const LABEL_SHARE_MAX = 1 / 8;

/** Bytes of the longest escape of one character in a JSON string: a backslash, a u and four digits. */
const ESCAPE_BYTES_MAX = 6;

/** Milliseconds around 1970 beyond which a Date holds no moment, by ECMA-262. */
const DATE_MS_MAX = 8.64e15;

const FRAME_END = "}";

/** How many bytes each byte of UTF-8 text takes inside a JSON string. */
const ESCAPED_LENGTHS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x80 ? JSON.stringify(String.fromCharCode(byte)).length - 2 : 1,
);

/** The record as events of at most `eventBytesMax` bytes, which is at least `PART_BYTES_MIN`. */
export function splitRecord(record: StoredRecord, eventBytesMax: number): RecordPart[] {
  const line = validLine(record);
  const head = frameHead(record, line, Math.floor(eventBytesMax * LABEL_SHARE_MAX));
  // There are never more parts than bytes, so no frame has longer numbers than this one.
  const frameBytes = Buffer.byteLength(`${frameStart(head, line.length, line.length)}""${FRAME_END}`);
  const cuts = cutText(line, eventBytesMax - frameBytes);
  return cuts.map((end, index) => {
    const start = index === 0 ? 0 : cuts[index - 1]!;
    const text = JSON.stringify(line.toString("utf8", start, end));
    const bytes = Buffer.from(frameStart(head, index + 1, cuts.length) + text + FRAME_END);
    return {
      record,
      timestamp: record.timestamp,
      bytes,
      start: 0,
      end: bytes.length,
      part: index + 1,
      parts: cuts.length,
    };
  });
}

function validLine(record: StoredRecord): Buffer {
  const line = record.bytes.subarray(record.start, record.end);
  return isUtf8(line) ? line : Buffer.from(line.toString());
}

function frameHead(record: StoredRecord, line: Buffer, labelBytesMax: number): string {
  const service = JSON.stringify(shortened(record.service, labelBytesMax));
  const type = JSON.stringify(shortened(record.type, labelBytesMax));
  // A replayed record's own id is the one in its line. Where that has none, its place in the buffer names it.
  const own = idAtEnd(line) ?? "";
  const fits = own !== "" && Buffer.byteLength(own) <= labelBytesMax;
  const id = JSON.stringify(fits ? own : `${shortened(record.writer, labelBytesMax)}-${record.seq}`);
  return `{"timestamp":"${timeText(record.timestamp)}","service":${service},"type":${type},"id":${id}`;
}

function frameStart(head: string, part: number, parts: number): string {
  return `${head},"part":${part},"parts":${parts},"text":`;
}

/** The label, or where its JSON text with its two quotes is too long, as many characters as fit in the worst case. */
function shortened(label: string, bytesMax: number): string {
  if (Buffer.byteLength(JSON.stringify(label)) <= bytesMax) return label;
  return label.slice(0, Math.floor((bytesMax - 2) / ESCAPE_BYTES_MAX));
}

/** ISO 8601 in UTC, or the bare number where it is no moment in time. */
function timeText(timestamp: number): string {
  return Math.abs(timestamp) <= DATE_MS_MAX ? new Date(timestamp).toISOString() : String(timestamp);
}

/** The ends of the pieces, each the longest whose escaped form takes at most `room` bytes. */
function cutText(line: Buffer, room: number): number[] {
  const cuts: number[] = [];
  let used = 0;
  for (let at = 0; at < line.length; ) {
    const next = at + characterLength(line[at]!);
    const cost = next - at === 1 ? ESCAPED_LENGTHS[line[at]!]! : next - at;
    if (used + cost > room) {
      cuts.push(at);
      used = 0;
    }
    used += cost;
    at = next;
  }
  cuts.push(line.length);
  return cuts;
}

/** Bytes of the UTF-8 character that begins with `lead`. */
function characterLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}
