import type { Memo } from "./buffer.js";

/** Lines that live as long as the source does. */
export class MemoryMemo implements Memo {
  #lines: string[] = [];

  read(): readonly string[] {
    return [...this.#lines];
  }

  append(line: string): void {
    this.#lines.push(line);
  }

  replace(lines: readonly string[]): void {
    this.#lines = [...lines];
  }
}
