/** In a process of its own: logs at an even pace, and ends as it should, or dies by SIGKILL after its last call. */
import { setTimeout as pause } from "node:timers/promises";
import { order, report } from "../lib/child.js";
import { textOf, type WayName } from "./shape.js";
import { LOADERS } from "./way.js";

export interface ApplicationOrder {
  readonly way: WayName;
  readonly dir: string;
  /** The number of the first record. */
  readonly from: number;
  readonly records: number;
  readonly perSecond: number;
  readonly killed: boolean;
}

export interface Cost {
  /** Busy time of the main thread's event loop, all told. */
  readonly loopUsPerRecord: number;
  /** CPU time of the whole process. */
  readonly cpuUsPerRecord: number;
}

/** A timer of Node.js is not much finer. */
const TICK_MS = 10;

const { way, dir, from, records, perSecond, killed } = order<ApplicationOrder>();
const open = await LOADERS[way]();
const logger = await open(dir);
const loop = performance.eventLoopUtilization();
const cpu = process.cpuUsage();
const start = performance.now();
for (let done = 0; done < records; ) {
  const due = Math.min(records, Math.ceil(((performance.now() - start) / 1000) * perSecond));
  for (; done < due; done++) {
    logger.log(textOf(from + done), { user_id: 100_000 + done, path: "/api/v1/orders" });
  }
  if (done < records) await pause(TICK_MS);
}
if (killed) process.kill(process.pid, "SIGKILL");
const { active } = performance.eventLoopUtilization(loop);
const { user, system } = process.cpuUsage(cpu);
await logger.end();
const cost: Cost = {
  loopUsPerRecord: (active * 1000) / records,
  cpuUsPerRecord: (user + system) / records,
};
await report(cost);
