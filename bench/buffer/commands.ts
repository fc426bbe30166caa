/** In a process of its own: puts lines into a store, a command for each or for many. They are there before the clock starts. */
import { createClient } from "@redis/client";
import { order, report } from "../lib/child.js";
import { lineOf } from "./lines.js";
import { measured } from "./measured.js";
import { PIPELINED, VARIADIC_RECORDS, WARM_UP_RECORDS, type Way } from "./ways.js";

export interface CommandsOrder {
  readonly way: Way;
  readonly url: string;
  readonly records: number;
}

const { way, url, records } = order<CommandsOrder>();
const lines = Array.from({ length: records }, (_, i) => lineOf(i));
// By strings, which the client joins into one write, unlike buffers. By default it makes a timer for every command, which would be
// most of what it costs.
const client = createClient({ url, RESP: 2, commandOptions: { timeout: 0 } });
await client.connect();
await send(Math.min(records, WARM_UP_RECORDS));
const result = await measured(url, () => send(records));
client.destroy();
await report(result);

async function send(count: number): Promise<void> {
  const step = way === "variadic" ? VARIADIC_RECORDS : 1;
  const command = (at: number): Promise<unknown> =>
    way === "stream"
      ? client.sendCommand(["XADD", "logs", "*", "b", lines[at]!])
      : client.sendCommand(["RPUSH", "logs", ...lines.slice(at, Math.min(count, at + step))]);
  const inFlight = Math.ceil(PIPELINED / step);
  for (let at = 0; at < count; at += inFlight * step) {
    const commands = Math.min(inFlight, Math.ceil((count - at) / step));
    await Promise.all(Array.from({ length: commands }, (_, n) => command(at + n * step)));
  }
}
