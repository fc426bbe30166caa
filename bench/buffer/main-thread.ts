/** In a process of its own: what a log call costs the thread that makes it, whatever becomes of the record. */
import { readFileSync } from "node:fs";
import { DragonLogger } from "../../src/index.js";
import { order, report } from "../lib/child.js";
import { records, SERVICE } from "../lib/records.js";
import type { Placing } from "./placings.js";

export interface MainThreadOrder {
  readonly placing: Placing;
  readonly dir: string;
  readonly url: string;
  readonly calls: number;
}

/** A service logs while it handles requests, and then waits for others. */
const BURST_CALLS = 1000;
const WARM_UP_CALLS = 50_000;

const { placing, dir, url, calls } = order<MainThreadOrder>();
const kind = records["900-byte"];
const logger = new DragonLogger({
  service: SERVICE,
  journalDir: dir,
  journalBytesMax: "4GiB",
  ...(placing !== "journal" && { buffer: url, drainDeadline: "60s" }),
  ...(placing === "memory" && { journal: false }),
});
await log(WARM_UP_CALLS);
const before = ownCpuSeconds();
await log(calls);
const cpuSeconds = ownCpuSeconds() - before;
const { dropped } = logger.stats();
await logger.close();
if (Object.keys(dropped).length > 0) {
  throw new Error(`dropped ${JSON.stringify(dropped)}`);
}
await report(cpuSeconds);

async function log(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    logger.info(kind.text(i), kind.metadata(i));
    if (i % BURST_CALLS === BURST_CALLS - 1) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

/** Of this thread alone, which only Linux tells. */
function ownCpuSeconds(): number {
  const [ns] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8").split(" ");
  return Number(ns) / 1e9;
}
