/**
 * In a process of its own, of whose threads it takes one, as it does in an application: forwards what lies in journals into a
 * store, first those to warm up by, then those to be measured.
 */
import { readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { CodecChoice } from "../../src/buffer/redis/codec.js";
import { openForwarder } from "../../src/forward/open-forwarder.js";
import { order, report } from "../lib/child.js";
import { ownUsage } from "../ship/usage.js";
import { type Measured, measured } from "./measured.js";

export interface ForwardOrder {
  /** The folder that is forwarded, with the journals to warm up by. */
  readonly dir: string;
  /** Those to be measured, on the same file system; nothing is measured without. */
  readonly laterDir: string | undefined;
  readonly url: string;
  readonly codec: CodecChoice;
}

/** Where nothing is measured beside it: what the process took from its start. */
export interface Forwarded {
  readonly cpuSeconds: number;
}

const DEADLINE_MS = 200_000;
const BLOCK_BYTES = 256 * 1024;

const { dir, laterDir, url, codec } = order<ForwardOrder>();
const { forwarder, close } = await openForwarder(
  { buffer: { kind: "redis", dir, url }, linger: 100, blockBytes: BLOCK_BYTES, codec, storeBytesMax: 0 },
  {
    onTrouble: (error) => {
      throw error;
    },
  },
);
await drain();
let result: Measured | undefined;
if (laterDir !== undefined) {
  for (const name of readdirSync(laterDir)) {
    renameSync(join(laterDir, name), join(dir, name));
  }
  result = await measured(url, drain);
}
await close();
await report(result ?? ({ cpuSeconds: ownUsage().cpuSeconds } satisfies Forwarded));

async function drain(): Promise<void> {
  if (!(await forwarder.drain(AbortSignal.timeout(DEADLINE_MS)))) {
    throw new Error("the store did not take everything in time");
  }
}
