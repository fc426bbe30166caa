/** The partitions of a store and the lists that other programs push to, as one buffer. */
import type { LogBuffer, Source } from "../../buffer.js";
import type { Lists } from "./lists.js";

export class BufferWithLists implements LogBuffer {
  readonly #buffer: LogBuffer;
  readonly #lists: Lists;

  constructor(buffer: LogBuffer, lists: Lists) {
    this.#buffer = buffer;
    this.#lists = lists;
  }

  /** Rejects with what either cannot be asked for, when both were asked. */
  async claim(): Promise<Source[]> {
    const [sources, listed] = await Promise.allSettled([this.#buffer.claim(), this.#lists.claim()]);
    if (sources.status === "rejected" || listed.status === "rejected") {
      throw ((sources.status === "rejected" ? sources : listed) as PromiseRejectedResult).reason;
    }
    return [...sources.value, ...listed.value];
  }

  flushRequestedAtMs(): number | Promise<number> {
    return this.#buffer.flushRequestedAtMs();
  }

  /** The lists first, for the buffer says at its end that this shipper lives no more. */
  async close(): Promise<void> {
    await this.#lists.close();
    await this.#buffer.close();
  }
}
