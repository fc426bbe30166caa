/**
 * The partition of a writer, from 0: the same in every process and every version, for a writer that moved would have its
 * records in two series.
 */
export function partitionOf(writer: string, partitions: number): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(writer)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  // FNV-1a leaves its low bits to the low bits of the text; the last steps of MurmurHash3 mix the high ones in.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % partitions;
}
