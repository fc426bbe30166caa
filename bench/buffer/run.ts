/** `npm run bench:buffer`: what a record costs on its way into a store, and there. See README.md. */
import { parseArgs } from "node:util";
import { infoFields } from "../../src/buffer/redis/server-info.js";
import { noRedisServer, RedisServer } from "../../test/harness/redis-server.js";
import { runChild } from "../lib/child.js";
import { machineLine, versionsLine } from "../lib/machine.js";
import { Progress } from "../lib/progress.js";
import { type Run, summary, tables } from "./results.js";
import { WAYS, type Way } from "./ways.js";
import type { WriteOrder, Written } from "./writer.js";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    records: { type: "string", default: "200000" },
    json: { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);
const records = Number(values.records);
const ways = Object.keys(WAYS) as Way[];

if (noRedisServer) {
  throw new Error(`${noRedisServer} (Debian: apt-get install redis-server)`);
}
const server = await RedisServer.start();
const progress = new Progress(rounds * ways.length);
const runs: Run[] = [];
let version = "";
try {
  for (let round = 0; round < rounds; round++) {
    for (const way of round % 2 === 0 ? ways : ways.toReversed()) {
      progress.step(`round ${round + 1}: ${WAYS[way]}`);
      runs.push({ way, round, records, ...(await write(way)) });
    }
  }
  version = (await info()).get("redis_version") ?? "";
} finally {
  progress.end();
  await server.stop();
}
const results = {
  machine: machineLine(import.meta.dirname),
  versions: `${versionsLine(["@redis/client"])}, redis-server ${version}`,
  runs,
};
process.stdout.write(values.json ? `${JSON.stringify(summary(results))}\n` : `${tables(results)}\n`);

/** Into an empty server, whose own figures are read before and after. */
async function write(way: Way): Promise<Omit<Run, "way" | "round" | "records">> {
  await server.command("FLUSHALL", "SYNC");
  const before = await info();
  const order: WriteOrder = { way, url: server.url, records };
  const written = await runChild<Written>(new URL("./writer.js", import.meta.url), order);
  const after = await info();
  const grown = (name: string): number => Number(after.get(name)) - Number(before.get(name));
  return {
    ...written,
    serverCpuSeconds: grown("used_cpu_user") + grown("used_cpu_sys"),
    usedBytes: grown("used_memory"),
  };
}

async function info(): Promise<ReadonlyMap<string, string>> {
  return infoFields(String(await server.command("INFO")));
}
