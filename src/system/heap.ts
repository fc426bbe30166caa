import { setFlagsFromString } from "node:v8";

/**
 * Lets the heap of this process grow to twice what lives in it before it is collected, where V8 would let a small heap grow to
 * four times that. For processes that live on a small part of what they allocate: a shipper with 48 batches on their way peaked at
 * 197 MB in place of 250 to 260, and used as much CPU.
 */
export function keepHeapSmall(): void {
  setFlagsFromString("--heap-growing-percent=100");
}
