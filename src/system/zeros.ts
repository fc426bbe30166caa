/**
 * Files filled with zeros by write(2). Pages that come into the cache this way lie in large folios, where those that are
 * faulted in through a map come one by one, each with its own entry in ext4's journal: measured on Linux 6.18, preparing
 * 8 MiB and writing it back took 12 ms of the kernel's time by faults and 2 ms by a write.
 */
import { writeSync, writev } from "node:fs";

const CHUNK_BYTES = 1 << 20;
/** One chunk serves for all; a vector of more than this many is refused by Linux (IOV_MAX). */
const CHUNKS_MAX = 1024;

let chunk: Buffer | undefined;

/** The next zeros to write, as a vector of the one chunk. */
function zeros(bytes: number): Buffer[] {
  chunk ??= Buffer.alloc(CHUNK_BYTES);
  const vector: Buffer[] = [];
  for (let left = bytes; left > 0 && vector.length < CHUNKS_MAX; left -= CHUNK_BYTES) {
    vector.push(left >= CHUNK_BYTES ? chunk : chunk.subarray(0, left));
  }
  return vector;
}

/** Throws an errno error. */
export function fillWithZeros(fd: number, bytes: number): void {
  for (let at = 0; at < bytes; ) {
    const [first] = zeros(bytes - at);
    at += writeSync(fd, first!, 0, first!.length, at);
  }
}

/** The same on a thread of the pool; calls back with an errno error, or null. */
export function fillWithZerosAside(
  fd: number,
  bytes: number,
  done: (error: NodeJS.ErrnoException | null) => void,
  at = 0,
): void {
  writev(fd, zeros(bytes - at), at, (error, written) => {
    if (error !== null || at + written >= bytes) {
      done(error);
    } else {
      fillWithZerosAside(fd, bytes, done, at + written);
    }
  });
}
