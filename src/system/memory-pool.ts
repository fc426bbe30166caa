/**
 * Memory for what is read again and again. It is given out once more when nobody needs what is in it: the kernel's new pages
 * cost more than filling them does, and a collector that has to find out whether they are needed keeps many more of them.
 *
 *     free ──take──► held once ──hold, release──► held by nobody ──► free
 *                        └──abandon──► left to the collector
 */

/** Sizes are powers of two; what is larger comes from the system and goes back to it. */
const BYTES_MIN = 1 << 16;
const BYTES_MAX = 1 << 20;

/** What has to be told of memory that someone else may be reading from. It may be any memory; that of no pool is left alone. */
export interface SharedMemory {
  hold(memory: ArrayBufferLike): void;
  release(memory: ArrayBufferLike): void;
}

export class MemoryPool implements SharedMemory {
  readonly #free = new Map<number, ArrayBufferLike[]>();
  /** By how many each is held that was given out. */
  readonly #holders = new Map<ArrayBufferLike, number>();

  /** At least so many bytes, held once, with anything in them. */
  take(bytes: number): ArrayBufferLike {
    if (bytes > BYTES_MAX) {
      return Buffer.allocUnsafeSlow(bytes).buffer;
    }
    const size = sizeFor(bytes);
    const memory = this.#free.get(size)?.pop() ?? Buffer.allocUnsafeSlow(size).buffer;
    this.#holders.set(memory, 1);
    return memory;
  }

  hold(memory: ArrayBufferLike): void {
    const holders = this.#holders.get(memory);
    if (holders !== undefined) {
      this.#holders.set(memory, holders + 1);
    }
  }

  release(memory: ArrayBufferLike): void {
    const holders = this.#holders.get(memory);
    if (holders === undefined) {
      return;
    }
    if (holders > 1) {
      this.#holders.set(memory, holders - 1);
      return;
    }
    this.#holders.delete(memory);
    const free = this.#free.get(memory.byteLength);
    if (free === undefined) {
      this.#free.set(memory.byteLength, [memory]);
    } else {
      free.push(memory);
    }
  }

  /** It is not known who may still read from it, so it is never given out again. */
  abandon(memory: ArrayBufferLike): void {
    this.#holders.delete(memory);
  }

  /** Gives back what is free. */
  trim(): void {
    this.#free.clear();
  }
}

function sizeFor(bytes: number): number {
  let size = BYTES_MIN;
  while (size < bytes) {
    size *= 2;
  }
  return size;
}
