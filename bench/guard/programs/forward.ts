/** In a process of its own: forwards what lies in the journals of a folder into a store, all of it. */
import type { CodecChoice } from "../../../src/buffer/redis/codec.js";
import { openForwarder } from "../../../src/forward/open-forwarder.js";
import { order, report } from "../../lib/child.js";

export interface ForwardOrder {
  readonly dir: string;
  readonly url: string;
  readonly codec: CodecChoice;
  readonly blockBytes: number;
}

const DEADLINE_MS = 40_000;

const { dir, url, codec, blockBytes } = order<ForwardOrder>();
const { forwarder, close } = await openForwarder(
  { buffer: { kind: "redis", dir, url }, linger: 100, blockBytes, codec, storeBytesMax: 0 },
  {
    onTrouble: (error) => {
      throw error;
    },
  },
);
if (!(await forwarder.drain(AbortSignal.timeout(DEADLINE_MS)))) {
  throw new Error("the store did not take everything in time");
}
const { records, blocks } = forwarder.counts;
await close();
await report({ records, blocks });
