/**
 * Escapes text for JSON by WebAssembly, see escape.wat: sixteen bytes at a time, without a branch for each quote. Node.js
 * itself needs WebAssembly for its `fetch`, so it is always there.
 *
 * There is one memory for the whole thread. Whoever writes uses it from the first `text` to the last `take` without giving
 * the thread away.
 */
import { ESCAPE_WASM } from "./escape-wasm.js";

/** As escape.wat has them. */
const PREFIX_AT = 65_600;
const LOWER_ROWS_AT = 65_664;
const UPPER_ROWS_AT = 69_760;

/** The most text that is escaped in one call. */
export const TEXT_BYTES_MAX = 65_536;
export const PREFIX_BYTES_MAX = 64;
/** Where the first call writes to. */
export const WRITTEN_AT = 73_856;
/** `\u00XX` is the longest escape of a single byte, and a call touches a little behind the end of what it writes. */
const ESCAPE_BYTES_MAX = 6;
const OVERRUN_BYTES = 64;

/** As much of it as is needed here: TypeScript has its types only among those of browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

interface Escape {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** Writes the prefix and the text, escaped, to `at`; returns where that ends. */
  readonly write: (textBytes: number, prefixBytes: number, at: number) => number;
}

const { memory, write } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(ESCAPE_WASM, "base64")))
  .exports as Escape;

/** The text to be escaped is put at its beginning. */
export const scratch = Buffer.from(memory.buffer);
/** Written before every text, as long as `write` is told; at most `PREFIX_BYTES_MAX`. */
export const prefix = scratch.subarray(PREFIX_AT, PREFIX_AT + PREFIX_BYTES_MAX);
export { write };

/** Whether a text of so many bytes, whatever they are, fits behind `at`. */
export function fits(textBytes: number, at: number): boolean {
  return at + PREFIX_BYTES_MAX + textBytes * ESCAPE_BYTES_MAX + OVERRUN_BYTES <= scratch.length;
}

for (let mask = 0; mask < 256; mask++) {
  fillRow(LOWER_ROWS_AT + 16 * mask, mask, 0, 15);
  fillRow(UPPER_ROWS_AT + 16 * mask, mask, 8, 7);
}

/** Which bytes of sixteen are written, of those from `first` on: each itself, behind a backslash where `mask` says so. */
function fillRow(row: number, mask: number, first: number, backslash: number): void {
  let at = row;
  for (let bit = 0; bit < 8; bit++) {
    if ((mask >> bit) & 1) {
      scratch[at++] = backslash;
    }
    scratch[at++] = first + bit;
  }
}
