/** In a process of its own: puts records into a store by one way. Their lines are there before the clock starts. */
import { createClient } from "@redis/client";
import { openStore } from "../../src/buffer/redis/client.js";
import { type CodecChoice, codecFor } from "../../src/buffer/redis/codec.js";
import { encodeBlock } from "../../src/buffer/redis/encode-block.js";
import { order, report } from "../lib/child.js";
import { lineOf, SERVICE, TYPE, timestampOf, WRITER } from "./lines.js";
import { BLOCK_BYTES, PIPELINED, VARIADIC_RECORDS, type Way } from "./ways.js";

export interface WriteOrder {
  readonly way: Way;
  readonly url: string;
  readonly records: number;
}

export interface Written {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly lineBytes: number;
}

const { way, url, records } = order<WriteOrder>();
const lines = Array.from({ length: records }, (_, i) => Buffer.from(lineOf(i)));
const lineBytes = lines.reduce((sum, { length }) => sum + length, 0);

const CODECS: Partial<Record<Way, CodecChoice>> = { block: "auto", brotli: "brotli", plain: "none" };
const codec = CODECS[way];
await report({ ...(await (codec === undefined ? sendCommands() : sendBlocks(codec))), lineBytes });

async function timed(send: () => Promise<void>): Promise<Omit<Written, "lineBytes">> {
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  await send();
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { seconds, cpuSeconds: (user + system) / 1e6 };
}

async function sendBlocks(choice: CodecChoice): Promise<Omit<Written, "lineBytes">> {
  const store = await openStore(url);
  const items = lines.map((bytes, seq) => ({
    writer: WRITER,
    seq,
    timestamp: timestampOf(seq),
    service: SERVICE,
    type: TYPE,
    bytes,
    start: 0,
    end: bytes.length,
  }));
  const result = await timed(async () => {
    // One block is on its way while the next is packed.
    let onItsWay: Promise<unknown> = Promise.resolve();
    for (let from = 0; from < items.length; ) {
      let to = from;
      for (let bytes = 0; to < items.length && bytes < BLOCK_BYTES; to++) bytes += items[to]!.end;
      const block = await encodeBlock(items.slice(from, to), "host", codecFor(choice));
      await onItsWay;
      onItsWay = store.append("dragonlog:{0}:blocks", block);
      from = to;
    }
    await onItsWay;
  });
  await store.close();
  return result;
}

async function sendCommands(): Promise<Omit<Written, "lineBytes">> {
  const client = createClient({ url });
  await client.connect();
  const step = way === "variadic" ? VARIADIC_RECORDS : 1;
  const command = (at: number): Promise<unknown> =>
    way === "stream"
      ? client.sendCommand(["XADD", "logs", "*", "b", lines[at]!])
      : client.sendCommand(["RPUSH", "logs", ...lines.slice(at, at + step)]);
  const inFlight = Math.ceil(PIPELINED / step);
  const result = await timed(async () => {
    for (let at = 0; at < records; at += inFlight * step) {
      const count = Math.min(inFlight, Math.ceil((records - at) / step));
      await Promise.all(Array.from({ length: count }, (_, n) => command(at + n * step)));
    }
  });
  client.destroy();
  return result;
}
