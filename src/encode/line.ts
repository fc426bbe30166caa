/**
 * A record becomes a line, written straight to where it will stay.
 *
 *     {"timestamp":"…","service"  :"api","data":  "text"  ,"type":"INFO","request_id":"r","metadata":{…},"id":"w-7"}
 *     └──── stamp, words ───────┘└─ head, words ─┘└ data ┘└────────────────────── tail, one string ────────────────────┘
 *
 * Stamp and head are copied as 32-bit words: for so few bytes that is faster than a call into native code. A long text
 * is written to its place as it is and looked through there, four bytes at a time; only if it holds something to be
 * escaped is it written again by way of `JSON.stringify`. Measured in bench/log-call.
 */
import { STAMP_WORDS } from "../record/time.js";
import { stringText } from "./plain.js";
import { type EncodeCounts, valueText } from "./text.js";

/** Memory that a line can be written to. Its bytes begin at a multiple of 8. */
export interface LineTarget {
  readonly bytes: Buffer;
  readonly words: Int32Array;
}

/** Node's writer of UTF-8 without the argument checks of `Buffer.write`; writes whole characters only. */
type Utf8Writer = { utf8Write(text: string, at: number, bytesMax: number): number };

/** Shorter texts cost less as a part of the tail than as a write of their own. */
const DIRECT_CHARS_MIN = 64;
/** UTF-8 takes at most 3 bytes for a UTF-16 unit. */
const UTF8_BYTES_PER_CHAR_MAX = 3;

/** The part of a line between the stamp and the data; made once for a service. */
export class Head {
  readonly words: Int32Array;
  /** Bytes of the line up to and including `"data":`. */
  readonly bytes: number;
  /** Bytes of the service's JSON text. */
  readonly serviceBytes: number;

  constructor(service: string) {
    const text = JSON.stringify(service);
    const bytes = Buffer.from(`":${text},"data":`);
    this.words = new Int32Array(Math.ceil(bytes.length / 4));
    Buffer.from(this.words.buffer).set(bytes);
    this.bytes = STAMP_WORDS * 4 + bytes.length;
    this.serviceBytes = Buffer.byteLength(text);
  }
}

/** Whether the data is a text to be written to its place by itself; otherwise `dataText` makes it part of the tail. */
export function encodeDirect(data: unknown): data is string {
  return typeof data === "string" && data.length >= DIRECT_CHARS_MIN;
}

export function dataText(data: unknown, counts: EncodeCounts): string {
  return typeof data === "string" ? stringText(data) : data === undefined ? "null" : valueText(data, counts);
}

/** More than the line's bytes ever are; exact enough to ask for room. */
export function lineBytesBound(head: Head, direct: string | undefined, tail: string): number {
  const data = direct === undefined ? 0 : Buffer.byteLength(JSON.stringify(direct));
  return head.bytes + data + Buffer.byteLength(tail) + STAMP_WORDS * 4;
}

/**
 * Writes the line at `at`, a multiple of 8. Returns where it ends, or -1 when it does not fit before the target's end;
 * bytes after `at` may have changed even then.
 */
export function placeLine(
  target: LineTarget,
  at: number,
  stamp: Int32Array,
  head: Head,
  direct: string | undefined,
  tail: string,
): number {
  const { bytes, words } = target;
  const limit = bytes.length;
  let word = at >> 2;
  if (at + head.bytes + 8 > limit) {
    return -1;
  }
  for (let i = 0; i < STAMP_WORDS; i++) {
    words[word++] = stamp[i]!;
  }
  const headWords = head.words;
  for (let i = 0; i < headWords.length; i++) {
    words[word++] = headWords[i]!;
  }
  let end = at + head.bytes;
  if (direct !== undefined) {
    end = placeString(target, end, limit, direct);
    if (end < 0) {
      return -1;
    }
  }
  return placeText(bytes, end, limit, tail);
}

function placeText(bytes: Buffer, at: number, limit: number, text: string): number {
  const room = limit - at;
  if (text.length * UTF8_BYTES_PER_CHAR_MAX > room && Buffer.byteLength(text) > room) {
    return -1;
  }
  return at + (bytes as unknown as Utf8Writer).utf8Write(text, at, room);
}

/** The text as a JSON string, quotes included. */
function placeString(target: LineTarget, at: number, limit: number, text: string): number {
  const { bytes } = target;
  if (at >= limit) {
    return -1;
  }
  bytes[at] = 0x22;
  const end = placeText(bytes, at + 1, limit, text);
  if (end < 0 || end >= limit) {
    return -1;
  }
  const onlyAscii = end - at - 1 === text.length;
  if (needsEscape(target, at + 1, end) || !(onlyAscii || text.isWellFormed())) {
    return placeText(bytes, at, limit, JSON.stringify(text));
  }
  bytes[end] = 0x22;
  return end + 1;
}

/** True when a byte in [from, to) is a quote, a backslash or a control character. */
function needsEscape({ bytes, words }: LineTarget, from: number, to: number): boolean {
  let i = from;
  for (; i < to && (i & 3) !== 0; i++) {
    if (escapes(bytes[i]!)) {
      return true;
    }
  }
  // The usual trick on bytes in a word: x - n borrows into the top bit of each byte that is below n. A quote is 0x22,
  // and with bit 1 flipped it falls below 0x21 together with all control characters, and nothing else does.
  let word = i >> 2;
  for (const last = (to >> 2) - 1; word < last; word += 2) {
    const a = words[word]!;
    const b = words[word + 1]!;
    const aSlash = a ^ 0x5c5c5c5c;
    const bSlash = b ^ 0x5c5c5c5c;
    const found =
      (((a ^ 0x02020202) - 0x21212121) & ~a) |
      ((aSlash - 0x01010101) & ~aSlash) |
      (((b ^ 0x02020202) - 0x21212121) & ~b) |
      ((bSlash - 0x01010101) & ~bSlash);
    if ((found & 0x80808080) !== 0) {
      return true;
    }
  }
  for (i = Math.max(i, word << 2); i < to; i++) {
    if (escapes(bytes[i]!)) {
      return true;
    }
  }
  return false;
}

function escapes(byte: number): boolean {
  return byte < 0x20 || byte === 0x22 || byte === 0x5c;
}
