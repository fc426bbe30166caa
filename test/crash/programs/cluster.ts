/** Runs each plan's logger in a worker of a cluster. */
import cluster from "node:cluster";
import { fileURLToPath } from "node:url";
import { readPlan } from "../../harness/program.js";
import type { LogPlan } from "./log.js";

for (const plan of readPlan<{ plans: LogPlan[] }>().plans) {
  cluster.setupPrimary({
    exec: fileURLToPath(new URL("./log.js", import.meta.url)),
    args: [JSON.stringify(plan)],
  });
  cluster.fork();
}
