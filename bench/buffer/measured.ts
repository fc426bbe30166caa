/** What it takes to put records into a store, seen from the process that does and from the server. */
import { createClient } from "@redis/client";
import { infoFields } from "../../src/buffer/redis/server-info.js";

export interface Measured {
  readonly seconds: number;
  /** Of the whole process. */
  readonly cpuSeconds: number;
  readonly serverCpuSeconds: number;
  /** What `used_memory` grew by. */
  readonly usedBytes: number;
}

/** The server is asked before and after by a connection of its own. */
export async function measured(url: string, act: () => Promise<void>): Promise<Measured> {
  const client = createClient({ url });
  await client.connect();
  const info = async (): Promise<ReadonlyMap<string, string>> => infoFields(await client.info());
  const before = await info();
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  await act();
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const after = await info();
  client.destroy();
  const grown = (name: string): number => Number(after.get(name)) - Number(before.get(name));
  return {
    seconds,
    cpuSeconds: (user + system) / 1e6,
    serverCpuSeconds: grown("used_cpu_user") + grown("used_cpu_sys"),
    usedBytes: grown("used_memory"),
  };
}
