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
const lines = Array.from({ length: records }, (_, i) => lineOf(i));
const lineBytes = lines.reduce((sum, { length }) => sum + length, 0);

const CODECS: Partial<Record<Way, CodecChoice>> = { packed: "auto", plain: "none" };
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
  // As they lie in a journal's segment.
  const bytes = Buffer.from(lines.join(""));
  let end = 0;
  const items = lines.map(({ length }, seq) => {
    const start = end;
    end += length;
    return {
      writer: WRITER,
      seq,
      timestamp: timestampOf(seq),
      service: SERVICE,
      type: TYPE,
      bytes,
      start,
      end,
    };
  });
  const result = await timed(async () => {
    // One block is on its way while the next is packed.
    let onItsWay: Promise<unknown> = Promise.resolve();
    for (let from = 0; from < items.length; ) {
      let to = from;
      while (to < items.length && items[to]!.end - items[from]!.start <= BLOCK_BYTES) to++;
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

/** By strings, which the client joins into one write, unlike buffers. */
async function sendCommands(): Promise<Omit<Written, "lineBytes">> {
  // By default the client makes a timer for every command, which would be most of what it costs.
  const client = createClient({ url, RESP: 2, commandOptions: { timeout: 0 } });
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
