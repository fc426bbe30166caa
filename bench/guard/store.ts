/** Counts what records cost on their way into a store and out of it, as the server itself tells. */
import { createClient } from "@redis/client";
import type { CodecChoice } from "../../src/buffer/redis/codec.js";
import { Keys } from "../../src/buffer/redis/keys.js";
import { PARTITIONS_DEFAULT } from "../../src/buffer/redis/partitions.js";
import { infoFields } from "../../src/buffer/redis/server-info.js";
import { runProgram } from "./program.js";
import type { BacklogOrder } from "./programs/backlog.js";
import type { ForwardOrder } from "./programs/forward.js";
import { ship } from "./shipping.js";

export interface Stored {
  readonly records: number;
  readonly blocks: number;
  /** Commands that forwarding took, from its start to its end. */
  readonly commandsIn: number;
  /** Commands that shipping took, from its start to its end. */
  readonly commandsOut: number;
  /** Memory that the server says the streams of blocks take. */
  readonly storeBytes: number;
}

export interface Passage {
  readonly url: string;
  /** An empty folder. */
  readonly dir: string;
  readonly records: number;
  readonly codec: CodecChoice;
  readonly blockBytes: number;
  /** Sent beside what the shipper sends, for each block, to see that it is found. */
  readonly extraCommandsPerBlock: number;
}

/** Through an empty store: all of it in, then all of it out. */
export async function throughStore(passage: Passage): Promise<Stored> {
  const { url, dir, records, codec, blockBytes, extraCommandsPerBlock } = passage;
  const client = createClient({ url });
  await client.connect();
  try {
    await client.sendCommand(["FLUSHALL", "SYNC"]);
    const backlog = { storeUrl: url, writers: 4, recordsPerMs: 20, services: 1 };
    await runProgram("backlog", { dir, records, ...backlog } satisfies BacklogOrder);
    await client.sendCommand(["CONFIG", "RESETSTAT"]);
    const order: ForwardOrder = { dir, url, codec, blockBytes };
    const { blocks } = await runProgram<{ blocks: number }>("forward", order);
    const commandsIn = await commands();
    const keys = new Keys();
    let storeBytes = 0;
    for (let partition = 0; partition < PARTITIONS_DEFAULT; partition++) {
      const usage = await client.sendCommand(["MEMORY", "USAGE", keys.blocks(partition), "SAMPLES", "0"]);
      storeBytes += Number(usage ?? 0);
    }
    await client.sendCommand(["CONFIG", "RESETSTAT"]);
    for (let extra = blocks * extraCommandsPerBlock; extra > 0; extra--) {
      await client.ping();
    }
    await ship({ dir, records, flags: ["--buffer", url, "--in-flight-max", "2"] });
    return { records, blocks, commandsIn, commandsOut: await commands(), storeBytes };
  } finally {
    client.destroy();
  }

  async function commands(): Promise<number> {
    const fields = infoFields(String(await client.sendCommand(["INFO", "commandstats"])));
    const calls = [...fields.values()].map((text) => Number(/calls=(\d+)/.exec(text)?.[1] ?? 0));
    return calls.reduce((sum, count) => sum + count, 0);
  }
}
