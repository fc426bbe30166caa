/** Blocks as forwarders put them into a store. */
import type { Block } from "../../../src/buffer/redis/block.js";
import { encodeBlock } from "../../../src/buffer/redis/encode-block.js";

export const WRITER = "k3v9x0a1b2c3";

export function blockItems(from: number, count: number, bytes = Buffer.from("{}")): Block["items"] {
  return Array.from({ length: count }, (_, n) => ({
    ...{ writer: WRITER, seq: from + n, timestamp: n, service: "web", type: "INFO" },
    ...{ bytes, start: 0, end: bytes.length },
  }));
}

export function blockOf(from: number, count: number): Promise<Buffer> {
  return encodeBlock(blockItems(from, count), "host", "none");
}
