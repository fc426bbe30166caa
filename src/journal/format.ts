/**
 * The journal's files.
 *
 * A journal is a folder named after its writer's id:
 *
 *     <root>/<writer>/writer.json      who writes: process, host, service, options, counts (see folder.ts)
 *     <root>/<writer>/000000000000.seg segments, numbered without holes in the order of writing
 *     <root>/<writer>/spare-….seg      a prepared segment that is not part of the journal yet
 *     <root>/<writer>/cursor           what shippers have delivered (see cursor.ts)
 *     <root>/<writer>/lease.<n>        which shipper may empty it (see lease.ts)
 *
 * A segment is a header of one page and then frames, one a record, each beginning on a multiple of 8:
 *
 *     header   0  magic "DLOGSEG1"          f64 16 number of the segment
 *              8  u32 format version        f64 24 seq of its first record
 *             12  u32 file bytes / 4096     f64 32 time of its first use, ms
 *             40  u32 COMMIT: where the published frames end, in units of 8 bytes
 *             44  u32 records published     48 u32[7] the same by type code
 *             76  u32 checksum of bytes 0 to 40, which are written once
 *     frame    0  u32 bytes of the line     f64  8 timestamp, ms
 *              4  u32 checksum              f64 16 seq
 *             24  u32 type code             28 u32 bytes of the service's JSON text at SERVICE_AT in the line
 *             32  the line, then zeros up to a multiple of 8
 *
 * Numbers are little-endian. A frame's checksum covers all of it.
 *
 * Publication: a frame's bytes are stored first, then COMMIT by one atomic store. What lies before COMMIT is whole;
 * what lies after does not exist. The pages belong to the kernel from then on, so the death of the process changes
 * nothing. Segment n is final once n + 1 exists.
 *
 * After a machine restart the pages may have reached the disk in any order: then a frame counts only if its checksum
 * holds, and whole frames past COMMIT that continue the series count too.
 */

export const MAGIC = "DLOGSEG1";
export const FORMAT_VERSION = 1;
export const SEGMENT_HEADER_BYTES = 4096;
export const FRAME_HEADER_BYTES = 32;
/** Where the service's JSON text begins in every line: after `{"timestamp":"2026-01-01T00:00:00.000Z","service":`. */
export const SERVICE_AT = 50;
/** No frame is smaller: a line holds at least a service of no characters. */
export const FRAME_BYTES_MIN = 88;

/** Indexes into the segment as 32-bit words. */
export const VERSION_WORD = 2;
export const PAGES_WORD = 3;
export const COMMIT_WORD = 10;
export const COUNT_WORD = 11;
export const TYPE_COUNT_WORD = 12;
export const TYPE_COUNTS = 7;
export const HEADER_CHECKSUM_WORD = 19;
/** Indexes into the segment as doubles. */
export const NUMBER_DOUBLE = 2;
export const FIRST_SEQ_DOUBLE = 3;
export const CREATED_DOUBLE = 4;

const MULTIPLIER = 0x9e3779b1;

/**
 * The checksum of words `from` to `to` (excluded): four lanes, so that the processor multiplies side by side. Every step
 * is a bijection of the lane, so a change within one word never goes unseen; longer damage does once in 2^32.
 */
function checksum(words: Int32Array, from: number, to: number): number {
  let a = 0x243f6a88;
  let b = 0x05a308d3;
  let c = 0x13198a2e;
  let d = 0x03707344;
  let i = from;
  for (const last = to - 3; i < last; i += 4) {
    a = Math.imul(a ^ words[i]!, MULTIPLIER);
    b = Math.imul(b ^ words[i + 1]!, MULTIPLIER);
    c = Math.imul(c ^ words[i + 2]!, MULTIPLIER);
    d = Math.imul(d ^ words[i + 3]!, MULTIPLIER);
    a = (a << 13) | (a >>> 19);
    b = (b << 13) | (b >>> 19);
    c = (c << 13) | (c >>> 19);
    d = (d << 13) | (d >>> 19);
  }
  for (; i < to; i++) {
    a = Math.imul(a ^ words[i]!, MULTIPLIER);
    a = (a << 13) | (a >>> 19);
  }
  let sum =
    a ^
    Math.imul(b, 0x85ebca6b) ^
    Math.imul(c ^ (c >>> 15), 0xc2b2ae35) ^
    Math.imul(d ^ (d >>> 13), 0x27d4eb2f);
  sum ^= sum >>> 16;
  sum = Math.imul(sum, MULTIPLIER);
  return (sum ^ (sum >>> 15)) | 0;
}

/** The checksum of the frame whose words are `word` to `end` (excluded): of everything in it but the checksum itself. */
export function frameChecksum(words: Int32Array, word: number, end: number): number {
  return checksum(words, word + 2, end) ^ words[word]!;
}

/** The checksum of a header's part that is written once. */
export function headerChecksum(words: Int32Array): number {
  return checksum(words, 0, COMMIT_WORD);
}

/** The next multiple of 8. */
export function align8(bytes: number): number {
  return (bytes + 7) & ~7;
}
