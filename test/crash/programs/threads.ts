/** Runs each plan's logger in a worker thread of its own. */
import { Worker } from "node:worker_threads";
import { readPlan } from "../../harness/program.js";
import type { LogPlan } from "./log.js";

for (const plan of readPlan<{ plans: LogPlan[] }>().plans) {
  new Worker(new URL("./log.js", import.meta.url), { workerData: plan });
}
