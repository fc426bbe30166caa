import { crc32 } from "node:zlib";

/** How much of a length is kept, so that a fingerprint is a whole number. */
const BYTES_MAX = 2 ** 20 - 1;
const CHECKSUMS = 2 ** 32;

/** Tells elements of a list apart: their length and their checksum, in one number. */
export function fingerprintOf(element: Buffer): number {
  return Math.min(element.length, BYTES_MAX) * CHECKSUMS + crc32(element);
}

/** The length of the element; of one of more than a MiB, that. */
export function bytesIn(fingerprint: number): number {
  return Math.floor(fingerprint / CHECKSUMS);
}
