/**
 * How many log calls had returned when a process was killed, known without asking it: a number in a shared mapped file.
 *
 * The process stores it after each call. Its page belongs to the kernel, so a killed process leaves the last value. It
 * can be behind by the one call that had returned and was not counted yet, never ahead.
 */
import { closeSync, ftruncateSync, openSync, readFileSync } from "node:fs";
import { openMapper } from "../../src/system/mapping.js";

const FILE_BYTES = 4096;

export class ReturnedCalls {
  readonly #words: Int32Array;

  constructor(path: string) {
    const fd = openSync(path, "w+");
    ftruncateSync(fd, FILE_BYTES);
    const window = openMapper().reserve(FILE_BYTES);
    window.attach(fd);
    closeSync(fd);
    this.#words = window.words;
  }

  set count(calls: number) {
    Atomics.store(this.#words, 0, calls);
  }
}

/** 0 when the process had not come so far as to make the file. */
export function readReturnedCalls(path: string): number {
  try {
    const bytes = readFileSync(path);
    return bytes.length < FILE_BYTES ? 0 : bytes.readInt32LE(0);
  } catch {
    return 0;
  }
}
