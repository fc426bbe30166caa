/**
 * Memory for blocks, used for one after the other: new pages cost more than what is written to them, and memory outside of V8's
 * heap that is left to its collector makes that run all the time.
 */

/** More of it is rare, and not kept. */
const KEPT_BYTES_MAX = 2 ** 21;
const KEPT_MAX = 4;
/** As pages are. Blocks differ by a little. */
const STEP_BYTES = 64 * 1024;

export class BlockMemory {
  /** The smallest first. */
  readonly #free: ArrayBuffer[] = [];

  /** Filled with anything. */
  take(bytes: number): Buffer {
    const at = this.#free.findIndex(({ byteLength }) => byteLength >= bytes);
    const memory = at < 0 ? newMemory(bytes) : this.#free.splice(at, 1)[0]!;
    return Buffer.from(memory, 0, bytes);
  }

  /** Nobody looks any more at what was taken. */
  give({ buffer }: Buffer): void {
    if (buffer.byteLength <= KEPT_BYTES_MAX && this.#free.length < KEPT_MAX) {
      this.#free.push(buffer as ArrayBuffer);
      this.#free.sort((a, b) => a.byteLength - b.byteLength);
    }
  }
}

function newMemory(bytes: number): ArrayBuffer {
  return Buffer.allocUnsafeSlow(Math.ceil(bytes / STEP_BYTES) * STEP_BYTES).buffer as ArrayBuffer;
}
